/* SPDX-License-Identifier: MIT */
/* Owns the question whose work it is what lies in a directory. */
#include "disk/disk.h"

int disk_distrust(struct disk_dir dir, const char **why)
{
    struct disk_stat st;
    int number = disk_stat_dir(dir, &st);
    *why = NULL;
    if (number == 0 && st.owner != disk_user())
        *why = "it belongs to another user";
    else if (number == 0 && (st.mode & 022) != 0)
        *why = "other users may write there";
    return number;
}
