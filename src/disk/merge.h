/* SPDX-License-Identifier: MIT */
/*
 * Merging a staged tree into a directory that exists: planned whole, journalled, carried out by renames, and undone from
 * nothing but the journal and what is found on the disk, so that a crash at any instant can be undone too.
 *
 * There is a journal only while renames are under way, be it to carry them out or to undo them: what an interrupted run
 * leaves with a journal is put back by the next, and what it leaves without one is whole.
 */
#ifndef DISK_MERGE_H
#define DISK_MERGE_H

#include "disk/disk.h"

enum merge_kind {
    MERGE_NEW = 'N',  /* from the staged tree to where nothing is */
    MERGE_SWAP = 'S', /* in the place of what is there, which goes to the staging directory */
    MERGE_DROP = 'D'  /* what is there goes to the staging directory, as old-LAYER-INDEX */
};

struct merge_operation {
    enum merge_kind kind;
    const char *path;   /* relative to the target and to the staged tree */
    const char *parent; /* of path */
    const char *staged; /* the same directory in the staging directory. Both are kept: undoing must not need memory */
    uint64_t inode;     /* NEW, SWAP: of the staged file */
};

struct merge {
    struct arena *arena;
    struct disk_dir stage;   /* the staging directory; the staged tree is tree-LAYER in it */
    struct disk_dir home;    /* the directory that the staging directory is in */
    unsigned layer;          /* from 1 */
    struct disk_dir target;
    const char *target_path; /* for messages */
    bool durable;
    struct merge_operation *operations; /* in the order in which they are carried out */
    size_t count, capacity;
};

/*
 * merge_plan.c: works out what has to be done; refuses (CVENV_ERROR_DIRECTORY) before anything is done where a directory and
 * a file meet. What is at `removals` in the target goes away; with `purge` everything that is there.
 */
bool merge_plan(struct merge *m, bool purge, const char *const *removals, size_t removal_count, struct cvenv_error *err);
/* Adds an operation; false when out of memory. `path` is not copied. */
bool merge_add(struct merge *m, enum merge_kind kind, const char *path, uint64_t inode);

/* merge.c: writes the journal and carries the plan out; on failure all is undone. */
bool merge_execute(struct merge *m, struct cvenv_error *err);
/* Undoes what was carried out of the plan. 0, or the first errno value that kept it from being whole. */
int merge_undo(const struct merge *m);
/* Undoes what a journal in a dead owner's staging directory speaks of. 0, or what kept it from being whole. */
int merge_recover(struct arena *a, struct disk_dir stage, struct disk_dir target);

/* journal.c */
int journal_write(const struct merge *m);
int journal_remove(const struct merge *m);
/* The journal in m->stage; ENOENT: there is none, or it is of another directory than m->target. */
int journal_read(struct merge *m);
/* What is in a journal, up to the first line that is not well-formed. False: out of memory, or of another directory. Pure. */
bool journal_parse(struct merge *m, struct slice text, uint64_t target);

#endif
