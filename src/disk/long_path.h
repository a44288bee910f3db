/* SPDX-License-Identifier: MIT */
/* Short names (8.3), which only Windows has. */
#ifndef DISK_LONG_PATH_H
#define DISK_LONG_PATH_H

#include "base/arena.h"

/* The path of what exists with the long name of every component; links stay as they are. 0 or an errno value. */
int disk_long_path(struct arena *a, const char *path, char **out);

#endif
