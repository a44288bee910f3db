/* SPDX-License-Identifier: MIT */
/*
 * Answers of interpreters, remembered in the cache as facts-1/<SHA-256 of what was asked>: each with the identity of
 * every file that it rests on. When one is added, those older than 90 days go, and more than 500 are not kept. A cache that
 * is corrupt, someone else's or not writable is as good as none; that is never an error.
 */
#ifndef INTERPRETER_REMEMBER_H
#define INTERPRETER_REMEMBER_H

#include "disk/disk.h"

struct memory {
    struct disk_dir cache;   /* DISK_NO_DIR: nothing is remembered */
    const char *executable;  /* absolute */
    const char *search_path; /* LD_LIBRARY_PATH: which shared libraries the executable gets; "" when not set */
};

/* The remembered answer; false when there is none that still holds. */
bool remember_find(struct arena *a, const struct memory *m, struct slice *answer);
/* Remembers an answer that was asked for at `asked` (nanoseconds since 1970), unless a file changed since. */
void remember_keep(struct arena *a, const struct memory *m, struct slice answer, int64_t asked);

#endif
