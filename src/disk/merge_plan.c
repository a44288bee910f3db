/* SPDX-License-Identifier: MIT */
/* Owns the plan of a merge: which renames make the target what is wanted, the fewest possible, in which order. */
#include <stdio.h>

#include <errno.h>

#include "base/path.h"
#include "disk/merge.h"

/* What goes away before anything comes. */
struct removals {
    bool all;
    const char *const *paths;
    size_t count;
    bool *replaced; /* something new takes its place */
};

/* A directory that both have, still to be compared. */
struct pending {
    const char *path; /* relative; "" for the roots */
    struct pending *next;
};

/* The staged tree beside the target, directory by directory. */
struct comparison {
    struct merge *m;
    struct disk_dir tree;           /* the staged tree */
    struct disk_dir staged, target; /* the directory whose turn it is */
    const char *path;               /* of it */
    struct pending *pending;        /* those that follow: however deep they lie, few descriptors are enough */
    const struct removals *removals;
    struct cvenv_error *err;
};

/* err is filled in: what the callers of disk_list pass through. */
enum { TOLD = -1 };

bool merge_add(struct merge *m, enum merge_kind kind, const char *path, uint64_t inode)
{
    if (m->count == m->capacity) {
        size_t capacity = m->capacity == 0 ? 64 : 2 * m->capacity;
        struct merge_operation *more = arena_array(m->arena, capacity, sizeof *more);
        if (more == NULL)
            return false;
        if (m->count > 0)
            memcpy(more, m->operations, m->count * sizeof *more);
        m->operations = more;
        m->capacity = capacity;
    }
    const char *parent = path_parent(m->arena, path);
    const char *staged = arena_format(m->arena, "tree-%u%s%s", m->layer, parent[0] != '\0' ? "/" : "", parent);
    m->operations[m->count++] = (struct merge_operation){ kind, path, parent, staged, inode };
    return !m->arena->failed;
}

/* ---- what comes ---------------------------------------------------------------------------------------- */

/* Is what is there to go away as a whole, whatever comes in its place? */
static bool goes_away(const struct removals *r, const char *path)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(path, r->paths[i]) == 0) {
            r->replaced[i] = true;
            return true;
        }
    }
    return r->all;
}

static int plan_later(struct comparison *c, const char *path)
{
    struct pending *one = arena_alloc(c->m->arena, sizeof *one);
    if (one == NULL)
        return ENOMEM;
    *one = (struct pending){ path, c->pending };
    c->pending = one;
    return 0;
}

static int refuse(const struct comparison *c, const char *path, enum disk_type there)
{
    error_set(c->err, CVENV_ERROR_DIRECTORY, "%s/%s: a %s is in the way", c->m->target_path, path,
              there == DISK_DIRECTORY ? "directory" : there == DISK_LINK ? "symbolic link" : "file");
    return TOLD;
}

static int plan_entry(void *user, const char *name)
{
    struct comparison *c = user;
    const char *path = path_join(c->m->arena, c->path, name);
    struct disk_stat staged, there;
    int number = disk_stat(c->staged, name, &staged);
    if (number != 0)
        return number;
    bool whole = goes_away(c->removals, path);
    number = disk_stat(c->target, name, &there);
    if (number == ENOENT)
        return merge_add(c->m, MERGE_NEW, path, staged.inode) ? 0 : ENOMEM;
    if (number != 0)
        return number;
    bool directory = staged.type == DISK_DIRECTORY;
    if (!whole && directory && there.type == DISK_DIRECTORY)
        return plan_later(c, path);
    if (!whole && (directory || there.type == DISK_DIRECTORY))
        return refuse(c, path, there.type);
    return merge_add(c->m, MERGE_SWAP, path, staged.inode) ? 0 : ENOMEM;
}

static int plan_directory(struct comparison *c)
{
    int number = disk_open_below(c->tree, c->path, &c->staged);
    if (number != 0)
        return number;
    number = disk_open_below(c->m->target, c->path, &c->target);
    if (number == 0) {
        number = disk_list(c->staged, plan_entry, c);
        disk_close(c->target);
    }
    disk_close(c->staged);
    return number;
}

static int plan_comings(struct comparison *c)
{
    int number = plan_later(c, "");
    while (number == 0 && c->pending != NULL) {
        c->path = c->pending->path;
        c->pending = c->pending->next;
        number = plan_directory(c);
    }
    return number;
}

/* ---- what goes ----------------------------------------------------------------------------------------- */

static int plan_purge(void *user, const char *name)
{
    const struct comparison *c = user;
    struct disk_stat st;
    if (strncmp(name, ".cvenv-", 7) == 0)
        return 0; /* a staging directory: this one, or another run's that is about to find out */
    int number = disk_stat(c->tree, name, &st);
    if (number != ENOENT)
        return number; /* 0: it is replaced */
    return merge_add(c->m, MERGE_DROP, arena_string(c->m->arena, name), 0) ? 0 : ENOMEM;
}

static int plan_removals(struct comparison *c)
{
    const struct removals *r = c->removals;
    if (r->all)
        return disk_list(c->m->target, plan_purge, c);
    for (size_t i = 0; i < r->count; i++)
        if (!r->replaced[i] && !merge_add(c->m, MERGE_DROP, r->paths[i], 0))
            return ENOMEM;
    return 0;
}

/* ---- the order ----------------------------------------------------------------------------------------- */

/*
 * What goes, goes first: the removals are meant for what was there before. pyvenv.cfg makes a directory an environment
 * (PEP 405): it comes last.
 */
static unsigned rank(const struct merge_operation *op)
{
    return op->kind == MERGE_DROP ? 0 : strcmp(op->path, "pyvenv.cfg") == 0 ? 2 : 1;
}

static bool put_in_order(struct merge *m)
{
    struct merge_operation *sorted = arena_array(m->arena, m->count + 1, sizeof *sorted);
    size_t count = 0;
    for (unsigned r = 0; sorted != NULL && r <= 2; r++)
        for (size_t i = 0; i < m->count; i++)
            if (rank(&m->operations[i]) == r)
                sorted[count++] = m->operations[i];
    m->operations = sorted;
    return sorted != NULL;
}

bool merge_plan(struct merge *m, bool purge, const char *const *removals, size_t removal_count, struct cvenv_error *err)
{
    char tree[32];
    snprintf(tree, sizeof tree, "tree-%u", m->layer);
    const struct removals r = { purge, removals, removal_count, arena_array(m->arena, removal_count + 1, sizeof *r.replaced) };
    struct comparison c = { .m = m, .tree = DISK_NO_DIR, .removals = &r, .err = err };
    if (r.replaced == NULL)
        return error_memory(err);
    int number = disk_open_dir(m->stage, tree, &c.tree);
    if (number == 0)
        number = plan_comings(&c);
    if (number == 0)
        number = plan_removals(&c);
    disk_close(c.tree);
    if (number == TOLD)
        return false;
    if (number != 0)
        return error_system(err, number, "%s: comparing it with the new environment", m->target_path);
    return put_in_order(m) && !m->arena->failed ? true : error_memory(err);
}
