/* SPDX-License-Identifier: MIT */
/* The image of a wheel: its files as they are to lie in site-packages, bytecode included. */
#ifndef SEED_IMAGE_H
#define SEED_IMAGE_H

#include "disk/place.h"
#include "seed/bytecode.h"
#include "seed/wheel.h"

struct image_file {
    const char *directory, *name; /* relative to site-packages; directory is "" at its top */
    const char *path;             /* both */
    size_t entry;                 /* in the archive; of bytecode: that of its source */
    bool bytecode;
    unsigned mode;                /* 0666 or 0777 */
    struct record_row row;        /* for RECORD */
    uint64_t size, inode, offset; /* offset is that in `contents` */
    int64_t mtime;
};

struct image {
    const struct wheel *wheel;
    struct image_file *files; /* by directory, then by name */
    size_t count;
    const char **directories; /* parents first; [0] is "" */
    size_t directory_count;
    unsigned char *contents;  /* of all files, one after the other */
    size_t length;
};

/* Works out what is installed of the wheel, without bytecode. */
bool image_plan(struct arena *a, const struct wheel *wheel, struct image *out, struct cvenv_error *err);
/* Unpacks the files into the empty directory `tree`, each verified before it is written. */
bool image_write(struct arena *a, struct image *image, struct disk_dir tree, int processors, struct cvenv_error *err);
/* Compiles the files in `tree`, whose absolute path is `path`, and adds the bytecode. `tag` is the cache tag. */
bool image_compile(struct arena *a, struct image *image, const struct bytecode *b, const char *path, const char *tag,
                   struct cvenv_error *err);
/* Takes stock of what has been written to `tree`: sizes, times, inodes, and the contents of the bytecode. */
bool image_collect(struct arena *a, struct image *image, struct disk_dir tree, struct cvenv_error *err);
/* The RECORD rows of all files as pip would write them. */
struct slice image_record(struct arena *a, const struct image *image);

#endif
