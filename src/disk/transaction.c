/* SPDX-License-Identifier: MIT */
/* Owns the opening of a transaction, what appears at its publication, and what is undone when there is none. */
#include "disk/transaction.h"

#include <errno.h>
#include <stdio.h>

#include "base/path.h"
#include "disk/transaction_state.h"

enum { PATIENCE_MS = 60000, PAUSE_MS = 5 };

/* ---- opening ------------------------------------------------------------------------------------------- */

/* Makes the directory with its missing parents, remembers which were made, and opens it. */
static bool open_parent(struct transaction *t, const char *path, struct disk_dir *out, struct cvenv_error *err)
{
    int number = disk_open_path(path, out);
    if (number == 0)
        return true;
    if (number != ENOENT || path_name(path)[0] == '\0')
        return error_system(err, number, "%s", path);
    struct disk_dir above;
    if (!open_parent(t, path_parent(t->arena, path), &above, err))
        return false;
    number = disk_make_dir(above, path_name(path));
    disk_close(above);
    if (number == 0) {
        struct made_parent *made = arena_alloc(t->arena, sizeof *made);
        if (made != NULL)
            *made = (struct made_parent){ path, t->made_parents };
        t->made_parents = made != NULL ? made : t->made_parents;
    }
    if (number != 0 && number != EEXIST)
        return error_system(err, number, "%s: creating the directory", path);
    number = disk_open_path(path, out);
    return number == 0 ? true : error_system(err, number, "%s", path);
}

static void remove_made_parents(struct transaction *t)
{
    for (; t->made_parents != NULL; t->made_parents = t->made_parents->next) {
        struct disk_dir above;
        if (disk_open_path(path_parent(t->arena, t->made_parents->path), &above) != 0)
            return;
        disk_remove(above, path_name(t->made_parents->path), DISK_DIRECTORY);
        disk_close(above);
    }
}

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

static bool is_same(struct disk_dir parent, const char *name, uint64_t device, uint64_t inode)
{
    struct disk_stat st;
    return disk_stat(parent, name, &st) == 0 && st.device == device && st.inode == inode;
}

/* Opens and locks the directory that is at the target; DISK_NO_DIR when there is none. */
static bool open_target(struct transaction *t, struct cvenv_error *err)
{
    for (;;) {
        int number = t->name[0] == '\0' ? disk_duplicate(t->parent, &t->target)
                                        : disk_open_dir(t->parent, t->name, &t->target);
        if (number == ENOENT)
            return true;
        if (number == ENOTDIR || number == ELOOP)
            return error_set(err, CVENV_ERROR_DIRECTORY, "unable to create directory '%s': a %s is in its place",
                             t->options.path, number == ELOOP || transaction_is_link(t->parent, t->name) ? "symbolic link" : "file");
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
        if (t->name[0] == '\0' || is_same(t->parent, t->name, st.device, st.inode))
            return true;
        disk_close(t->target); /* it was replaced while we waited */
        t->target = DISK_NO_DIR;
    }
}

/* Beside the target when it is absent or goes away as a whole, else (and where that is not allowed) inside it. */
static bool open_stage(struct transaction *t, struct cvenv_error *err)
{
    bool exists = t->target.handle >= 0, mount = false;
    char prefix[240];
    if (exists && t->name[0] != '\0')
        disk_is_mount(t->parent, t->name, &mount);
    if (!exists || (t->options.clear && !mount && t->name[0] != '\0')) {
        staging_prefix(prefix, t->name);
        staging_collect(t->arena, t->parent, prefix, t->name);
        int number = staging_open(t->parent, prefix, &t->stage);
        t->stage_path = path_join(t->arena, t->parent_path, t->stage.name);
        if (number == 0)
            return true;
        if (!exists || (number != EACCES && number != EPERM && number != EROFS))
            return error_system(err, number, "%s: creating a directory there", t->parent_path);
    }
    staging_prefix(prefix, NULL);
    staging_collect(t->arena, t->target, prefix, NULL);
    int number = staging_open(t->target, prefix, &t->stage);
    t->stage_path = path_join(t->arena, t->options.path, t->stage.name);
    t->inside = true;
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
    if (!open_parent(t, t->parent_path, &t->parent, err) || !open_target(t, err) || !open_stage(t, err)) {
        transaction_close(t, err);
        return false;
    }
    return true;
}

struct disk_dir transaction_existing(const struct transaction *t)
{
    return t->options.clear && t->layers == NULL ? DISK_NO_DIR : t->target;
}

/* ---- appearing ----------------------------------------------------------------------------------------- */

static bool add_layer(struct transaction *t, enum layer_kind kind, struct merge *merge, struct cvenv_error *err)
{
    struct layer *layer = arena_alloc(t->arena, sizeof *layer);
    if (layer == NULL)
        return error_memory(err);
    *layer = (struct layer){ kind, merge, t->layers };
    t->layers = layer;
    return true;
}

static enum transaction_outcome merge_layer(struct transaction *t, bool purge, struct cvenv_error *err)
{
    struct merge *m = arena_alloc(t->arena, sizeof *m);
    if (m == NULL)
        return error_memory(err), TRANSACTION_FAILED;
    *m = (struct merge){ .arena = t->arena, .stage = t->stage.dir, .layer = t->layer, .target = t->target,
                         .target_path = t->options.path, .durable = t->options.durable };
    bool ok = merge_plan(m, purge, t->removals, t->removal_count, err) && add_layer(t, LAYER_MERGED, m, err) &&
              merge_execute(m, err);
    return ok ? TRANSACTION_DONE : TRANSACTION_FAILED;
}

