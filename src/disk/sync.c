/* SPDX-License-Identifier: MIT */
/* Owns the writing of whole trees to the disk, so that they outlive a power loss (POSIX fsync): contents before names. */
#include "disk/disk.h"

struct syncing {
    struct disk_dir dir;
    bool files;
};

static int sync_below(struct disk_dir dir, bool files);

static int sync_entry(void *user, const char *name)
{
    const struct syncing *s = user;
    struct disk_stat st;
    int number = disk_stat(s->dir, name, &st);
    if (number != 0 || st.type != DISK_DIRECTORY)
        return number != 0 || st.type != DISK_FILE || !s->files ? number : disk_sync_file(s->dir, name);
    struct disk_dir inner;
    number = disk_open_dir(s->dir, name, &inner);
    if (number != 0)
        return number;
    number = sync_below(inner, s->files);
    disk_close(inner);
    return number;
}

static int sync_below(struct disk_dir dir, bool files)
{
    struct syncing s = { dir, files };
    int number = disk_list(dir, sync_entry, &s);
    return number != 0 ? number : disk_sync_dir(dir);
}

int disk_sync_tree(struct disk_dir dir)
{
    return sync_below(dir, true);
}

int disk_sync_tree_dirs(struct disk_dir dir)
{
    return sync_below(dir, false);
}
