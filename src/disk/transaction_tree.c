/* SPDX-License-Identifier: MIT */
/* Owns the staged tree of a transaction: what is made in it, each thing relative to its open directory. */
#include <errno.h>
#include <stdio.h>

#include "base/path.h"
#include "disk/transaction_state.h"

bool transaction_interrupted(const struct transaction *t, struct cvenv_error *err)
{
    if (t->options.interrupted == NULL || !t->options.interrupted(t->options.user))
        return false;
    error_set(err, CVENV_ERROR_INTERRUPTED, "%s: interrupted", t->options.path);
    return true;
}

bool transaction_is_link(struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    return disk_stat(dir, name, &st) == 0 && st.type == DISK_LINK;
}

void transaction_leave(struct transaction *t)
{
    disk_close(t->at);
    t->at = DISK_NO_DIR;
    t->at_path = NULL;
}

bool transaction_stage_tree(struct transaction *t, struct cvenv_error *err)
{
    if (t->tree.handle >= 0)
        return true;
    char name[32];
    snprintf(name, sizeof name, "tree-%u", t->layer);
    int number = disk_make_dir(t->stage.dir, name);
    if (number == 0)
        number = disk_open_dir(t->stage.dir, name, &t->tree);
    return number == 0 ? true : error_system(err, number, "%s: creating a directory in it", t->stage_path);
}

/* What every change begins with. Memory that ran out is refused here, before a wrong name reaches the disk. */
static bool begin(struct transaction *t, struct cvenv_error *err)
{
    if (transaction_interrupted(t, err))
        return false;
    if (t->arena->failed)
        return error_memory(err);
    return transaction_stage_tree(t, err);
}

/* Opens the directory that `path` is in and gives the name there. */
static bool enter(struct transaction *t, const char *path, const char **name, struct cvenv_error *err)
{
    if (!begin(t, err))
        return false;
    const char *parent = path_parent(t->arena, path);
    *name = path_name(path);
    if (t->at_path != NULL && strcmp(t->at_path, parent) == 0)
        return true;
    transaction_leave(t);
    int number = t->arena->failed ? ENOMEM : disk_open_below(t->tree, parent, &t->at);
    if (number != 0) {
        t->at = DISK_NO_DIR;
        return error_system(err, number, "%s%s%s", t->options.path, parent[0] != '\0' ? "/" : "", parent);
    }
    t->at_path = parent;
    return true;
}

/* The target must have a directory there, or nothing: a link might lead anywhere. */
static bool check_target(const struct transaction *t, const char *path, struct cvenv_error *err)
{
    struct disk_dir existing = transaction_existing(t), there;
    if (existing.handle < 0)
        return true;
    int number = disk_open_below(existing, path, &there);
    if (number == 0)
        disk_close(there);
    if (number == 0 || number == ENOENT)
        return true;
    if (number == ENOTDIR || number == ELOOP)
        return error_set(err, CVENV_ERROR_DIRECTORY, "unable to create directory '%s/%s': a file or a link is in its place",
                         t->options.path, path);
    return error_system(err, number, "%s/%s", t->options.path, path);
}

bool transaction_make_dir(struct transaction *t, const char *path, struct cvenv_error *err)
{
    size_t end = 0;
    do {
        end += strcspn(path + end + (end > 0), "/") + (end > 0);
        const char *name, *part = arena_copy(t->arena, path, end);
        if (!enter(t, part, &name, err) || !check_target(t, part, err))
            return false;
        int number = disk_make_dir(t->at, name);
        if (number != 0 && number != EEXIST)
            return error_system(err, number, "%s/%s: creating the directory", t->options.path, part);
    } while (path[end] != '\0');
    return true;
}

bool transaction_write(struct transaction *t, const char *path, struct slice data, unsigned mode, struct cvenv_error *err)
{
    const char *name;
    if (!enter(t, path, &name, err))
        return false;
    int number = disk_write_new(t->at, name, data.data, data.length, mode, -1, false);
    if (number == EEXIST && (number = disk_remove(t->at, name, DISK_FILE)) == 0)
        number = disk_write_new(t->at, name, data.data, data.length, mode, -1, false);
    return number == 0 ? true : error_system(err, number, "%s/%s: writing", t->options.path, path);
}

bool transaction_symlink(struct transaction *t, const char *target, const char *path, struct cvenv_error *err)
{
    const char *name;
    if (!enter(t, path, &name, err))
        return false;
    int number = disk_symlink(target, t->at, name);
    return number == 0 ? true : error_system(err, number, "%s/%s: linking to %s", t->options.path, path, target);
}

bool transaction_copy(struct transaction *t, const char *from, const char *path, unsigned mode, struct cvenv_error *err)
{
    const char *name;
    if (!enter(t, path, &name, err))
        return false;
    int number = disk_copy_path(from, t->at, name, mode, false);
    return number == 0 ? true : error_system(err, number, "%s/%s: copying %s", t->options.path, path, from);
}

bool transaction_remove(struct transaction *t, const char *path, struct cvenv_error *err)
{
    if (t->removal_count == t->removal_capacity) {
        size_t capacity = t->removal_capacity == 0 ? 32 : 2 * t->removal_capacity;
        const char **more = arena_array(t->arena, capacity, sizeof *more);
        if (more == NULL)
            return error_memory(err);
        if (t->removal_count > 0)
            memcpy(more, t->removals, t->removal_count * sizeof *more);
        t->removals = more;
        t->removal_capacity = capacity;
    }
    t->removals[t->removal_count++] = arena_string(t->arena, path);
    return true;
}

bool transaction_forget(struct transaction *t, const char *path, struct cvenv_error *err)
{
    const char *name;
    if (!enter(t, path, &name, err))
        return false;
    int number = disk_remove_tree(t->at, name);
    return number == 0 ? true : error_system(err, number, "%s/%s: removing", t->options.path, path);
}

bool transaction_open_dir(struct transaction *t, const char *path, struct disk_dir *out, struct cvenv_error *err)
{
    if (!begin(t, err))
        return false;
    int number = disk_open_below(t->tree, path, out);
    return number == 0 ? true : error_system(err, number, "%s/%s", t->options.path, path);
}

struct disk_dir transaction_stage(const struct transaction *t)
{
    return t->stage.dir;
}

bool transaction_scratch(struct transaction *t, const char **path, struct cvenv_error *err)
{
    int number = disk_make_dir(t->stage.dir, "scratch");
    if (number != 0 && number != EEXIST)
        return error_system(err, number, "%s: creating a directory in it", t->stage_path);
    *path = path_join(t->arena, t->stage_path, "scratch");
    return true;
}
