/* SPDX-License-Identifier: MIT */
/* Owns the cache directory: where it is (XDG base directories), and whether what is in it can be trusted. */
#include <errno.h>

#include "base/path.h"
#include "env.h"

/* Relative values are to be ignored (XDG Base Directory Specification). NULL: there is no place for a cache. */
static const char *choose_path(struct cvenv *env)
{
    const struct cvenv_options *options = &env->options;
    if (options->no_cache)
        return NULL;
    if (options->cache_dir != NULL)
        return path_absolute(&env->arena, env->cwd, options->cache_dir);
    return disk_cache_path(&env->arena, options->environment);
}

/* Opens the directory, made (for its owner alone) where it is missing. */
static int open_private(struct arena *a, const char *path, struct disk_dir *out)
{
    int number = disk_open_path(path, out);
    if (number != ENOENT || path_name(path)[0] == '\0')
        return number;
    struct disk_dir above;
    number = open_private(a, path_parent(a, path), &above);
    if (number != 0)
        return number;
    number = disk_make_private_dir(above, path_name(path));
    disk_close(above);
    return number == 0 || number == EEXIST ? disk_open_path(path, out) : number;
}

void env_open_cache(struct cvenv *env)
{
    const char *path = choose_path(env);
    if (path == NULL || path[0] == '\0')
        return;
    struct disk_dir dir = DISK_NO_DIR;
    const char *why = NULL;
    int number = open_private(&env->arena, path, &dir);
    if (number == 0)
        number = disk_distrust(dir, &why);
    if (number == 0 && why == NULL) {
        env->cache = dir;
        env->cache_path = path;
        return;
    }
    disk_close(dir);
    why = number != 0 ? strerror(number) : why;
    env_report(env, CVENV_REPORT_WARNING, arena_format(&env->arena, "going on without the cache: %s: %s", path, why));
}
