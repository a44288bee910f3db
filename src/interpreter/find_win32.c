/* SPDX-License-Identifier: MIT */
/* Owns the search for an executable on Windows: by path, by name on PATH, by version as py.exe finds it. */
#include "interpreter/find.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/variable.h"
#include "disk/disk.h"
#include "interpreter/launcher_defaults.h"
#include "interpreter/registry.h"

struct search {
    struct arena *arena;
    const char *const *environment;
    const char *cwd;
};

/* ---- by path ------------------------------------------------------------------------------------------- */

/*
 * What keeps a file from being a program; NULL when nothing does. App Execution Aliases of the Store are empty. Most of
 * those called python offer to install one instead of being one: only who names the path means it.
 */
static const char *unfit(const char *path, bool named)
{
    struct disk_stat st;
    int number = disk_stat_path(path, &st);
    if (number != 0)
        return strerror(number);
    if (st.type == DISK_DIRECTORY)
        return "is a directory";
    return st.type != DISK_FILE || (st.size == 0 && !named) ? "is not a program" : NULL;
}

static bool has_suffix(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && _stricmp(name + length - 4, ".exe") == 0;
}

/* The program, with ".exe" added where it is left out, as everywhere on Windows. */
static bool is_program(const struct search *s, bool named, const char **path, const char **why)
{
    *why = unfit(*path, named);
    if (*why == NULL || has_suffix(*path))
        return *why == NULL;
    const char *longer = arena_format(s->arena, "%s.exe", *path);
    if (unfit(longer, named) != NULL)
        return false;
    *path = longer;
    return true;
}

static bool find_by_path(const struct search *s, const char *spec, const char **path, struct cvenv_error *err)
{
    const char *why;
    *path = path_absolute(s->arena, s->cwd, spec);
    if (is_program(s, true, path, &why))
        return true;
    return error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: %s: %s", *path, why);
}

/* ---- by name ------------------------------------------------------------------------------------------- */

/* The first such program on the path. Unlike cmd.exe, nothing is run from the working directory unless the path says so. */
static bool find_on_path(const struct search *s, const char *name, const char **path)
{
    const char *elements = variable_value(s->environment, "PATH");
    for (;;) {
        size_t length = strcspn(elements, ";");
        struct slice element = { elements, length };
        if (length >= 2 && element.data[0] == '"' && element.data[length - 1] == '"')
            element = (struct slice){ element.data + 1, length - 2 };
        const char *directory = arena_copy(s->arena, element.data, element.length), *why;
        if (path_is_absolute(directory)) {
            *path = path_join(s->arena, path_absolute(s->arena, s->cwd, directory), name);
            if (is_program(s, false, path, &why))
                return true;
        }
        if (elements[length] == '\0')
            return false;
        elements += length + 1;
    }
}

/* ---- by version ---------------------------------------------------------------------------------------- */

struct candidate {
    struct arena *arena;
    struct python_version wanted;
    struct registered best; /* executable NULL: none yet */
};

static bool matches(const struct python_version *wanted, const struct python_version *v)
{
    for (int i = 0; i < 3; i++)
        if (wanted->numbers[i] >= 0 && wanted->numbers[i] != v->numbers[i] && !(i == 2 && v->numbers[i] < 0))
            return false;
    return wanted->threaded == v->threaded && (wanted->bits == 0 || wanted->bits == v->bits) && (!wanted->arm || v->arm) &&
           v->numbers[0] >= 0;
}

static bool is_core(const struct registered *python)
{
    return strcmp(python->company, "PythonCore") == 0;
}

/* Python's own before those of others; then the newer; then the wider; at last the one that was met first. */
static bool is_better(const struct registered *python, const struct registered *best)
{
    if (best->executable == NULL || is_core(python) != is_core(best))
        return best->executable == NULL || is_core(python);
    for (int i = 0; i < 3; i++)
        if (python->version.numbers[i] != best->version.numbers[i])
            return python->version.numbers[i] > best->version.numbers[i];
    return python->version.bits > best->version.bits;
}

static bool consider(void *user, const struct registered *python)
{
    struct candidate *c = user;
    if (matches(&c->wanted, &python->version) && is_better(python, &c->best) && unfit(python->executable, true) == NULL)
        c->best = *python;
    return !c->arena->failed;
}

/* A major version alone leaves the choice to the user's settings, then to the newest. */
static bool find_version(const struct search *s, const char *spec, const char **path)
{
    struct candidate c = { .arena = s->arena };
    if (!python_version_parse(spec, &c.wanted))
        return false;
    if (c.wanted.numbers[1] < 0 && strlen(spec) == strspn(spec, "0123456789")) {
        const char *chosen = launcher_default(s->arena, s->environment, spec);
        struct python_version version;
        if (chosen != NULL && python_version_parse(chosen, &version) && version.numbers[0] == c.wanted.numbers[0])
            c.wanted = version;
    }
    registry_pythons(s->arena, consider, &c);
    *path = c.best.executable;
    return *path != NULL;
}

/* ---- all together -------------------------------------------------------------------------------------- */

/* "python3.14" means a version as well, for those who are used to such names. */
static const char *version_of(const char *spec)
{
    return strncmp(spec, "python", 6) == 0 && spec[6] >= '0' && spec[6] <= '9' ? spec + 6 : spec;
}

static bool find_usual(const struct search *s, const char **path, struct cvenv_error *err)
{
    const char *chosen = launcher_default(s->arena, s->environment, "");
    if (find_on_path(s, "python3.exe", path) || find_on_path(s, "python.exe", path) ||
        (chosen != NULL && find_version(s, chosen, path)) || find_version(s, "3", path))
        return true;
    return error_set(err, CVENV_ERROR_INTERPRETER,
                     "no such Python: found no python3 or python on PATH (%s), and none is registered",
                     variable_value(s->environment, "PATH"));
}

bool find_interpreter(struct arena *a, const char *spec, const char *const *environment, const char *cwd, const char **path,
                      struct cvenv_error *err)
{
    const struct search s = { a, environment, cwd };
    bool ok;
    if (spec != NULL && spec[0] == '\0')
        return error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: its name is empty");
    if (spec == NULL)
        ok = find_usual(&s, path, err);
    else if (strpbrk(spec, "/\\:") != NULL)
        ok = find_by_path(&s, spec, path, err);
    else
        ok = find_on_path(&s, spec, path) || find_version(&s, version_of(spec), path) ||
             error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: found no %s on PATH (%s), and none is registered", spec,
                       variable_value(environment, "PATH"));
    return a->failed ? error_memory(err) : ok;
}
