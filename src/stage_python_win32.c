/* SPDX-License-Identifier: MIT */
/*
 * Owns setup_python on Windows: launchers under the interpreter's names, or links to the interpreter and its libraries.
 * The base's own launchers are taken where it has them, as CPython does; otherwise those that are part of this library.
 */
#include <errno.h>

#include "base/path.h"
#include "disk/long_path.h"
#include "env.h"
#include "launchers.h"

const bool env_is_windows = true;

static const char *place_of(struct cvenv *env, const char *bin, const char *name)
{
    return path_join(&env->arena, bin, name);
}

static void warn(const struct cvenv *env, const char *message)
{
    env_report(env, CVENV_REPORT_WARNING, message);
}

/* ---- copies -------------------------------------------------------------------------------------------- */

static bool is_windowed(const char *name)
{
    return _strnicmp(name, "pythonw", 7) == 0;
}

/* A launcher of the base's that cannot be read is no reason to make an environment without an interpreter. */
static bool copy_launcher(struct cvenv *env, const char *from, const char *path, bool *copied, struct cvenv_error *err)
{
    struct slice data;
    int number = disk_read_path(&env->arena, from, 1 << 24, &data);
    *copied = number == 0;
    if (number == 0)
        return transaction_write(env->transaction, path, data, 0777, err);
    warn(env, arena_format(&env->arena, "Unable to copy '%s' to '%s': %s", from, path, strerror(number)));
    return true;
}

static bool make_launcher(struct cvenv *env, const struct facts_program *program, const char *path, struct cvenv_error *err)
{
    bool copied = false;
    if (program->launcher[0] != '\0' && !copy_launcher(env, program->launcher, path, &copied, err))
        return false;
    if (copied)
        return true;
    const struct slice console = { launcher_console, sizeof launcher_console - 1 };
    const struct slice window = { launcher_window, sizeof launcher_window - 1 };
    return transaction_write(env->transaction, path, is_windowed(program->name) ? window : console, 0777, err);
}

static bool make_launchers(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    for (const struct facts_program *p = env->facts.programs; p->name != NULL; p++)
        if (!make_launcher(env, p, place_of(env, bin, p->name), err))
            return false;
    return true;
}

/* ---- links --------------------------------------------------------------------------------------------- */

/* Links need a privilege that few have: the first one that is refused says so of all. */
static bool can_link(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    const struct facts_program *first = env->facts.programs;
    const char *path = place_of(env, bin, first->name);
    struct cvenv_error refused;
    if (transaction_symlink(env->transaction, first->original, path, &refused))
        return true;
    if (refused.code != CVENV_ERROR_SYSTEM) {
        *err = refused;
        return false;
    }
    warn(env, arena_format(&env->arena, "Unable to symlink '%s' to '%s'", first->original,
                           path_join(&env->arena, env->context[CVENV_BIN_PATH], first->name)));
    warn(env, "Retrying with copies");
    err->code = CVENV_ERROR_NONE;
    return false;
}

static bool link_others(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    for (const struct facts_program *p = env->facts.programs + 1; p->name != NULL; p++)
        if (p->original[0] != '\0' && !transaction_symlink(env->transaction, p->original, place_of(env, bin, p->name), err))
            return false;
    for (const struct facts_library *l = env->facts.libraries; l->path != NULL; l++)
        if (!transaction_symlink(env->transaction, l->path, l->place, err))
            return false;
    return true;
}

static bool make_programs(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    if (env->options.links != CVENV_LINKS_SYMLINKS)
        return make_launchers(env, bin, err);
    if (can_link(env, bin, err))
        return link_others(env, bin, err);
    return err->code == CVENV_ERROR_NONE && make_launchers(env, bin, err);
}

/* ---- programs of the Python that was there before -------------------------------------------------------- */

/* "python3.13t.exe", "pythonw_d.exe": what venv gives an interpreter. */
static bool looks_like_interpreter(const char *name)
{
    if (_strnicmp(name, "python", 6) != 0)
        return false;
    name += 6;
    name += *name == 'w' || *name == 'W';
    name += strspn(name, "0123456789.");
    if (_strnicmp(name, "exe", 3) == 0) /* whose dot went with the numbers */
        name--;
    name += *name == 't';
    if (_strnicmp(name, "_d", 2) == 0)
        name += 2;
    return _stricmp(name, ".exe") == 0;
}

/* Links to libraries: "python313.dll", "vcruntime140.dll". */
static bool is_linked_library(struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    size_t length = strlen(name);
    return length > 4 && _stricmp(name + length - 4, ".dll") == 0 && disk_stat(dir, name, &st) == 0 &&
           st.type == DISK_LINK;
}

static bool is_wanted(const struct cvenv *env, const char *name)
{
    for (const struct facts_program *p = env->facts.programs; p->name != NULL; p++)
        if (_stricmp(p->name, name) == 0)
            return true;
    return false;
}

bool env_is_former(const struct cvenv *env, struct disk_dir dir, const char *name)
{
    return !is_wanted(env, name) && (looks_like_interpreter(name) || is_linked_library(dir, name));
}

/* ---- where it really is -------------------------------------------------------------------------------- */

/* The path as `look` gives it, as far as it exists yet. */
static const char *look_up(struct cvenv *env, const char *path, int (*look)(struct arena *a, const char *path, char **out))
{
    char *found;
    if (look(&env->arena, path, &found) == 0)
        return found;
    if (path_name(path)[0] == '\0' || env->arena.failed)
        return path;
    return path_join(&env->arena, look_up(env, path_parent(&env->arena, path), look), path_name(path));
}

/*
 * As EnvBuilder.ensure_directories (bpo-40654): commands should call the interpreter by its real path. A short name is no
 * other place (gh-90329).
 */
static bool note_redirection(struct cvenv *env, struct cvenv_error *err)
{
    const char *requested = env->context[CVENV_ENV_EXE];
    const char *actual = look_up(env, requested, disk_real_path), *same = look_up(env, requested, disk_long_path);
    if (env->arena.failed)
        return error_memory(err);
    if (path_is_within(actual, same) && path_is_within(same, actual))
        return true;
    env->context[CVENV_ENV_EXEC_CMD] = actual;
    warn(env, arena_format(&env->arena,
                           "Actual environment location may have moved due to redirects, links or junctions.\n"
                           "  Requested location: \"%s\"\n  Actual location:    \"%s\"", requested, actual));
    return true;
}

/* Launchers name the environment in __PYVENV_LAUNCHER__; before, and in other implementations, nobody reads it. */
static bool knows_launchers(const struct facts *f)
{
    bool old = f->major == 3 && (f->minor < 7 || (f->minor == 7 && f->micro < 2));
    return f->programs[0].name != NULL && strcmp(f->implementation, "cpython") == 0 && !old;
}

bool stage_setup_python(struct cvenv *env, struct cvenv_error *err)
{
    const char *bin;
    if (!knows_launchers(&env->facts))
        return error_set(err, CVENV_ERROR_INTERPRETER, "%s: is %s %s, but environments on Windows need CPython 3.7.2 or later",
                         env->facts.executable, env->facts.implementation, env->facts.version);
    return env_relative(env, CVENV_BIN_PATH, &bin, err) && transaction_make_dir(env->transaction, bin, err) &&
           note_redirection(env, err) && env_remove_former(env, bin, err) && make_programs(env, bin, err);
}
