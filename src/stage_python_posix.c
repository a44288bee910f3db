/* SPDX-License-Identifier: MIT */
/* Owns setup_python on POSIX systems: the interpreter's names in the scripts directory. */
#include <ctype.h>
#include <errno.h>

#include "base/path.h"
#include "env.h"

const bool env_is_windows = false;

static bool wants_copies(const struct cvenv *env)
{
    return env->options.links == CVENV_LINKS_COPIES;
}

static bool is_name(const struct cvenv *env, const char *name)
{
    if (strcmp(name, path_name(env->context[CVENV_ENV_EXE])) == 0)
        return true;
    for (const char *const *n = env->facts.names; *n != NULL; n++)
        if (strcmp(name, *n) == 0)
            return true;
    return false;
}

/* ---- names of the Python that was there before --------------------------------------------------------- */

/* "python3.11", "pypy3", "python3.13t", and the name that only 3.14 has: what venv gives an interpreter. */
static bool looks_like_interpreter(const char *name)
{
    if (strcmp(name, "\xf0\x9d\x9c\x8bthon") == 0)
        return true;
    size_t length = strncmp(name, "python", 6) == 0 ? 6 : strncmp(name, "pypy", 4) == 0 ? 4 : 0;
    if (length == 0)
        return false;
    name += length;
    while (isdigit((unsigned char)*name) || *name == '.')
        name++;
    return *name == '\0' || strcmp(name, "t") == 0;
}

bool env_is_former(const struct cvenv *env, struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    return looks_like_interpreter(name) && !is_name(env, name) && disk_stat(dir, name, &st) == 0 &&
           st.type != DISK_DIRECTORY;
}

/* ---- the names ----------------------------------------------------------------------------------------- */

static bool copy_executable(struct cvenv *env, const char *path, struct cvenv_error *err)
{
    return transaction_copy(env->transaction, env->context[CVENV_EXECUTABLE], path, 0777, err);
}

/* As venv does (symlink_or_copy): where there are no links, copies from then on, with a warning. */
static bool make_primary(struct cvenv *env, const char *path, struct cvenv_error *err)
{
    const char *executable = env->context[CVENV_EXECUTABLE];
    if (wants_copies(env))
        return copy_executable(env, path, err);
    if (transaction_symlink(env->transaction, executable, path, err))
        return true;
    if (!env_has_no_links(err))
        return false;
    env_report(env, CVENV_REPORT_WARNING, arena_format(&env->arena, "Unable to symlink '%s' to '%s'", executable,
                                                       path_join(&env->arena, env->context[CVENV_ENV_DIR], path)));
    env->options.links = CVENV_LINKS_COPIES;
    return copy_executable(env, path, err);
}

/* As venv does: links to the primary beside them, or more copies. */
static bool make_others(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    const char *primary = path_name(env->context[CVENV_ENV_EXE]);
    for (const char *const *name = env->facts.names; *name != NULL; name++) {
        const char *path = path_join(&env->arena, bin, *name);
        if (strcmp(*name, primary) == 0)
            continue;
        bool ok =
            wants_copies(env) ? copy_executable(env, path, err) : transaction_symlink(env->transaction, primary, path, err);
        if (!ok)
            return false;
    }
    return true;
}

/* A copied executable with $ORIGIN in its run path looks for its libpython beside itself. */
static bool copy_libraries(struct cvenv *env, struct cvenv_error *err)
{
    if (!wants_copies(env))
        return true;
    for (const struct facts_library *l = env->facts.libraries; l->path != NULL; l++)
        if (!transaction_make_dir(env->transaction, path_parent(&env->arena, l->place), err) ||
            !transaction_copy(env->transaction, l->path, l->place, 0777, err))
            return false;
    return true;
}

bool stage_setup_python(struct cvenv *env, struct cvenv_error *err)
{
    const char *bin, *primary;
    return env_relative(env, CVENV_BIN_PATH, &bin, err) && env_relative(env, CVENV_ENV_EXE, &primary, err) &&
           transaction_make_dir(env->transaction, bin, err) && env_remove_former(env, bin, err) &&
           make_primary(env, primary, err) && make_others(env, bin, err) && copy_libraries(env, err);
}
