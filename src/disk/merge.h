/* SPDX-License-Identifier: MIT */
/*
 * Merging a staged tree into a directory that exists: planned whole, journalled, carried out by renames, and undone from
 * nothing but the journal and what is found on the disk, so that a crash at any instant can be undone too.
 */
#ifndef DISK_MERGE_H
#define DISK_MERGE_H

#include "disk/disk.h"

enum merge_kind {
    MERGE_NEW = 'N', /* from the staged tree to where nothing is */
    MERGE_SWAP = 'S', /* in the place of what is there, which goes to the staging directory */
    MERGE_DROP = 'D'  /* what is there goes to the staging directory, as old-LAYER-INDEX */
};

struct merge_operation {
    enum merge_kind kind;
    const char *path; /* relative to the target and to the staged tree */
    uint64_t inode;   /* NEW, SWAP: of the staged file */
};

struct merge {
    struct arena *arena;
    struct disk_dir stage;   /* the staging directory; the staged tree is tree-LAYER in it */
    unsigned layer;          /* from 1 */
    struct disk_dir target;
    const char *target_path; /* for messages */
    bool durable;
    struct merge_operation *operations; /* in the order in which they are carried out */
    size_t count, capacity;
};

/*
 * Works out what has to be done; refuses (CVENV_ERROR_DIRECTORY) before anything is done where a directory and a file meet.
 * What is at `removals` in the target goes away; with `purge` everything that is there.
 */
bool merge_plan(struct merge *m, bool purge, const char *const *removals, size_t removal_count, struct cvenv_error *err);
/* Writes the journal and carries the plan out; on failure all is undone. */
bool merge_execute(struct merge *m, struct cvenv_error *err);
/* Undoes what was carried out of the plan. 0, or the first errno value that kept it from being whole. */
int merge_undo(const struct merge *m);
/* Undoes what the journals in a dead owner's staging directory speak of. 0, or what kept it from being whole. */
int merge_recover(struct arena *a, struct disk_dir stage, struct disk_dir target);

/* journal.c */
int journal_write(const struct merge *m);
/* ENOENT: there is none for that layer. */
int journal_read(struct merge *m);

#endif
