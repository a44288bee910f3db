/* SPDX-License-Identifier: MIT */
/* Owns the plan of a merge, its execution and its undoing. */
#include "disk/merge.h"

#include <errno.h>
#include <stdio.h>

#include "base/path.h"

/* ---- the plan ------------------------------------------------------------------------------------------ */

/* A directory of the staged tree beside the same directory of the target. */
struct level {
    struct merge *m;
    struct disk_dir staged, target;
    const char *path; /* of both, relative; "" for the roots */
    const struct removals *removals;
    struct cvenv_error *err;
};

/* What goes away before anything comes. */
struct removals {
    bool all;
    const char *const *paths;
    size_t count;
};

static bool goes_away(const struct removals *r, const char *path)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(path, r->paths[i]) == 0)
            return true;
    return r->all;
}

static bool add_operation(struct merge *m, enum merge_kind kind, const char *path, uint64_t inode)
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
    m->operations[m->count++] = (struct merge_operation){ kind, path, inode };
    return true;
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

/* err is filled in: what the callers of disk_list pass through. */
enum { TOLD = -1 };

static int plan_entry(void *user, const char *name)
{
    struct level *l = user;
    const char *path = path_join(l->m->arena, l->path, name);
    struct disk_stat staged, there;
    int number = disk_stat(l->staged, name, &staged);
    if (number != 0)
        return number;
    number = goes_away(l->removals, path) ? ENOENT : disk_stat(l->target, name, &there);
    if (number != 0 && number != ENOENT)
        return number;
    enum merge_kind kind = number == ENOENT ? MERGE_NEW : MERGE_SWAP;
    if (kind == MERGE_SWAP && staged.type == DISK_DIRECTORY && there.type == DISK_DIRECTORY)
        return plan_deeper(l, name, path);
    if (kind == MERGE_SWAP && (staged.type == DISK_DIRECTORY || there.type == DISK_DIRECTORY)) {
        error_set(l->err, CVENV_ERROR_DIRECTORY, "%s/%s: a %s is in the way", l->m->target_path, path,
                  there.type == DISK_DIRECTORY ? "directory" : there.type == DISK_LINK ? "symbolic link" : "file");
        return TOLD;
    }
    return add_operation(l->m, kind, path, staged.inode) ? 0 : ENOMEM;
}

static int plan_level(struct level *l)
{
    return disk_list(l->staged, plan_entry, l);
}

static int plan_drop(void *user, const char *name)
{
    struct merge *m = user;
    if (strncmp(name, ".cvenv-", 7) == 0)
        return 0; /* a staging directory: this one, or another run's that is about to find out */
    return add_operation(m, MERGE_DROP, arena_string(m->arena, name), 0) ? 0 : ENOMEM;
}

static int plan_removals(struct merge *m, const struct removals *r)
{
    if (r->all)
        return disk_list(m->target, plan_drop, m);
    for (size_t i = 0; i < r->count; i++)
        if (!add_operation(m, MERGE_DROP, r->paths[i], 0))
            return ENOMEM;
    return 0;
}

/* pyvenv.cfg makes a directory an environment (PEP 405): it comes last. */
static void configuration_last(struct merge *m)
{
    for (size_t i = 0; i + 1 < m->count; i++) {
        struct merge_operation op = m->operations[i];
        if (op.kind == MERGE_DROP || strcmp(op.path, "pyvenv.cfg") != 0)
            continue;
        memmove(&m->operations[i], &m->operations[i + 1], (m->count - i - 1) * sizeof op);
        m->operations[m->count - 1] = op;
        return;
    }
}

static void tree_name(char name[32], unsigned layer)
{
    snprintf(name, 32, "tree-%u", layer);
}

bool merge_plan(struct merge *m, bool purge, const char *const *removals, size_t removal_count, struct cvenv_error *err)
{
    char tree[32];
    tree_name(tree, m->layer);
    const struct removals r = { purge, removals, removal_count };
    struct level root = { m, DISK_NO_DIR, m->target, "", &r, err };
    int number = plan_removals(m, &r);
    if (number == 0)
        number = disk_open_dir(m->stage, tree, &root.staged);
    if (number == 0)
        number = plan_level(&root);
    disk_close(root.staged);
    if (number == TOLD)
        return false;
    if (number != 0)
        return error_system(err, number, "%s: comparing it with the new environment", m->target_path);
    configuration_last(m);
    return m->arena->failed ? error_memory(err) : true;
}

/* ---- carrying out and undoing -------------------------------------------------------------------------- */

/* Where an operation takes place. */
struct spot {
    struct disk_dir staged, target; /* the directories; `staged` may be missing for a DROP */
    const char *name;
    char old[64];                   /* in m->stage: where what was there goes */
};

