/* SPDX-License-Identifier: MIT */
/* What transaction_open.c (opening), transaction.c (appearing, undoing) and transaction_tree.c (the staged tree) share. */
#ifndef DISK_TRANSACTION_STATE_H
#define DISK_TRANSACTION_STATE_H

#include "disk/merge.h"
#include "disk/staging.h"
#include "disk/transaction.h"

enum layer_kind { LAYER_APPEARED, LAYER_EXCHANGED, LAYER_MERGED };

/* Something that was published and can be undone. */
struct layer {
    enum layer_kind kind;
    struct merge *merge;
    struct layer *next; /* the one before it */
};

/* A directory above the target that is missing, or that this run made. */
struct made_parent {
    const char *path, *name, *above; /* absolute, its last component, what comes before it */
    uint64_t device, inode;
    struct made_parent *next;
};

struct transaction {
    struct arena *arena;
    struct transaction_options options;
    const char *name, *parent_path;
    struct disk_dir parent;
    struct made_parent *made_parents; /* directories above the target that this run made, the deepest first */

    struct disk_dir target; /* what is at the target, open and locked; DISK_NO_DIR when nothing is */
    uint64_t target_device, target_inode;

    struct staging stage;
    const char *stage_path;
    bool inside;          /* the staging directory is inside the target */
    unsigned layer;       /* tree-LAYER is being made */
    struct disk_dir tree; /* it, open; DISK_NO_DIR until something is put into it */
    struct disk_dir at;   /* the directory of the tree that was used last, and its path */
    const char *at_path;

    const char **removals;
    size_t removal_count, removal_capacity;
    struct layer *layers; /* published, the newest first */
};

/* True, with err filled in, when the caller wants to stop. */
bool transaction_interrupted(const struct transaction *t, struct cvenv_error *err);
/* Makes and opens the tree of this layer if that has not been done. */
bool transaction_stage_tree(struct transaction *t, struct cvenv_error *err);
/* Forgets the directory that was used last. */
void transaction_leave(struct transaction *t);
bool transaction_is_link(struct disk_dir dir, const char *name);
/* Is the directory that was seen still at that name? */
bool transaction_is_same(struct disk_dir parent, const char *name, uint64_t device, uint64_t inode);
/* Directories above the target that this run made: removed as far as they are empty; their names written to the disk. */
void transaction_remove_parents(struct transaction *t);
int transaction_sync_parents(const struct transaction *t);

#endif
