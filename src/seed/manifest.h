/* SPDX-License-Identifier: MIT */
/*
 * The manifest of a store entry: what belongs to it, and what that looked like when it was made. Pure.
 *
 * Fields end in a NUL byte, so that a reader need not copy them: a line that tells the format and the CRC-32 of all
 * that follows; the entry's key; the project's name, version and .dist-info; size, times and inode of `contents`; how many
 * directories, files and scripts there are; each of these; and, up to the end, the RECORD rows.
 */
#ifndef SEED_MANIFEST_H
#define SEED_MANIFEST_H

#include "disk/place.h"
#include "seed/entry_points.h"

struct manifest {
    const char *key; /* of the entry: no other one's is taken for it */
    const char *name, *version, *info;
    struct disk_stat contents; /* size, times and inode only */
    struct place place;        /* directories and files only */
    struct entry_points scripts;
    struct slice record;
};

void manifest_format(struct text *out, const struct manifest *manifest);
/*
 * False when the text is not a whole manifest of this format (or when out of memory). What is in *out belongs to `text`
 * and to the arena; no name in it leads out of the directory that it is for, no offset out of `contents`.
 */
bool manifest_parse(struct arena *a, struct slice text, struct manifest *out);

#endif
