/* SPDX-License-Identifier: MIT */
/* The directory in which the store keeps its entries: private to store.c, store_build.c and store_prune.c. */
#ifndef SEED_SHELF_H
#define SEED_SHELF_H

#include "seed/store.h"

#define SHELF_NAME "wheels-1"
#define SHELF_MANIFEST "manifest"
#define SHELF_CONTENTS "contents"
#define SHELF_TREE "tree"
#define SHELF_USED "used"
#define SHELF_INDEX "index-"
#define SHELF_NEW ".new-"
#define SHELF_OLD ".old-"

struct shelf {
    const char *path; /* absolute */
    struct disk_dir dir;
    bool kept;        /* part of the cache, not a scratch directory */
};

/* Opens it, made where it is missing, and checks that nobody else can write there. */
bool shelf_open(struct arena *a, const struct store *store, struct shelf *out, struct cvenv_error *err);
/* Waits until nobody else builds or removes. Not needed, and not done, where nothing is kept. */
bool shelf_lock(const struct shelf *shelf, const struct store *store, struct cvenv_error *err);

/* store_build.c: builds the entry `key` from the contents of the wheel. */
bool shelf_build(const struct shelf *shelf, const struct store *store, const char *wheel_path,
                 struct slice wheel, const char *key, struct cvenv_error *err);
/* store_prune.c: takes what is at `name` away, at once for all who look for it. 0 or an errno value. */
int shelf_remove(const struct shelf *shelf, const char *name);
/* store_prune.c: removes what builders and removers that died have left; the lock is held. */
void shelf_sweep(const struct shelf *shelf);
/* store_prune.c: store_prune() with the lock held. */
int shelf_prune(struct arena *a, const struct shelf *shelf, const struct store_limits *limits);
/* store_prune.c: notes that the entry is used now, if that is not known to the day. */
void shelf_touch(struct disk_dir entry);
/* A name that begins with `prefix` and that nobody else has. */
int shelf_name(const char *prefix, char out[32]);

#endif
