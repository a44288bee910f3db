/* SPDX-License-Identifier: MIT */
/* Owns the execution of a merge and its undoing. */
#include "disk/merge.h"

#include <errno.h>
#include <stdio.h>

#include "base/path.h"

/* Where an operation takes place. */
struct spot {
    struct disk_dir staged, target; /* the directories; `staged` is not there for a DROP */
    const char *name;
    char old[64];                   /* in m->stage: where what was there goes */
};

static int open_spot(const struct merge *m, size_t index, struct spot *s)
{
    const struct merge_operation *op = &m->operations[index];
    s->name = path_name(op->path);
    s->staged = DISK_NO_DIR;
    s->target = DISK_NO_DIR;
    snprintf(s->old, sizeof s->old, "old-%u-%zu", m->layer, index);
    int number = disk_open_below(m->target, op->parent, &s->target);
    if (number == 0 && op->kind != MERGE_DROP)
        number = disk_open_below(m->stage, op->staged, &s->staged);
    return number;
}

static void close_spot(struct spot *s)
{
    disk_close(s->staged);
    disk_close(s->target);
}

/* ---- carrying out -------------------------------------------------------------------------------------- */

/* Where names cannot be exchanged, the old file is kept under a second name, and replaced at once; without links, nearly so. */
static int swap_by_moving(const struct merge *m, const struct spot *s)
{
    if (disk_link(s->target, s->name, m->stage, s->old) == 0)
        return disk_rename(s->staged, s->name, s->target, s->name, DISK_REPLACE);
    int number = disk_rename(s->target, s->name, m->stage, s->old, DISK_NOREPLACE);
    return number != 0 ? number : disk_rename(s->staged, s->name, s->target, s->name, DISK_NOREPLACE);
}

static int swap(const struct merge *m, const struct spot *s)
{
    int number = disk_rename(s->staged, s->name, s->target, s->name, DISK_EXCHANGE);
    if (number == ENOENT) /* what was there has gone since the plan was made */
        return disk_rename(s->staged, s->name, s->target, s->name, DISK_NOREPLACE);
    return number == ENOTSUP ? swap_by_moving(m, s) : number;
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

/* The renames reach the disk before the journal goes. */
static int sync_parents(const struct merge *m)
{
    const char *last = NULL;
    int number = 0;
    for (size_t i = 0; number == 0 && i < m->count; i++) {
        const char *parent = m->operations[i].parent;
        struct disk_dir dir;
        if (last != NULL && strcmp(last, parent) == 0)
            continue;
        last = parent;
        number = disk_open_below(m->target, parent, &dir);
        if (number == ENOENT || number == ENOTDIR) {
            number = 0; /* of something that was to go and is not there */
        } else if (number == 0) {
            number = disk_sync_dir(dir);
            disk_close(dir);
        }
    }
    return number;
}

static bool carry_all_out(const struct merge *m, struct cvenv_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        int number = carry_out(m, i);
        if (number != 0)
            return error_system(err, number, "%s/%s: putting it in place", m->target_path, m->operations[i].path);
    }
    int number = m->durable ? sync_parents(m) : 0;
    if (number == 0)
        number = journal_remove(m);
    return number == 0 ? true : error_system(err, number, "%s: putting it in place", m->target_path);
}

bool merge_execute(struct merge *m, struct cvenv_error *err)
{
    int number = journal_write(m);
    if (number != 0)
        return error_system(err, number, "%s: writing the journal", m->target_path);
    if (carry_all_out(m, err))
        return true;
    number = merge_undo(m);
    return number == 0 ? false : error_wrap(err, "%s: could not be put back as it was (%s)", m->target_path, strerror(number));
}

/* ---- undoing ------------------------------------------------------------------------------------------- */

/* Puts what was staged back into the staged tree: exchanged with what lies there since, or moved. */
static int take_back(const struct spot *s)
{
    struct disk_stat st;
    bool exchanged = disk_stat(s->staged, s->name, &st) == 0;
    return disk_rename(s->target, s->name, s->staged, s->name, exchanged ? DISK_EXCHANGE : DISK_NOREPLACE);
}

static int put_old_back(const struct merge *m, const struct spot *s)
{
    struct disk_stat st;
    if (disk_stat(m->stage, s->old, &st) != 0)
        return 0;
    int number = disk_rename(m->stage, s->old, s->target, s->name, DISK_NOREPLACE);
    return number == EEXIST ? 0 : number; /* somebody has made it anew: that is the latest */
}

/* Looks at what is there to see whether the operation had been carried out, wholly or in part. */
static int undo_one(const struct merge *m, size_t index)
{
    const struct merge_operation *op = &m->operations[index];
    struct spot s;
    struct disk_stat there;
    int number = open_spot(m, index, &s);
    if (number == ENOENT) {
        number = 0; /* the directory is not there (any more): nor is anything in it */
    } else if (number == 0) {
        if (op->kind != MERGE_DROP && disk_stat(s.target, s.name, &there) == 0 && there.inode == op->inode)
            number = take_back(&s);
        if (number == 0 && op->kind != MERGE_NEW)
            number = put_old_back(m, &s);
    }
    close_spot(&s);
    return number;
}

int merge_undo(const struct merge *m)
{
    int first = 0;
    journal_write(m); /* if it is not there any more: without it a crash would leave this half done */
    for (size_t i = m->count; i-- > 0;) {
        int number = undo_one(m, i);
        first = first != 0 ? first : number;
    }
    if (first == 0)
        journal_remove(m);
    return first;
}

int merge_recover(struct arena *a, struct disk_dir stage, struct disk_dir target)
{
    struct merge m = { .arena = a, .stage = stage, .home = DISK_NO_DIR, .target = target };
    int number = journal_read(&m);
    if (number == 0)
        number = merge_undo(&m);
    return number == ENOENT ? 0 : number;
}
