/* SPDX-License-Identifier: MIT */
/* Owns staging directories: making them, locking them, and clearing up after the dead. */
#include "disk/staging.h"

#include <errno.h>
#include <stdio.h>

#include "disk/merge.h"

enum { RANDOM = 8, ATTEMPTS = 100, TO_REMOVE = 4 /* descriptors that disk_remove_tree() needs */ };

void staging_prefix(char prefix[STAGING_PREFIX], const char *target_name)
{
    /* A component has at most 255 bytes, on some file systems 143: a long name is cut, which loses nothing but looks. */
    snprintf(prefix, STAGING_PREFIX, "%s%.100s.cvenv-", target_name != NULL ? "." : "", target_name != NULL ? target_name : "");
}

/* Locks it and makes sure that nobody took it for a dead one's between its making and its locking (then: EEXIST). */
static int lock_fresh(struct disk_dir home, const char *name, struct disk_dir *out)
{
    struct disk_stat there, mine;
    int number = disk_open_dir(home, name, out);
    if (number != 0)
        return number == ENOENT ? EEXIST : number;
    number = disk_lock(*out, false);
    if (number == 0)
        number = disk_stat_dir(*out, &mine);
    if (number == 0)
        number = disk_stat(home, name, &there);
    if (number == 0 && (there.inode != mine.inode || there.device != mine.device))
        number = EEXIST;
    if (number == 0 || number == ENOTSUP || number == ENOSYS || number == EINVAL)
        return 0; /* a file system without locks: nothing there is ever taken for dead either */
    disk_close(*out);
    return number == EWOULDBLOCK || number == ENOENT ? EEXIST : number;
}

static void release_reserve(struct staging *s)
{
    for (size_t i = 0; i < sizeof s->reserve / sizeof *s->reserve; i++)
        arena_release(&s->reserve[i]);
}

/* Reading a directory takes up to 32 KiB (glibc), which is half of what an arena asks the system for, and never touches. */
static int fill_reserve(struct staging *s)
{
    bool filled = true;
    for (size_t i = 0; i < sizeof s->reserve / sizeof *s->reserve; i++) {
        s->reserve[i] = (struct arena)ARENA_INIT;
        filled = arena_alloc(&s->reserve[i], 1) != NULL && filled;
    }
    if (!filled)
        release_reserve(s);
    return filled ? 0 : ENOMEM;
}

/* What is made must be able to be taken away again: where there are too few descriptors for that, nothing is made. */
static int check_descriptors(struct disk_dir dir)
{
    struct disk_dir spare[TO_REMOVE];
    int count = 0, number = 0;
    while (count < TO_REMOVE && number == 0) {
        number = disk_duplicate(dir, &spare[count]);
        count += number == 0;
    }
    while (count > 0)
        disk_close(spare[--count]);
    return number;
}

static int make_one(struct disk_dir home, const char *name, struct disk_dir *out)
{
    int number = disk_make_staging_dir(home, name); /* nobody else can come between while it is being filled */
    if (number != 0)
        return number;
    number = lock_fresh(home, name, out);
    if (number == 0 && (number = check_descriptors(*out)) != 0)
        disk_close(*out);
    if (number != 0 && number != EEXIST)
        disk_remove(home, name, DISK_DIRECTORY);
    return number;
}

int staging_open(struct disk_dir home, const char *prefix, struct staging *out)
{
    out->home = home;
    out->dir = DISK_NO_DIR;
    int number = fill_reserve(out);
    if (number != 0)
        return number;
    number = EEXIST;
    for (int i = 0; i < ATTEMPTS && number == EEXIST; i++) {
        char random[RANDOM + 1];
        number = disk_random_name(random, sizeof random);
        if (number != 0)
            break;
        snprintf(out->name, sizeof out->name, "%s%s", prefix, random);
        number = make_one(home, out->name, &out->dir);
    }
    if (number != 0) {
        out->dir = DISK_NO_DIR;
        release_reserve(out);
    }
    return number;
}

void staging_leave(struct staging *s)
{
    release_reserve(s);
    disk_close(s->dir);
    s->dir = DISK_NO_DIR;
}

int staging_close(struct staging *s)
{
    release_reserve(s);
    if (s->dir.handle < 0)
        return 0;
    int number = disk_remove(s->home, s->name, DISK_DIRECTORY); /* usually it is empty by now */
    if (number != 0)
        number = disk_remove_tree(s->home, s->name);
    staging_leave(s);
    return number;
}

/* ---- the dead ------------------------------------------------------------------------------------------ */

struct collection {
    struct arena *arena;
    struct disk_dir home, target;
    const char *prefix;
    const char *stuck; /* what could not be put back, and why */
    int number;
};

/* Only what we make lies in a staging directory: a directory with anything else in it is somebody's own. */
static int is_ours(void *user, const char *name)
{
    (void)user;
    static const char *const numbered[] = { "tree-", "old-", "deep-" };
    if (strcmp(name, "scratch") == 0 || strcmp(name, "scratch-clone") == 0 || strcmp(name, "journal") == 0)
        return 0;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t length = strlen(numbered[i]);
        if (strncmp(name, numbered[i], length) == 0 && name[length + strspn(name + length, "0123456789-")] == '\0')
            return 0;
    }
    return EPERM;
}

/* Where it was at work is put back first: what is removed then is needed by nobody. */
static bool put_back(struct collection *c, struct disk_dir dead, const char *name)
{
    c->number = c->target.handle >= 0 ? merge_recover(c->arena, dead, c->target) : 0;
    if (c->number != 0)
        c->stuck = arena_string(c->arena, name);
    return c->number == 0;
}

static int collect_one(void *user, const char *name)
{
    struct collection *c = user;
    size_t length = strlen(c->prefix);
    if (strncmp(name, c->prefix, length) != 0 || strlen(name) != length + RANDOM)
        return 0;
    struct disk_stat st;
    struct disk_dir dead;
    if (disk_stat(c->home, name, &st) != 0 || st.type != DISK_DIRECTORY || st.owner != disk_user())
        return 0;
    if (disk_open_dir(c->home, name, &dead) != 0)
        return 0;
    if (disk_lock(dead, false) == 0 && disk_list(dead, is_ours, NULL) == 0 && put_back(c, dead, name))
        disk_remove_tree(c->home, name);
    disk_close(dead);
    return c->number;
}

int staging_collect(struct arena *a, struct disk_dir home, const char *prefix, struct disk_dir target, const char **stuck)
{
    struct collection c = { .arena = a, .home = home, .target = target, .prefix = prefix };
    disk_list(home, collect_one, &c); /* where it cannot be read, nothing that is needed is found missing */
    *stuck = c.stuck;
    return c.number;
}
