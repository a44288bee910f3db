/* SPDX-License-Identifier: MIT */
/*
 * The only door to the disk. Everything is made in a staging directory beside the target (or inside a target that
 * exists) and appears at its place by renames, all or nothing:
 *
 *   PARENT/.NAME.cvenv-XXXXXXXX/   locked while its owner lives; inside a target that exists: TARGET/.cvenv-XXXXXXXX/
 *       tree-1/                    the environment in the making; after an exchange, what it replaced
 *       scratch/                   for the caller's temporary files
 *       journal                    while renames in an existing directory are under way: what to undo after a crash
 *       old-1-N                    what a merge took out of the target
 *
 * Paths are relative to the environment, with "/" between components. After transaction_publish more can be made and
 * published (tree-2 …); until transaction_commit all of it can be undone.
 */
#ifndef DISK_TRANSACTION_H
#define DISK_TRANSACTION_H

#include "disk/disk.h"

struct transaction;

struct transaction_options {
    const char *path; /* absolute */
    bool clear;       /* what is there is to be replaced as a whole */
    bool durable;     /* fsync before anything appears */
    bool (*interrupted)(void *user);
    void *user;
};

/* Makes missing parents and waits for others who work on the same target. CVENV_ERROR_DIRECTORY: a file or link is in its
 * place. */
bool transaction_open(struct arena *a, const struct transaction_options *options, struct transaction **out,
                      struct cvenv_error *err);
/* What is at the target, open and locked, and the directory that it is in; DISK_NO_DIR when nothing is there. */
struct disk_dir transaction_target(const struct transaction *t);
struct disk_dir transaction_parent(const struct transaction *t);
/* Puts back and takes away what interrupted runs have left, and makes the staging directory: what follows may be called then.
 */
bool transaction_prepare(struct transaction *t, struct cvenv_error *err);
/* What is at the target and stays there, as a directory to look into; DISK_NO_DIR when nothing is or nothing stays. */
struct disk_dir transaction_existing(const struct transaction *t);

/* With all its parents. CVENV_ERROR_DIRECTORY where the target has a file or a link in that place. */
bool transaction_make_dir(struct transaction *t, const char *path, struct cvenv_error *err);
/* Files and links; their directory must have been made. Modes are subject to the umask. A file may be written again. */
bool transaction_write(struct transaction *t, const char *path, struct slice data, unsigned mode, struct cvenv_error *err);
bool transaction_symlink(struct transaction *t, const char *target, const char *path, struct cvenv_error *err);
bool transaction_copy(struct transaction *t, const char *from, const char *path, unsigned mode, struct cvenv_error *err);
/* What is at `path` in the target goes away when this is published; nothing being there is fine. */
bool transaction_remove(struct transaction *t, const char *path, struct cvenv_error *err);
/* Takes back what was staged at `path`, a file or a whole directory. */
bool transaction_forget(struct transaction *t, const char *path, struct cvenv_error *err);
/* A directory of the staged tree, for place_files; the caller closes it. */
bool transaction_open_dir(struct transaction *t, const char *path, struct disk_dir *out, struct cvenv_error *err);
/* The staging directory itself, for a moment's probe of what can be done on this file system. */
struct disk_dir transaction_stage(const struct transaction *t);
/* The absolute path of a directory for temporary files, on the target's file system, that goes away with the transaction. */
bool transaction_scratch(struct transaction *t, const char **path, struct cvenv_error *err);

enum transaction_outcome {
    TRANSACTION_DONE,
    TRANSACTION_LOST, /* somebody else put something at the target meanwhile: close and begin again */
    TRANSACTION_FAILED
};

/* Makes everything that is staged appear. Only the first can be lost. */
enum transaction_outcome transaction_publish(struct transaction *t, struct cvenv_error *err);
/* Lets go of what was replaced: nothing can be undone any more. *left: what could not be removed (absolute path), or NULL. */
void transaction_commit(struct transaction *t, const char **left);
/* Without a commit before, undoes everything; *err then also tells what could not be undone. Releases it in any case. */
void transaction_close(struct transaction *t, struct cvenv_error *err);

#endif
