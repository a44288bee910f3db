/* SPDX-License-Identifier: MIT */
/* Owns staging directories: making them, locking them, and clearing up after the dead. */
#include "disk/staging.h"

#include <errno.h>
#include <stdio.h>

#include "disk/merge.h"

enum { RANDOM = 8, ATTEMPTS = 100 };

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

int staging_open(struct disk_dir home, const char *prefix, struct staging *out)
{
    out->home = home;
    out->dir = DISK_NO_DIR;
    int number = EEXIST;
    for (int i = 0; i < ATTEMPTS && number == EEXIST; i++) {
        char random[RANDOM + 1];
        number = disk_random_name(random, sizeof random);
        if (number != 0)
            break;
        snprintf(out->name, sizeof out->name, "%s%s", prefix, random);
        number = disk_make_staging_dir(home, out->name); /* nobody else can come between while it is being filled */
        if (number == 0) {
            number = lock_fresh(home, out->name, &out->dir);
            if (number != 0 && number != EEXIST)
                disk_remove(home, out->name, DISK_DIRECTORY);
        }
    }
    if (number != 0)
        out->dir = DISK_NO_DIR;
    return number;
}

int staging_close(struct staging *s)
{
    if (s->dir.handle < 0)
        return 0;
    int number = disk_remove(s->home, s->name, DISK_DIRECTORY); /* usually it is empty by now */
    if (number != 0)
        number = disk_remove_tree(s->home, s->name);
    disk_close(s->dir);
    s->dir = DISK_NO_DIR;
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
