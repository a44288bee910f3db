/* SPDX-License-Identifier: MIT */
/*
 * The only door to the disk. Everything is made in a staging directory beside the target (or inside a target that
 * exists) and appears at its place by renames, all or nothing:
 *
 *   PARENT/.NAME.cvenv-XXXXXX/     locked while its owner lives
 *       tree/                      the environment in the making, then (after an exchange) what it replaced
 *       scratch/                   for the caller's temporary files
 *       journal                    written before the first rename in an existing directory: what to undo after a crash
 *
 * Paths are relative to the environment, with "/" between components.
 */
#ifndef DISK_TRANSACTION_H
#define DISK_TRANSACTION_H

#include "disk/disk.h"

struct transaction;

enum transaction_target {
    TRANSACTION_ABSENT,    /* nothing is there: appears by one rename */
    TRANSACTION_EXISTING,  /* a directory is there: merged into it */
    TRANSACTION_CLEAR      /* a directory is there: exchanged, then removed */
};

struct transaction_options {
    const char *path;  /* absolute */
    bool clear;
    bool durable;
    bool (*interrupted)(void *user);
    void *user;
};

bool transaction_open(struct arena *a, const struct transaction_options *options, struct transaction **out, struct cvenv_error *err);
enum transaction_target transaction_target(const struct transaction *t);
/* The target's directory when it exists, else DISK_NO_DIR. */
struct disk_dir transaction_existing(const struct transaction *t);

/* All parents too. Fails with CVENV_ERROR_DIRECTORY where the target has a file or a link in that place. */
bool transaction_make_dir(struct transaction *t, const char *path, struct cvenv_error *err);
bool transaction_write(struct transaction *t, const char *path, struct slice data, unsigned mode, struct cvenv_error *err);
bool transaction_symlink(struct transaction *t, const char *target, const char *path, struct cvenv_error *err);
bool transaction_copy(struct transaction *t, const char *from, const char *path, unsigned mode, struct cvenv_error *err);
/* What is at `path` in the target goes away when this is published. */
bool transaction_remove(struct transaction *t, const char *path, struct cvenv_error *err);
/* A directory of the staged tree, for place.c; and an absolute path for temporary files that lives as long as the transaction. */
bool transaction_open_dir(struct transaction *t, const char *path, struct disk_dir *out, struct cvenv_error *err);
bool transaction_scratch(struct transaction *t, const char **path, struct cvenv_error *err);

/* Makes everything so far appear. May be called again after more has been made. */
bool transaction_publish(struct transaction *t, struct cvenv_error *err);
/* Publishes what is left and lets go of what was replaced. */
bool transaction_commit(struct transaction *t, struct cvenv_error *err);
/* Releases it; without a commit before, all is undone. */
void transaction_close(struct transaction *t);

#endif
