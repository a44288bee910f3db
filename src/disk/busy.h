/* SPDX-License-Identifier: MIT */
/* Which files in a tree are in use: where the system does not let go of what runs or is open. */
#ifndef DISK_BUSY_H
#define DISK_BUSY_H

#include "disk/disk.h"

/*
 * *path is the first file in use below the directory, relative to it and in the arena; NULL when there is none, and always
 * on POSIX systems, where a file in use can be removed. 0 or an errno value.
 */
int disk_find_busy(struct arena *a, struct disk_dir dir, const char **path);

#endif
