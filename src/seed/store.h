/* SPDX-License-Identifier: MIT */
/*
 * The store: wheels unpacked and compiled once, published by rename with a manifest, verified at every use.
 *
 *   CACHE/wheels-1/                for its owner alone; locked while something is built or removed
 *       index-HASH                 the digest of the wheel at the path of this hash, and what it was when it was read
 *       .new-XXXXXXXX/             an entry in the making, .old-XXXXXXXX/ one being removed: left-overs unless locked
 *       KEY/                       KEY = SHA-256 of the wheel (32 hex digits) - cache tag - magic number or "nopyc"
 *           manifest               see manifest.h
 *           contents               all files (bytecode too), one after the other: one mapping to copy them all from
 *           tree/…                 the same files, as they are placed by clone or hard link
 *           used                   its time tells when the entry was last used, to the day
 *
 * An entry is locked (shared) while it is used, so that store_prune() does not take it away.
 */
#ifndef SEED_STORE_H
#define SEED_STORE_H

#include "disk/disk.h"
#include "disk/place.h"
#include "interpreter/facts.h"
#include "seed/bytecode.h"
#include "seed/wheel.h"

struct store_entry {
    const char *name, *version;  /* of the project */
    const char *info;            /* its .dist-info directory */
    struct place content;        /* what belongs into site-packages, but for RECORD, INSTALLER and REQUESTED */
    struct disk_map contents;    /* mapped for content.contents */
    struct slice record;         /* RECORD rows of these files as pip sorts them: for record_merge() */
    struct entry_points scripts; /* to be made */
    struct disk_dir dir;         /* of the entry, locked */
    const char *key;             /* its name */
    const char *path;            /* of content.tree, absolute */
};

struct store {
    const char *path;    /* absolute path of the cache directory */
    struct disk_dir dir; /* open, or DISK_NO_DIR: nothing is kept, `path` is a scratch directory of the caller's */
    bool compile;
    const struct facts *facts;
    struct bytecode bytecode;
};

/*
 * Opens the entry for a wheel, building it when it is missing or was altered. The wheel is read only then: otherwise
 * its digest is remembered with its device, inode, size, mtime and ctime. One builder at a time; others wait for it.
 * CVENV_ERROR_SYSTEM: the cache cannot be used (it cannot be written, or others could write there).
 */
bool store_open(struct arena *a, const struct store *store, const char *wheel_path, struct store_entry *out,
                struct cvenv_error *err);
void store_close(struct store_entry *entry);
/* Removes an entry that was found to be altered, so that store_open() builds it anew: false when it cannot. It is still to be
 * closed. */
bool store_discard(const struct store *store, const struct store_entry *entry);

/* What the store may keep; what was used last is kept longest. */
struct store_limits {
    int64_t seconds; /* since the last use */
    uint64_t bytes;  /* of all entries */
};

#define STORE_LIMITS_INIT { (int64_t)90 * 86400, (uint64_t)1 << 30 }

/*
 * Removes entries beyond the limits, but none that is in use, and what interrupted builds left behind. Done
 * whenever a wheel had to be read. Returns 0 or an errno value.
 */
int store_prune(const struct store *store, const struct store_limits *limits);

#endif
