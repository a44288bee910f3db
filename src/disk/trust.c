/* SPDX-License-Identifier: MIT */
/* Owns the question whose work it is what lies somewhere. */
#include "disk/disk.h"

const char *disk_doubt(const struct disk_stat *st)
{
    if (st->owner != disk_user())
        return "it belongs to another user";
    return (st->mode & 022) != 0 ? "other users may write there" : NULL;
}

int disk_distrust(struct disk_dir dir, const char **why)
{
    struct disk_stat st;
    int number = disk_stat_dir(dir, &st);
    *why = number == 0 ? disk_doubt(&st) : NULL;
    return number;
}
