/* SPDX-License-Identifier: MIT */
/* What the POSIX systems do each in their own way: linux.c and darwin.c. 0 or an errno value, as in disk.h. */
#ifndef DISK_POSIX_H
#define DISK_POSIX_H

#include <sys/stat.h>

#include "disk/disk.h"

/*
 * Opens as openat() does, again after a signal. Files of an environment never become standard input, output or error where
 * the program has closed those: what it prints would be written into them.
 */
int posix_open(int dir, const char *name, int flags, unsigned mode);
/* The same descriptor, but 3 or higher: the lower ones are closed. -1 (and errno) when that cannot be had. */
int posix_above_standard(int fd);

int native_rename(int from, const char *name, int to, const char *new_name, enum disk_rename how);
/* A new file that shares the contents of the open file `source`; its mode is `mode` less the umask. */
int native_clone(int source, int to, const char *name, unsigned mode, int *created);
/* Copies the rest of `from` to `to` inside the kernel; ENOTSUP where that cannot be done: nothing has been copied then. */
int native_copy(int from, int to);
/* Opens a directory below `dir` without following any link; ENOSYS where the system has no such call. */
int native_open_below(int dir, const char *path, int *out);
/* pipe(2), with ends that no other child gets: -1 and errno, as it. */
int native_pipe(int ends[2]);
/* ENOTSUP where the system cannot tell. */
int native_is_mount(int dir, const char *name, bool *out);
/* Has the directory an access list for what is made in it? */
bool native_has_default_acl(int dir);
/* Is anything mounted below the open directory? ENOTSUP where the system cannot tell. */
int native_has_mounts(int dir, bool *out);
int64_t native_mtime(const struct stat *st);
int64_t native_ctime(const struct stat *st);

#endif
