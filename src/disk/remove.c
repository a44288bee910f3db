/* SPDX-License-Identifier: MIT */
/* Owns the removal of whole trees: entry by entry, relative to open directories, never through a link or into a mount. */
#include "disk/disk.h"

#include <errno.h>

enum { ROUNDS = 8 }; /* how often a directory is read again because somebody put something into it meanwhile */

struct removal {
    struct disk_dir dir; /* the directory that is being emptied */
    uint64_t device;     /* the file system that is not left */
};

static int empty(struct disk_dir dir, uint64_t device);

/* Directories without write permission are ours to change (a file's mode might be shared by a hard link; a directory's is not). */
static int remove_or_unlock(struct disk_dir dir, const char *name, enum disk_type type)
{
    int number = disk_remove(dir, name, type);
    if (number != EACCES || disk_make_writable(dir, ".") != 0)
        return number;
    return disk_remove(dir, name, type);
}

static int open_or_unlock(struct disk_dir dir, const char *name, struct disk_dir *out)
{
    int number = disk_open_dir(dir, name, out);
    if (number != EACCES || disk_make_writable(dir, name) != 0)
        return number;
    return disk_open_dir(dir, name, out);
}

static int remove_directory(struct disk_dir dir, const char *name, uint64_t device)
{
    struct disk_dir inner;
    int number = open_or_unlock(dir, name, &inner);
    if (number != 0)
        return number;
    struct disk_stat st;
    number = disk_stat_dir(inner, &st);
    if (number == 0 && st.device != device)
        number = EBUSY; /* something is mounted there */
    for (int round = 0; number == 0 && round < ROUNDS; round++) {
        number = empty(inner, device);
        if (number != 0)
            break;
        number = remove_or_unlock(dir, name, DISK_DIRECTORY);
        if (number != ENOTEMPTY && number != EEXIST)
            break;
        if (round + 1 < ROUNDS)
            number = 0;
    }
    disk_close(inner);
    return number;
}

static int remove_entry(void *user, const char *name)
{
    const struct removal *r = user;
    struct disk_stat st;
    int number = disk_stat(r->dir, name, &st);
    if (number == 0 && st.type == DISK_DIRECTORY)
        number = remove_directory(r->dir, name, r->device);
    else if (number == 0)
        number = remove_or_unlock(r->dir, name, st.type);
    return number == ENOENT ? 0 : number;
}

static int empty(struct disk_dir dir, uint64_t device)
{
    struct removal r = { dir, device };
    return disk_list(dir, remove_entry, &r);
}

int disk_remove_tree(struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    int number = disk_stat_dir(dir, &st);
    if (number != 0)
        return number;
    struct removal r = { dir, st.device };
    return remove_entry(&r, name);
}
