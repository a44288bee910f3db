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

/* A directory of the staged tree beside the same directory of the target. */
struct level {
    struct merge *m;
    struct disk_dir staged, target;
    const char *path; /* of both, relative; "" for the roots */
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

static int plan_level(struct level *l);

static int plan_deeper(const struct level *l, const char *name, const char *path)
{
    struct level inner = { l->m, DISK_NO_DIR, DISK_NO_DIR, path, l->removals, l->err };
    int number = disk_open_dir(l->staged, name, &inner.staged);
    if (number == 0)
        number = disk_open_dir(l->target, name, &inner.target);
    if (number == 0)
        number = plan_level(&inner);
    disk_close(inner.staged);
    disk_close(inner.target);
    return number;
}

static int refuse(const struct level *l, const char *path, enum disk_type there)
{
    error_set(l->err, CVENV_ERROR_DIRECTORY, "%s/%s: a %s is in the way", l->m->target_path, path,
              there == DISK_DIRECTORY ? "directory" : there == DISK_LINK ? "symbolic link" : "file");
    return TOLD;
}

static int plan_entry(void *user, const char *name)
{
    struct level *l = user;
    const char *path = path_join(l->m->arena, l->path, name);
    struct disk_stat staged, there;
    int number = disk_stat(l->staged, name, &staged);
    if (number != 0)
        return number;
    bool whole = goes_away(l->removals, path);
    number = disk_stat(l->target, name, &there);
    if (number == ENOENT)
        return merge_add(l->m, MERGE_NEW, path, staged.inode) ? 0 : ENOMEM;
    if (number != 0)
        return number;
    bool directory = staged.type == DISK_DIRECTORY;
    if (!whole && directory && there.type == DISK_DIRECTORY)
        return plan_deeper(l, name, path);
    if (!whole && (directory || there.type == DISK_DIRECTORY))
        return refuse(l, path, there.type);
    return merge_add(l->m, MERGE_SWAP, path, staged.inode) ? 0 : ENOMEM;
}

static int plan_level(struct level *l)
{
    return disk_list(l->staged, plan_entry, l);
}

/* ---- what goes ----------------------------------------------------------------------------------------- */

static int plan_purge(void *user, const char *name)
{
    const struct level *root = user;
    struct disk_stat st;
    if (strncmp(name, ".cvenv-", 7) == 0)
        return 0; /* a staging directory: this one, or another run's that is about to find out */
    int number = disk_stat(root->staged, name, &st);
    if (number != ENOENT)
        return number; /* 0: it is replaced */
    return merge_add(root->m, MERGE_DROP, arena_string(root->m->arena, name), 0) ? 0 : ENOMEM;
}

static int plan_removals(struct level *root)
{
    const struct removals *r = root->removals;
    if (r->all)
        return disk_list(root->target, plan_purge, root);
    for (size_t i = 0; i < r->count; i++)
        if (!r->replaced[i] && !merge_add(root->m, MERGE_DROP, r->paths[i], 0))
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
    struct level root = { m, DISK_NO_DIR, m->target, "", &r, err };
    if (r.replaced == NULL)
        return error_memory(err);
    int number = disk_open_dir(m->stage, tree, &root.staged);
    if (number == 0)
        number = plan_level(&root);
    if (number == 0)
        number = plan_removals(&root);
    disk_close(root.staged);
    if (number == TOLD)
        return false;
    if (number != 0)
        return error_system(err, number, "%s: comparing it with the new environment", m->target_path);
    return put_in_order(m) && !m->arena->failed ? true : error_memory(err);
}
