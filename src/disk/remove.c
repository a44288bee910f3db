/* SPDX-License-Identifier: MIT */
/*
 * Owns the removal of whole trees: entry by entry, relative to open directories, never through a link or into a mount.
 *
 * However deep a tree is, few descriptors, little memory and little stack are enough: what lies too deep is moved up to the
 * top of it, and its turn comes later.
 */
#include <errno.h>
#include <stdio.h>

#include "disk/disk.h"

enum {
    ROUNDS = 8, /* how often a directory is read again because somebody put something into it meanwhile */
    DEEPEST = 16
};

/* The whole tree. */
struct removal {
    struct disk_dir top; /* the outermost directory, where deep ones are moved to; DISK_NO_DIR until it is known */
    unsigned moved;      /* how many have been */
};

/* A directory of it that is being emptied. */
struct emptying {
    struct removal *removal;
    struct disk_dir dir;
    unsigned depth;
};

static int remove_entry(void *user, const char *name);

/* Directories without write permission are ours to change (a file's mode might be shared by a hard link; a directory's is not).
 */
static int remove_or_unlock(struct disk_dir dir, const char *name, enum disk_type type)
{
    int number = disk_remove(dir, name, type);
    if (number != EACCES || disk_make_writable(dir, ".") != 0)
        return number;
    return disk_remove(dir, name, type);
}

static int open_or_unlock(struct disk_dir dir, const char *name, struct disk_dir *out)
{
    int number = disk_open_dir(dir, name, out);
    if (number != EACCES || disk_make_writable(dir, name) != 0)
        return number;
    return disk_open_dir(dir, name, out);
}

static int rename_up(const struct emptying *e, const char *name)
{
    char new_name[32];
    int number;
    do {
        snprintf(new_name, sizeof new_name, "deep-%u", e->removal->moved++);
        number = disk_rename(e->dir, name, e->removal->top, new_name, DISK_NOREPLACE);
    } while (number == EEXIST);
    return number;
}

/* A directory can only be moved by those who may write in it: its ".." changes. */
static int move_up(const struct emptying *e, const char *name)
{
    int number = rename_up(e, name);
    if (number != EACCES || (disk_make_writable(e->dir, ".") != 0 && disk_make_writable(e->dir, name) != 0))
        return number;
    return rename_up(e, name);
}

/* Empties the open directory and removes it. Rounds in which something could be moved up do not count. */
static int remove_open(const struct emptying *e, const char *name, struct disk_dir inner)
{
    struct emptying deeper = { e->removal, inner, e->depth + 1 };
    int number = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned moved = e->removal->moved;
        number = disk_list(inner, remove_entry, &deeper);
        if (number == 0)
            number = remove_or_unlock(e->dir, name, DISK_DIRECTORY);
        if (number != ENOTEMPTY && number != EEXIST)
            break;
        if (e->depth == 0 && moved != e->removal->moved)
            round = 0;
    }
    return number;
}

static int remove_directory(const struct emptying *e, const char *name)
{
    bool outermost = e->depth == 0, mounted;
    struct disk_dir inner;
    int number = disk_is_mount(e->dir, name, &mounted);
    if (number == 0 && mounted)
        number = EBUSY;
    if (number == 0 && e->depth == DEEPEST)
        return move_up(e, name);
    if (number == 0)
        number = open_or_unlock(e->dir, name, &inner);
    if (number == 0) {
        if (outermost)
            e->removal->top = inner;
        number = remove_open(e, name, inner);
        disk_close(inner);
    }
    bool scarce = number == EMFILE || number == ENFILE || number == ENOMEM;
    return scarce && e->depth > 1 ? move_up(e, name) : number;
}

static int remove_entry(void *user, const char *name)
{
    const struct emptying *e = user;
    struct disk_stat st;
    int number = disk_stat(e->dir, name, &st);
    if (number == 0)
        number = st.type == DISK_DIRECTORY ? remove_directory(e, name) : remove_or_unlock(e->dir, name, st.type);
    return number == ENOENT ? 0 : number;
}

int disk_remove_tree(struct disk_dir dir, const char *name)
{
    struct removal removal = { DISK_NO_DIR, 0 };
    struct emptying outside = { &removal, dir, 0 };
    return remove_entry(&outside, name);
}
