/* SPDX-License-Identifier: MIT */
/* Owns the opening of a transaction: parents, the target and its lock, what the dead have left, the staging directory. */
#include <errno.h>

#include "base/path.h"
#include "disk/transaction_state.h"

enum { PATIENCE_MS = 60000, PAUSE_MS = 5, ATTEMPTS = 100 };

/* ---- what is above the target -------------------------------------------------------------------------- */

/* Makes a missing directory in *dir and goes into it. That others make it at the same time is fine. */
static bool make_parent(struct transaction *t, struct made_parent *missing, struct disk_dir *dir, struct cvenv_error *err)
{
    struct disk_dir inner;
    struct disk_stat st;
    int number = disk_make_dir(*dir, missing->name);
    bool made = number == 0;
    if (number == 0 || number == EEXIST)
        number = disk_open_dir(*dir, missing->name, &inner);
    if (number == 0 && (number = disk_stat_dir(inner, &st)) != 0)
        disk_close(inner);
    if (number != 0) {
        if (made)
            disk_remove(*dir, missing->name, DISK_DIRECTORY);
        return error_system(err, number, "%s: creating the directory", missing->path);
    }
    disk_close(*dir);
    *dir = inner;
    if (made) {
        missing->device = st.device;
        missing->inode = st.inode;
        missing->next = t->made_parents;
        t->made_parents = missing;
    }
    return true;
}

/* Opens the directory that the target is in, made with all that is missing above it. */
static bool open_parent(struct transaction *t, struct cvenv_error *err)
{
    const char *path = t->parent_path;
    struct made_parent *missing = NULL;
    int number;
    while ((number = disk_open_path(path, &t->parent)) == ENOENT && path_name(path)[0] != '\0') {
        struct made_parent *one = arena_alloc(t->arena, sizeof *one);
        const char *above = path_parent(t->arena, path);
        if (t->arena->failed)
            return error_memory(err);
        *one = (struct made_parent){ .path = path, .name = path_name(path), .above = above, .next = missing };
        missing = one;
        path = above;
    }
    if (number != 0) {
        t->parent = DISK_NO_DIR;
        return error_system(err, number, "%s", path);
    }
    while (missing != NULL) {
        struct made_parent *next = missing->next;
        if (!make_parent(t, missing, &t->parent, err))
            return false;
        missing = next;
    }
    return true;
}

bool transaction_is_same(struct disk_dir parent, const char *name, uint64_t device, uint64_t inode)
{
    struct disk_stat st;
    return disk_stat(parent, name, &st) == 0 && st.device == device && st.inode == inode;
}

void transaction_remove_parents(struct transaction *t)
{
    for (const struct made_parent *made = t->made_parents; made != NULL; made = made->next) {
        struct disk_dir above;
        if (disk_open_path(made->above, &above) != 0)
            continue;
        if (transaction_is_same(above, made->name, made->device, made->inode))
            disk_remove(above, made->name, DISK_DIRECTORY);
        disk_close(above);
    }
    t->made_parents = NULL;
}

int transaction_sync_parents(const struct transaction *t)
{
    int number = 0;
    for (const struct made_parent *made = t->made_parents; number == 0 && made != NULL; made = made->next) {
        struct disk_dir above;
        number = disk_open_path(made->above, &above);
        if (number == 0) {
            number = disk_sync_dir(above);
            disk_close(above);
        }
    }
    return number;
}

/* ---- the target ---------------------------------------------------------------------------------------- */

/* One at a time works on a target that exists. */
static bool lock_patiently(struct transaction *t, struct disk_dir dir, struct cvenv_error *err)
{
    for (int waited = 0; disk_lock(dir, false) == EWOULDBLOCK; waited += PAUSE_MS) {
        if (transaction_interrupted(t, err))
            return false;
        if (waited >= PATIENCE_MS)
            return error_system(err, EBUSY, "%s: another run has been working there for a minute", t->options.path);
        disk_pause(PAUSE_MS);
    }
    return true; /* a file system without locks has to do without */
}

