/* SPDX-License-Identifier: MIT */
/*
 * The operating system's files, behind one vocabulary: posix.c (with linux.c or darwin.c) and win32.c implement it.
 *
 * Every function returns 0 or an errno value. Names are single components relative to an open directory unless it
 * is said otherwise, and are never followed when they are links.
 */
#ifndef DISK_DISK_H
#define DISK_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

/* An open directory. */
struct disk_dir {
    intptr_t handle;
};

#define DISK_NO_DIR ((struct disk_dir){ -1 })

enum disk_type { DISK_FILE, DISK_DIRECTORY, DISK_LINK, DISK_OTHER };

/* What is known of a file. Times in nanoseconds since 1970. */
struct disk_stat {
    enum disk_type type;
    unsigned mode; /* permission bits, 07777 */
    uint64_t device, inode, size, links;
    int64_t mtime, ctime;
    uint64_t owner; /* user id; on Windows 0 */
};

enum disk_rename { DISK_REPLACE, DISK_NOREPLACE, DISK_EXCHANGE };

/* By path; links in it are followed. For what lies outside an environment only. */
int disk_open_path(const char *path, struct disk_dir *out);
int disk_stat_path(const char *path, struct disk_stat *out);
int disk_real_path(struct arena *a, const char *path, char **out);
int disk_working_directory(struct arena *a, char **out);
/* The whole file, NUL-terminated in the arena; EFBIG when it is larger than `limit` bytes; never waits (FIFOs: EINVAL). */
int disk_read_path(struct arena *a, const char *path, size_t limit, struct slice *out);

/* Directories. */
int disk_open_dir(struct disk_dir parent, const char *name, struct disk_dir *out);
/* `path` may have several components; none of them may be a link. */
int disk_open_below(struct disk_dir parent, const char *path, struct disk_dir *out);
int disk_duplicate(struct disk_dir dir, struct disk_dir *out);
void disk_close(struct disk_dir dir);
int disk_make_dir(struct disk_dir dir, const char *name);
/* For its owner alone. */
int disk_make_private_dir(struct disk_dir dir, const char *name);
/* For what is made in it and then moved out: for its owner alone, unless what is made in it would go on being so (Windows). */
int disk_make_staging_dir(struct disk_dir dir, const char *name);
/* Calls `each` with every name but "." and ".."; stops when it returns non-zero and returns that. */
int disk_list(struct disk_dir dir, int (*each)(void *user, const char *name), void *user);
int disk_stat_dir(struct disk_dir dir, struct disk_stat *out);
/* Why somebody else could have written a file, or into a directory, what would run with our permissions; NULL: nobody. trust.c
 */
const char *disk_doubt(const struct disk_stat *st);
int disk_distrust(struct disk_dir dir, const char **why);
/* Gives the owner all permissions on a directory: `name` in `dir`, or ".". */
int disk_make_writable(struct disk_dir dir, const char *name);
/* Do new files get more from this directory than the umask leaves them: its group (set-group-ID), an access list? */
int disk_inherits(struct disk_dir dir, bool *out);
/* An advisory lock on the directory, dropped when it is closed; EWOULDBLOCK when it is held and !wait. */
int disk_lock(struct disk_dir dir, bool wait);
/* The shared kind, of which many may be held at once; EWOULDBLOCK while somebody has the other. Never waits. */
int disk_lock_shared(struct disk_dir dir);
/* fsync of a directory; of all files and directories below it and itself; of the directories only. */
int disk_sync_dir(struct disk_dir dir);
int disk_sync_tree(struct disk_dir dir);
int disk_sync_tree_dirs(struct disk_dir dir);
int disk_sync_file(struct disk_dir dir, const char *name);
/* Is another file system (or a part of one, by a bind mount) mounted at `name`? */
int disk_is_mount(struct disk_dir dir, const char *name, bool *out);
/* Is anything mounted below the directory, as far as that can be found out? */
bool disk_has_mounts(struct disk_dir dir);

/* Names in a directory. */
int disk_stat(struct disk_dir dir, const char *name, struct disk_stat *out);
int disk_read(struct arena *a, struct disk_dir dir, const char *name, size_t limit, struct slice *out);
/* Has the file these bytes and no others? ESTALE: it has others. `out` is what else is known of it. */
int disk_compare(struct disk_dir dir, const char *name, const void *data, size_t length, struct disk_stat *out);
int disk_read_link(struct arena *a, struct disk_dir dir, const char *name, char **out);
/* Creates a file that must not exist. mode is subject to the umask; mtime in ns, or -1 to leave it; sync: fsync it. */
int disk_write_new(struct disk_dir dir, const char *name, const void *data, size_t length, unsigned mode, int64_t mtime,
                   bool sync);
int disk_symlink(const char *target, struct disk_dir dir, const char *name);
int disk_link(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name);
/* Copies the contents of a file (path: followed) to a new file; never its attributes. */
int disk_copy_path(const char *path, struct disk_dir to, const char *name, unsigned mode, bool sync);
/* Shares the contents (reflink) with a new file; EOPNOTSUPP or EXDEV where that cannot be had. */
int disk_clone(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, unsigned mode, int64_t mtime);
int disk_rename(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, enum disk_rename how);
int disk_remove(struct disk_dir dir, const char *name, enum disk_type type);
/* Removes what is there, with everything below it, never through a link and never into another file system. */
int disk_remove_tree(struct disk_dir dir, const char *name); /* remove.c: for every system */

/* A file mapped for reading. */
struct disk_map {
    const unsigned char *data;
    size_t length;
    struct disk_stat stat;
};
int disk_map_path(const char *path, struct disk_map *out);
int disk_map(struct disk_dir dir, const char *name, struct disk_map *out);
void disk_unmap(struct disk_map *map);

/* Where programs keep what they can make again (XDG base directories: NAME=value strings), or NULL: nowhere. */
const char *disk_cache_path(struct arena *a, const char *const *environment);
/* The processors that this process may use; at least 1. */
int disk_processors(void);
/* Nanoseconds on a clock that only goes forward. */
int64_t disk_clock(void);
/* Waits that many milliseconds, or less when a signal comes. */
void disk_pause(int milliseconds);
/* The user that files are created as. */
uint64_t disk_user(void);
/* Fills `out` with unpredictable lower-case letters and digits and a NUL: `size` bytes in all. */
int disk_random_name(char *out, size_t size);

#endif