/* The new directory at the name of the target, by one rename. From then on it is the target, and merged into. */
static enum transaction_outcome appear(struct transaction *t, bool exchange, struct cvenv_error *err)
{
    char tree[32];
    struct disk_stat st;
    snprintf(tree, sizeof tree, "tree-%u", t->layer);
    if (exchange && !is_same(t->parent, t->name, t->target_device, t->target_inode))
        return TRANSACTION_LOST;
    int number = disk_stat_dir(t->tree, &st);
    if (number != 0)
        return error_system(err, number, "%s", t->options.path), TRANSACTION_FAILED;
    if (!add_layer(t, exchange ? LAYER_EXCHANGED : LAYER_APPEARED, NULL, err))
        return TRANSACTION_FAILED;
    number = disk_rename(t->stage.dir, tree, t->parent, t->name, exchange ? DISK_EXCHANGE : DISK_NOREPLACE);
    if (number != 0) {
        t->layers = t->layers->next;
        if (number == ENOTSUP && exchange)
            return merge_layer(t, true, err);
        if (number == EEXIST || number == ENOTEMPTY || (exchange && number == ENOENT))
            return TRANSACTION_LOST;
        return error_system(err, number, "%s: putting the environment in place", t->options.path), TRANSACTION_FAILED;
    }
    disk_close(t->target);
    t->target = t->tree;
    t->tree = DISK_NO_DIR;
    t->target_device = st.device;
    t->target_inode = st.inode;
    return TRANSACTION_DONE;
}

static bool make_durable(struct transaction *t, struct cvenv_error *err)
{
    int number = t->options.durable ? disk_sync_tree(t->tree) : 0;
    if (number == 0 && t->options.durable)
        number = disk_sync_dir(t->stage.dir);
    return number == 0 ? true : error_system(err, number, "%s: writing it to the disk", t->options.path);
}

/* The renames themselves have to reach the disk. */
static bool seal(struct transaction *t, struct cvenv_error *err)
{
    int number = t->options.durable ? disk_sync_tree_dirs(t->target) : 0;
    if (number == 0 && t->options.durable)
        number = disk_sync_dir(t->parent);
    return number == 0 ? true : error_system(err, number, "%s: writing it to the disk", t->options.path);
}

enum transaction_outcome transaction_publish(struct transaction *t, struct cvenv_error *err)
{
    if (t->tree.handle < 0 && t->removal_count == 0 && t->layers != NULL)
        return TRANSACTION_DONE; /* nothing new */
    if (!transaction_stage_tree(t, err) || !make_durable(t, err))
        return TRANSACTION_FAILED;
    transaction_leave(t);
    enum transaction_outcome outcome;
    bool first = t->layers == NULL;
    if (first && t->target.handle < 0)
        outcome = appear(t, false, err);
    else if (first && t->options.clear && !t->inside)
        outcome = appear(t, true, err);
    else
        outcome = merge_layer(t, first && t->options.clear, err);
    if (outcome != TRANSACTION_DONE)
        return outcome;
    disk_close(t->tree);
    t->tree = DISK_NO_DIR;
    t->removal_count = 0;
    t->layer++;
    return seal(t, err) ? TRANSACTION_DONE : TRANSACTION_FAILED;
}

/* ---- the end ------------------------------------------------------------------------------------------- */

/* Takes the new directory away from the target's name, if it is still there. */
static int undo_appearance(struct transaction *t, bool exchanged)
{
    if (!is_same(t->parent, t->name, t->target_device, t->target_inode))
        return 0;
    return disk_rename(t->parent, t->name, t->stage.dir, "tree-1", exchanged ? DISK_EXCHANGE : DISK_NOREPLACE);
}

static int undo_all(struct transaction *t)
{
    int first = 0;
    for (; t->layers != NULL; t->layers = t->layers->next) {
        int number = t->layers->kind == LAYER_MERGED ? merge_undo(t->layers->merge)
                                                     : undo_appearance(t, t->layers->kind == LAYER_EXCHANGED);
        first = first != 0 ? first : number;
    }
    return first;
}

void transaction_commit(struct transaction *t, const char **left)
{
    *left = NULL;
    transaction_leave(t);
    disk_remove(t->stage.dir, "journal-1", DISK_FILE); /* from here on a crash undoes nothing (merge_recover starts there) */
    t->layers = NULL;
    t->made_parents = NULL;
    if (staging_close(&t->stage) != 0)
        *left = t->stage_path;
}

void transaction_close(struct transaction *t, struct cvenv_error *err)
{
    transaction_leave(t);
    int number = undo_all(t);
    if (number != 0) {
        /* What was there before lies in the staging directory: it stays, and the next run tries again. */
        error_wrap(err, "%s: could not be put back as it was (%s); it is kept in %s", t->options.path, strerror(number),
                   t->stage_path);
        disk_close(t->stage.dir);
    } else
        staging_close(&t->stage);
    remove_made_parents(t);
    disk_close(t->tree);
    disk_close(t->target);
    disk_close(t->parent);
}
