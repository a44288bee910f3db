/* SPDX-License-Identifier: MIT */
/* Placing the files of a store entry into a directory, on all processors. */
#ifndef DISK_PLACE_H
#define DISK_PLACE_H

#include "disk/disk.h"

/* One file to place. */
struct place_file {
    const char *name;        /* last component */
    uint32_t directory;      /* index into place.directories */
    bool bytecode;           /* replaced, never edited: in the automatic mode a hard link will do */
    unsigned mode;           /* 0666 or 0777, less the umask */
    uint64_t size, inode;    /* of the file in place.tree: anything else there means that it was altered */
    int64_t mtime;           /* ns; given to the copy, because bytecode names its source's */
    uint64_t offset;         /* of the contents in place.contents, with which what is linked or cloned is compared */
};

struct place {
    struct disk_dir tree;              /* the same files as they may be linked or cloned */
    uint64_t device, owner;            /* of tree */
    const unsigned char *contents;     /* of all files, one after the other: what is copied is written from here */
    const char *const *directories;    /* relative to the destination, parents first; [0] is "": the destination itself */
    size_t directory_count;
    const struct place_file *files;    /* grouped by directory, in the order of `directories` */
    size_t file_count;
};

enum place_outcome {
    PLACE_DONE,
    PLACE_ALTERED, /* a file of `tree` is not what it should be: nothing to rely on; err names it */
    PLACE_FAILED
};

struct place_options {
    struct disk_dir scratch; /* on the same file system, for a probe */
    enum cvenv_link_mode mode;
    int processors;
    bool (*interrupted)(void *user);
    void *user;
};

/* Makes the directories (they must not exist, but for [0]) and all files below `to`. */
enum place_outcome place_files(struct arena *a, const struct place *content, struct disk_dir to,
                               const struct place_options *options, struct cvenv_error *err);

#endif
