/* SPDX-License-Identifier: MIT */
/*
 * The store: wheels unpacked and compiled once, published by rename with a manifest, verified at every use.
 *
 *   CACHE/wheels-1/KEY/            KEY = SHA-256 of the wheel (32 hex digits) - cache tag - magic number [-nopyc]
 *       manifest                   one line a file: kind, mode, size, mtime, inode, offset in `contents`, path
 *       contents                   all files (bytecode too), one after the other: one open and one mapping to copy them all
 *       tree/…                     the same files, as they are placed by clone or hard link
 */
#ifndef SEED_STORE_H
#define SEED_STORE_H

#include "disk/disk.h"
#include "disk/place.h"
#include "interpreter/facts.h"
#include "seed/bytecode.h"
#include "seed/wheel.h"

struct store_entry {
    const char *name, *version;         /* of the project */
    const char *info;                   /* its .dist-info directory */
    struct place content;               /* what to place into site-packages; RECORD, INSTALLER, REQUESTED and scripts are not in it */
    struct disk_map sources;            /* mapped for content.contents */
    struct slice record;                /* RECORD rows of these files and the bytecode, sorted as pip sorts, without those of scripts, INSTALLER… */
    struct entry_points scripts;
    const char *record_line_end;
};

struct store {
    const char *path;       /* absolute path of the cache directory */
    struct disk_dir dir;    /* open, or DISK_NO_DIR: nothing is kept, `path` is a scratch directory of the caller's */
    bool compile;
    const struct facts *facts;
    struct bytecode bytecode;
};

/*
 * Opens the entry for a wheel, building it when it is missing or was altered. The wheel is read only then: otherwise its
 * digest is remembered with its device, inode, size, mtime and ctime. One builder at a time; the others wait for it.
 */
bool store_open(struct arena *a, const struct store *store, const char *wheel_path, struct store_entry *out, struct cvenv_error *err);
void store_close(struct store_entry *entry);

#endif
