/* SPDX-License-Identifier: MIT */
/* What a tree of files is at one moment, to be compared with what it is at another. */
#ifndef TESTS_SNAPSHOT_H
#define TESTS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct snapshot_entry {
    char *path;      /* relative; the tree itself is "" */
    mode_t mode;     /* type and permissions */
    ino_t inode;
    int64_t mtime;   /* ns */
    char *data;      /* of a file, or where a link leads */
    size_t length;
};

struct snapshot {
    struct snapshot_entry *entries; /* sorted by path; none: there is no such tree */
    size_t count;
};

/* Names for which `skip` is true are left out, with what is below them; it may be NULL. Ends the program when it cannot. */
struct snapshot snapshot_take(const char *path, bool (*skip)(const char *name));
void snapshot_release(struct snapshot *s);
const struct snapshot_entry *snapshot_find(const struct snapshot *s, const char *path);

/* Same kind, permissions and contents? With `identity` also the same file, not touched since (directories but for their times).
 */
bool snapshot_same_entry(const struct snapshot_entry *a, const struct snapshot_entry *b, bool identity);
/* NULL when they are the same; else the first path where they differ. */
const char *snapshot_difference(const struct snapshot *a, const struct snapshot *b, bool identity);

/* A tree with all that is in it, whatever its permissions. */
void tree_remove(const char *path);
void tree_copy(const char *from, const char *to);

#endif
