/* SPDX-License-Identifier: MIT */
/* Owns the answer of POSIX systems: a file is removed when its last user has closed it (unlink). */
#include "disk/busy.h"

int disk_find_busy(struct arena *a, struct disk_dir dir, const char **path)
{
    (void)a;
    (void)dir;
    *path = NULL;
    return 0;
}