static int open_spot(const struct merge *m, size_t index, struct spot *s)
{
    const struct merge_operation *op = &m->operations[index];
    const char *parent = path_parent(m->arena, op->path);
    char tree[32];
    tree_name(tree, m->layer);
    s->name = path_name(op->path);
    s->staged = DISK_NO_DIR;
    s->target = DISK_NO_DIR;
    snprintf(s->old, sizeof s->old, "old-%u-%zu", m->layer, index);
    int number = disk_open_below(m->target, parent, &s->target);
    if (number == 0 && op->kind != MERGE_DROP)
        number = disk_open_below(m->stage, parent[0] != '\0' ? path_join(m->arena, tree, parent) : tree, &s->staged);
    return m->arena->failed ? ENOMEM : number;
}

static void close_spot(struct spot *s)
{
    disk_close(s->staged);
    disk_close(s->target);
}

static int swap(const struct merge *m, const struct spot *s)
{
    int number = disk_rename(s->staged, s->name, s->target, s->name, DISK_EXCHANGE);
    if (number == ENOENT) /* what was there has gone since the plan was made */
        return disk_rename(s->staged, s->name, s->target, s->name, DISK_NOREPLACE);
    if (number != ENOTSUP)
        return number;
    number = disk_rename(s->target, s->name, m->stage, s->old, DISK_NOREPLACE);
    return number != 0 ? number : disk_rename(s->staged, s->name, s->target, s->name, DISK_NOREPLACE);
}

static int carry_out(const struct merge *m, size_t index)
{
    const struct merge_operation *op = &m->operations[index];
    struct spot s;
    int number = open_spot(m, index, &s);
    if (number == 0 && op->kind == MERGE_NEW)
        number = disk_rename(s.staged, s.name, s.target, s.name, DISK_NOREPLACE);
    else if (number == 0 && op->kind == MERGE_SWAP)
        number = swap(m, &s);
    else if (number == 0)
        number = disk_rename(s.target, s.name, m->stage, s.old, DISK_NOREPLACE);
    if (op->kind == MERGE_DROP && (number == ENOENT || number == ENOTDIR))
        number = 0; /* it is not there: just what is wanted */
    close_spot(&s);
    return number;
}

/* Puts what was staged back into the staged tree: exchanged with what lies there since, or moved. */
static int take_back(const struct spot *s)
{
    struct disk_stat st;
    bool exchanged = disk_stat(s->staged, s->name, &st) == 0;
    return disk_rename(s->target, s->name, s->staged, s->name, exchanged ? DISK_EXCHANGE : DISK_NOREPLACE);
}

/* Looks at what is there to see whether the operation had been carried out, wholly or in part. */
static int undo_one(const struct merge *m, size_t index)
{
    const struct merge_operation *op = &m->operations[index];
    struct spot s;
    struct disk_stat there;
    int number = open_spot(m, index, &s);
    if (number == ENOENT)
        number = 0; /* the directory is not there (any more): nor is anything in it */
    else if (number == 0) {
        if (op->kind != MERGE_DROP && disk_stat(s.target, s.name, &there) == 0 && there.inode == op->inode)
            number = take_back(&s);
        if (number == 0 && op->kind != MERGE_NEW && disk_stat(m->stage, s.old, &there) == 0)
            number = disk_rename(m->stage, s.old, s.target, s.name, DISK_NOREPLACE);
    }
    close_spot(&s);
    return number;
}

int merge_undo(const struct merge *m)
{
    int first = 0;
    for (size_t i = m->count; i-- > 0;) {
        int number = undo_one(m, i);
        first = first != 0 ? first : number;
    }
    return first;
}

bool merge_execute(struct merge *m, struct cvenv_error *err)
{
    int number = journal_write(m);
    if (number != 0)
        return error_system(err, number, "%s: writing the journal", m->target_path);
    for (size_t i = 0; i < m->count; i++) {
        number = carry_out(m, i);
        if (number == 0)
            continue;
        error_system(err, number, "%s/%s: putting it in place", m->target_path, m->operations[i].path);
        number = merge_undo(m);
        return number == 0 ? false : error_wrap(err, "%s: could not be put back as it was (%s)", m->target_path, strerror(number));
    }
    return true;
}

int merge_recover(struct arena *a, struct disk_dir stage, struct disk_dir target)
{
    struct merge m = { .arena = a, .stage = stage, .layer = 1, .target = target };
    int number;
    while ((number = journal_read(&m)) == 0)
        m.layer++;
    if (number != ENOENT)
        return number;
    number = 0;
    while (number == 0 && --m.layer > 0) {
        number = journal_read(&m);
        if (number == 0)
            number = merge_undo(&m);
    }
    return number;
}
