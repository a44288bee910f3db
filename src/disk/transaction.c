/* SPDX-License-Identifier: MIT */
/* Owns what appears at the publication of a transaction, and what is undone when there is none. */
#include "disk/transaction.h"

#include <errno.h>
#include <stdio.h>

#include "base/path.h"
#include "disk/transaction_state.h"

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
    *m = (struct merge){ .arena = t->arena,
                         .stage = t->stage.dir,
                         .home = t->stage.home,
                         .layer = t->layer,
                         .target = t->target,
                         .target_path = t->options.path,
                         .durable = t->options.durable };
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
    if (exchange && !transaction_is_same(t->parent, t->name, t->target_device, t->target_inode))
        return TRANSACTION_LOST;
    int number = disk_stat_dir(t->tree, &st);
    if (number != 0)
        return error_system(err, number, "%s", t->options.path), TRANSACTION_FAILED;
    if (!add_layer(t, exchange ? LAYER_EXCHANGED : LAYER_APPEARED, NULL, err))
        return TRANSACTION_FAILED;
    disk_lock(t->tree, false); /* others wait until this run has come to its end, and may undo what it did */
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

/* The rename itself has to reach the disk, and the names that lead to it. A merge sees to that on its own. */
static bool seal(struct transaction *t, struct cvenv_error *err)
{
    if (!t->options.durable || t->layers->kind == LAYER_MERGED)
        return true;
    int number = disk_sync_dir(t->parent);
    if (number == 0)
        number = transaction_sync_parents(t);
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

/* Takes the new directory away from the target's name, if it is still there, and puts back what was there before. */
static int undo_appearance(struct transaction *t, bool exchanged)
{
    if (transaction_is_same(t->parent, t->name, t->target_device, t->target_inode))
        return disk_rename(t->parent, t->name, t->stage.dir, "tree-1", exchanged ? DISK_EXCHANGE : DISK_NOREPLACE);
    return exchanged ? disk_rename(t->stage.dir, "tree-1", t->parent, t->name, DISK_NOREPLACE) : 0;
}

static int undo_all(struct transaction *t)
{
    int first = 0;
    for (; t->layers != NULL; t->layers = t->layers->next) {
        int number = t->layers->kind == LAYER_MERGED ? merge_undo(t->layers->merge)
                                                     : undo_appearance(t, t->layers->kind == LAYER_EXCHANGED);
        if (number != 0 && t->layers->kind == LAYER_EXCHANGED) /* so that no later run takes it away */
            disk_write_new(t->stage.dir, "kept", "", 0, 0666, -1, false);
        first = first != 0 ? first : number;
    }
    return first;
}

void transaction_commit(struct transaction *t, const char **left)
{
    *left = NULL;
    transaction_leave(t);
    t->layers = NULL;
    t->made_parents = NULL;
    if (staging_close(&t->stage) != 0)
        *left = t->stage_path;
}

void transaction_close(struct transaction *t, struct cvenv_error *err)
{
    transaction_leave(t);
    disk_close(t->tree); /* where descriptors are scarce, what follows needs them more */
    int number = undo_all(t);
    if (number != 0) {
        /* What was there before lies in the staging directory: it stays, and the next run tries again. */
        error_wrap(err, "%s: could not be put back as it was (%s); it is kept in %s", t->options.path, strerror(number),
                   t->stage_path);
        staging_leave(&t->stage);
    } else
        staging_close(&t->stage);
    transaction_remove_parents(t);
    disk_close(t->target);
    disk_close(t->parent);
}
