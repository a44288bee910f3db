/* SPDX-License-Identifier: MIT */
/* Owns the guard of --clear: what is never an environment's to throw away. */
#include <errno.h>

#include "base/path.h"
#include "disk/busy.h"
#include "env.h"

/* Directories that version control keeps at the top of a checkout. */
static const char *const version_control[] = { ".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".fossil" };

/* The directory that is to be cleared, and what has been found out. */
struct guarded {
    struct cvenv *env;
    struct disk_dir dir;
    struct disk_stat stat;
    const char *why; /* not; NULL: nothing speaks against it */
    int number;      /* what kept it from being found out */
};

/* What cannot be looked at may be what it must not be; only what is not there, or out of reach for everybody, is not. */
static bool is_unknown(struct guarded *g, int number)
{
    if (number == 0 || number == ENOENT || number == ENOTDIR || number == EACCES || number == ELOOP || number == ENAMETOOLONG)
        return false;
    g->number = number;
    return true;
}

/* Found by what it is and not by its name: links and mounts give one directory many names. */
static bool is_at(struct guarded *g, const char *path)
{
    struct disk_stat st;
    int number = disk_stat_path(path, &st);
    return is_unknown(g, number) || (number == 0 && st.device == g->stat.device && st.inode == g->stat.inode);
}

static bool is_ancestor_or_self(struct guarded *g, const char *of)
{
    for (const char *path = of; path_is_absolute(path); path = path_parent(&g->env->arena, path)) {
        if (is_at(g, path))
            return true;
        if (path_name(path)[0] == '\0')
            break;
    }
    return false;
}

static bool is_mount(struct guarded *g)
{
    bool mounted = false;
    struct disk_dir parent = transaction_parent(g->env->transaction);
    int number = disk_is_mount(parent, path_name(g->env->context[CVENV_ENV_DIR]), &mounted);
    return is_unknown(g, number) || mounted;
}

static int stop_listing(void *user, const char *name)
{
    (void)user;
    (void)name;
    return EEXIST;
}

/* /usr, /etc, /home …; but /venv is where many images have their environment. */
static bool is_of_the_system(struct guarded *g)
{
    struct disk_stat cfg;
    const char *parent = path_parent(&g->env->arena, g->env->context[CVENV_ENV_DIR]);
    return path_name(parent)[0] == '\0' && disk_stat(g->dir, "pyvenv.cfg", &cfg) != 0 &&
           disk_list(g->dir, stop_listing, NULL) != 0;
}

static const char *under_version_control(struct guarded *g)
{
    for (size_t i = 0; i < sizeof version_control / sizeof *version_control; i++) {
        struct disk_stat st;
        int number = disk_stat(g->dir, version_control[i], &st);
        if (number == 0 || is_unknown(g, number))
            return arena_format(&g->env->arena, "it holds version-control data (%s)", version_control[i]);
    }
    return NULL;
}

static const char *in_use(struct guarded *g)
{
    const char *path;
    int number = disk_find_busy(&g->env->arena, g->dir, &path);
    if (is_unknown(g, number) || path == NULL)
        return NULL;
    return arena_format(&g->env->arena, "%s in it is in use", path);
}

static const char *why_not(struct guarded *g)
{
    struct cvenv *env = g->env;
    if (path_name(env->context[CVENV_ENV_DIR])[0] == '\0')
        return "it is the root directory";
    if (path_is_absolute(env->home) && is_at(g, env->home))
        return "it is your home directory";
    if (is_ancestor_or_self(g, env->cwd))
        return "it is the current directory, or the current directory is in it";
    if (is_ancestor_or_self(g, env->home))
        return "your home directory is in it";
    if (is_ancestor_or_self(g, env->facts.executable) || is_ancestor_or_self(g, env->facts.real_executable))
        return "the Python that the environment is made from is in it";
    if (is_of_the_system(g))
        return "it is a directory of the system, and no environment";
    if (is_mount(g))
        return "it is a mount point";
    if (disk_has_mounts(g->dir))
        return "something is mounted in it";
    const char *why = under_version_control(g);
    return why != NULL ? why : in_use(g);
}

bool guard_clear(struct cvenv *env, struct cvenv_error *err)
{
    const char *path = env->context[CVENV_ENV_DIR];
    struct guarded g = { .env = env, .dir = transaction_target(env->transaction) };
    if (g.dir.handle < 0 || env->options.force)
        return true;
    g.number = disk_stat_dir(g.dir, &g.stat);
    if (g.number == 0)
        g.why = why_not(&g);
    if (g.number != 0)
        return error_system(err, g.number, "refusing to clear %s: it cannot be told what it is", path);
    if (env->arena.failed)
        return error_memory(err);
    return g.why == NULL ? true
                         : error_set(err, CVENV_ERROR_GUARD,
                                     "refusing to clear %s: %s (choose another directory, or use --force)", path, g.why);
}