/* Opens and locks the directory that is at the target; DISK_NO_DIR when there is none. */
static bool open_target(struct transaction *t, struct cvenv_error *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        int number = t->name[0] == '\0' ? disk_duplicate(t->parent, &t->target)
                                        : disk_open_dir(t->parent, t->name, &t->target);
        if (number == ENOENT)
            return true;
        if (number == ENOTDIR || number == ELOOP)
            return error_set(err, CVENV_ERROR_DIRECTORY, "unable to create directory '%s': a %s is in its place",
                             t->options.path,
                             number == ELOOP || transaction_is_link(t->parent, t->name) ? "symbolic link" : "file");
        if (number != 0)
            return error_system(err, number, "%s", t->options.path);
        struct disk_stat st;
        number = disk_stat_dir(t->target, &st);
        if (number != 0)
            return error_system(err, number, "%s", t->options.path);
        if (!lock_patiently(t, t->target, err))
            return false;
        t->target_inode = st.inode;
        t->target_device = st.device;
        if (t->name[0] == '\0' || transaction_is_same(t->parent, t->name, st.device, st.inode))
            return true;
        disk_close(t->target); /* it was replaced while we waited */
        t->target = DISK_NO_DIR;
    }
    return error_set(err, CVENV_ERROR_DIRECTORY, "%s: other programs keep changing what is there", t->options.path);
}

/* ---- the staging directory ----------------------------------------------------------------------------- */

/* Puts back and takes away what interrupted runs have left beside the target or in it. */
static bool collect(struct transaction *t, struct cvenv_error *err)
{
    char prefix[STAGING_PREFIX];
    const char *stuck, *where = t->parent_path;
    int number = 0;
    if (t->name[0] != '\0') {
        staging_prefix(prefix, t->name);
        number = staging_collect(t->arena, t->parent, prefix, t->target, &stuck);
    }
    if (number == 0 && t->target.handle >= 0) {
        staging_prefix(prefix, NULL);
        where = t->options.path;
        number = staging_collect(t->arena, t->target, prefix, t->target, &stuck);
    }
    return number == 0
               ? true
               : error_system(err, number, "%s/%s: what an interrupted run left there cannot be put back", where, stuck);
}

static int open_stage_in(struct transaction *t, struct disk_dir home, const char *home_path, const char *target_name)
{
    char prefix[STAGING_PREFIX];
    staging_prefix(prefix, target_name);
    int number = staging_open(home, prefix, &t->stage);
    t->stage_path = path_join(t->arena, home_path, t->stage.name);
    t->inside = target_name == NULL;
    return number;
}

/* Beside the target when it is absent or goes away as a whole, else (and where that is not allowed) inside it. */
static bool open_stage(struct transaction *t, struct cvenv_error *err)
{
    bool exists = t->target.handle >= 0, mount = false;
    if (exists && t->options.clear && t->name[0] != '\0')
        disk_is_mount(t->parent, t->name, &mount);
    if (!exists || (t->options.clear && !mount && t->name[0] != '\0')) {
        int number = open_stage_in(t, t->parent, t->parent_path, t->name);
        if (number == 0)
            return true;
        if (!exists || (number != EACCES && number != EPERM && number != EROFS))
            return error_system(err, number, "%s: creating a directory there", t->parent_path);
    }
    int number = open_stage_in(t, t->target, t->options.path, NULL);
    return number == 0 ? true : error_system(err, number, "%s: creating a directory there", t->options.path);
}

bool transaction_open(struct arena *a, const struct transaction_options *options, struct transaction **out,
                      struct cvenv_error *err)
{
    struct transaction *t = arena_alloc(a, sizeof *t);
    if (t == NULL)
        return error_memory(err);
    *t = (struct transaction){ .arena = a, .options = *options, .parent = DISK_NO_DIR, .target = DISK_NO_DIR,
                               .tree = DISK_NO_DIR, .at = DISK_NO_DIR, .stage = { .dir = DISK_NO_DIR }, .layer = 1 };
    t->name = path_name(options->path);
    t->parent_path = path_parent(a, options->path);
    *out = t;
    if (a->failed ? !error_memory(err) : !open_parent(t, err) || !open_target(t, err)) {
        transaction_close(t, err);
        return false;
    }
    return true;
}

struct disk_dir transaction_target(const struct transaction *t)
{
    return t->target;
}

struct disk_dir transaction_parent(const struct transaction *t)
{
    return t->parent;
}

bool transaction_prepare(struct transaction *t, struct cvenv_error *err)
{
    return collect(t, err) && open_stage(t, err);
}
