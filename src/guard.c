/* SPDX-License-Identifier: MIT */
/* Owns the guard of --clear: what is never an environment's to throw away. */
#include "base/path.h"
#include "env.h"

/* Directories that version control keeps at the top of a checkout. */
static const char *const version_control[] = { ".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".fossil" };

static bool refuse(const struct cvenv *env, const char *why, struct cvenv_error *err)
{
    return error_set(err, CVENV_ERROR_GUARD, "refusing to clear %s: %s (choose another directory, or use --force)",
                     env->context[CVENV_ENV_DIR], why);
}

/* The directory, found by what it is and not by its name: links and mounts give one directory many names. */
static bool is_ancestor_or_self(struct cvenv *env, const struct disk_stat *target, const char *of)
{
    for (const char *path = of; path_is_absolute(path); path = path_parent(&env->arena, path)) {
        struct disk_stat st;
        if (disk_stat_path(path, &st) == 0 && st.device == target->device && st.inode == target->inode)
            return true;
        if (path_name(path)[0] == '\0')
            break;
    }
    return false;
}

static bool is_home(const struct cvenv *env, const struct disk_stat *target)
{
    struct disk_stat st;
    return path_is_absolute(env->home) && disk_stat_path(env->home, &st) == 0 && st.device == target->device &&
           st.inode == target->inode;
}

static const char *under_version_control(struct cvenv *env, struct disk_dir dir)
{
    struct disk_stat st;
    for (size_t i = 0; i < sizeof version_control / sizeof *version_control; i++)
        if (disk_stat(dir, version_control[i], &st) == 0)
            return arena_format(&env->arena, "it holds version-control data (%s)", version_control[i]);
    return NULL;
}

static const char *why_not(struct cvenv *env, struct disk_dir parent, struct disk_dir dir, const struct disk_stat *st)
{
    const char *name = path_name(env->context[CVENV_ENV_DIR]);
    bool mounted = false;
    if (name[0] == '\0')
        return "it is the root directory";
    if (is_home(env, st))
        return "it is your home directory";
    if (is_ancestor_or_self(env, st, env->cwd))
        return "it is the current directory, or the current directory is in it";
    if (is_ancestor_or_self(env, st, env->home))
        return "your home directory is in it";
    if (disk_is_mount(parent, name, &mounted) == 0 && mounted)
        return "it is a mount point";
    return under_version_control(env, dir);
}

bool guard_clear(struct cvenv *env, struct cvenv_error *err)
{
    const char *path = env->context[CVENV_ENV_DIR];
    struct disk_dir parent, dir;
    struct disk_stat st;
    if (disk_open_path(path_parent(&env->arena, path), &parent) != 0)
        return true; /* nothing is there to be cleared; what is wrong with the parent is told later */
    bool root = path_name(path)[0] == '\0';
    int number = root ? disk_duplicate(parent, &dir) : disk_open_dir(parent, path_name(path), &dir);
    const char *why = NULL;
    if (number == 0) {
        number = disk_stat_dir(dir, &st);
        why = number == 0 && !env->options.force ? why_not(env, parent, dir, &st) : NULL;
        disk_close(dir);
    }
    disk_close(parent);
    return why == NULL ? true : refuse(env, why, err);
}
