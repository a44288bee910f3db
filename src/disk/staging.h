/* SPDX-License-Identifier: MIT */
/*
 * Staging directories: where things are made before they appear at their place.
 *
 * A staging directory is named PREFIX and eight random characters. Its owner holds a lock on it, so that one without a lock is
 * a dead one's: the next run puts back what its journal says and removes it.
 */
#ifndef DISK_STAGING_H
#define DISK_STAGING_H

#include "disk/disk.h"

enum { STAGING_PREFIX = 120, STAGING_NAME = STAGING_PREFIX + 8 };

struct staging {
    struct disk_dir home; /* the directory that it is in; the caller's */
    struct disk_dir dir;  /* it, open and locked; DISK_NO_DIR when there is none */
    struct arena reserve[2]; /* memory for its removal: there may be no other by then */
    char name[STAGING_NAME];
};

/* The prefix for what is made beside a target of that name, and for what is made inside a target. */
void staging_prefix(char prefix[STAGING_PREFIX], const char *target_name);

int staging_open(struct disk_dir home, const char *prefix, struct staging *out);
/* Removes it with all that is in it. Returns what kept it from being removed. */
int staging_close(struct staging *s);
/* Lets go of it as it is: what is in it is needed. */
void staging_leave(struct staging *s);
/*
 * Takes dead ones in `home` away, after what their journals say of `target` (DISK_NO_DIR: there is none) has been put back.
 * Returns 0, or what kept it from being put back: then *stuck, the name of the directory, is left as it is.
 */
int staging_collect(struct arena *a, struct disk_dir home, const char *prefix, struct disk_dir target, const char **stuck);

#endif
