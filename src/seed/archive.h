/* SPDX-License-Identifier: MIT */
/* Reading a zip archive that nobody vouches for (APPNOTE.TXT 6.3.10; what wheels use of it). Pure. */
#ifndef SEED_ARCHIVE_H
#define SEED_ARCHIVE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

struct archive_entry {
    const char *name;       /* NUL-terminated; relative, normal, "/" between components; no trailing "/" */
    uint64_t size;          /* uncompressed */
    uint64_t packed;        /* compressed */
    uint64_t offset;        /* of the local header */
    uint32_t crc;
    unsigned method;        /* 0 stored, 8 deflated */
    unsigned mode;          /* POSIX permission bits, 0 if not recorded */
    int64_t mtime;          /* DOS time taken as UTC, in ns since 1970 */
    bool directory;
};

struct archive {
    const unsigned char *data;
    size_t length;
    struct archive_entry *entries;       /* in the order of the central directory */
    const struct archive_entry **sorted; /* for archive_find */
    size_t count;
};

/*
 * Reads the central directory. Refused with CVENV_ERROR_SEED: anything out of bounds, overlapping or ambiguous (two end
 * records, a comment, local headers that say otherwise, bytes that belong to no entry), encryption, other methods,
 * zip64, links and devices, absolute names, "..", empty or "." components, back-slashes, colons, control characters,
 * what is not UTF-8, duplicate names (also when only case differs), a name that is both file and directory, more than
 * 20,000 entries, more than 64 MiB an entry or 256 MiB in all.
 */
bool archive_open(struct arena *a, const void *data, size_t length, struct archive *out, struct cvenv_error *err);
/* The entry of that name, or NULL. */
const struct archive_entry *archive_find(const struct archive *archive, const char *name);
/* Unpacks one entry into `buffer` of entry->size bytes; CRC verified. */
bool archive_extract(const struct archive *archive, const struct archive_entry *entry, void *buffer,
                     struct cvenv_error *err);

#endif
