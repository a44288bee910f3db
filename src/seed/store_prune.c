/* SPDX-License-Identifier: MIT */
/* Owns what leaves the store: altered entries, those beyond its limits, and what interrupted builds left behind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "seed/shelf.h"

enum { DAY = 86400, BLOCK = 4096 };

int shelf_name(const char *prefix, char out[32])
{
    char random[9];
    int number = disk_random_name(random, sizeof random);
    if (number == 0)
        snprintf(out, 32, "%s%s", prefix, random);
    return number;
}

int shelf_remove(const struct shelf *shelf, const char *name)
{
    char old[32];
    int number = shelf_name(SHELF_OLD, old);
    if (number == 0)
        number = disk_rename(shelf->dir, name, shelf->dir, old, DISK_NOREPLACE);
    return number != 0 ? number : disk_remove_tree(shelf->dir, old);
}

/* Negative when the clock has been set back since. */
static int64_t seconds_since(int64_t time_ns)
{
    return (int64_t)time(NULL) - time_ns / 1000000000;
}

void shelf_touch(struct disk_dir entry)
{
    struct disk_stat st;
    if (disk_stat(entry, SHELF_USED, &st) == 0) {
        int64_t age = seconds_since(st.mtime);
        if (age >= -DAY && age < DAY)
            return;
        disk_remove(entry, SHELF_USED, DISK_FILE);
    }
    disk_write_new(entry, SHELF_USED, "", 0, 0600, -1, false);
}

/* ---- listing */

struct listing {
    struct arena *arena;
    const struct shelf *shelf;
    struct kept *entries;
    size_t count, capacity;
};

/* One entry, and what counts when it is to be decided whether it stays. */
struct kept {
    const char *name;
    int64_t used;
    uint64_t bytes;
};

static bool starts_with(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int sweep_one(void *user, const char *name)
{
    const struct shelf *shelf = user;
    if (starts_with(name, SHELF_NEW) || starts_with(name, SHELF_OLD))
        disk_remove_tree(shelf->dir, name);
    return 0;
}

void shelf_sweep(const struct shelf *shelf)
{
    struct shelf own = *shelf;
    disk_list(shelf->dir, sweep_one, &own);
}

static bool reserve(struct listing *l)
{
    if (l->count < l->capacity)
        return true;
    size_t capacity = l->capacity > 0 ? l->capacity * 2 : 32;
    struct kept *entries = arena_array(l->arena, capacity, sizeof *entries);
    if (entries == NULL)
        return false;
    if (l->count > 0)
        memcpy(entries, l->entries, l->count * sizeof *entries);
    l->entries = entries;
    l->capacity = capacity;
    return true;
}

/* Index files are small; they go when they are old, and are made again when they are missed. */
static int list_one(void *user, const char *name)
{
    struct listing *l = user;
    struct disk_stat st, used, contents;
    if (name[0] == '.' || disk_stat(l->shelf->dir, name, &st) != 0 || !reserve(l))
        return 0;
    /* the least that a file takes */
    struct kept entry = { .name = arena_string(l->arena, name), .used = st.mtime, .bytes = BLOCK };
    struct disk_dir dir;
    if (st.type == DISK_DIRECTORY && disk_open_dir(l->shelf->dir, name, &dir) == 0) {
        if (disk_stat(dir, SHELF_USED, &used) == 0)
            entry.used = used.mtime;
        if (disk_stat(dir, SHELF_CONTENTS, &contents) == 0)
            entry.bytes += 2 * contents.size; /* the tree has it all once more */
        disk_close(dir);
    }
    l->entries[l->count++] = entry;
    return 0;
}

static int latest_first(const void *x, const void *y)
{
    const struct kept *a = x, *b = y;
    return (a->used < b->used) - (a->used > b->used);
}

/* Removed unless somebody uses it, who holds the shared lock. */
static bool remove_unused(const struct shelf *shelf, const char *name)
{
    struct disk_dir dir;
    int number = disk_open_dir(shelf->dir, name, &dir);
    if (number == ENOTDIR)
        return disk_remove(shelf->dir, name, DISK_FILE) == 0;
    if (number != 0)
        return false;
    bool removed = disk_lock(dir, false) == 0 && shelf_remove(shelf, name) == 0;
    disk_close(dir);
    return removed;
}

int shelf_prune(struct arena *a, const struct shelf *shelf, const struct store_limits *limits)
{
    struct listing l = { .arena = a, .shelf = shelf };
    int number = disk_list(shelf->dir, list_one, &l);
    if (number != 0 || a->failed)
        return number != 0 ? number : ENOMEM;
    if (l.count > 0)
        qsort(l.entries, l.count, sizeof *l.entries, latest_first);
    uint64_t total = 0;
    for (size_t i = 0; i < l.count; i++) {
        bool old = seconds_since(l.entries[i].used) > limits->seconds;
        bool large = total + l.entries[i].bytes > limits->bytes;
        if (!(old || large) || !remove_unused(shelf, l.entries[i].name))
            total += l.entries[i].bytes;
    }
    return 0;
}

int store_prune(const struct store *store, const struct store_limits *limits)
{
    struct arena a = ARENA_INIT;
    struct shelf shelf;
    struct cvenv_error err;
    if (store->dir.handle < 0)
        return 0;
    if (!shelf_open(&a, store, &shelf, &err) || !shelf_lock(&shelf, store, &err)) {
        arena_release(&a);
        return err.system != 0 ? err.system : EIO;
    }
    shelf_sweep(&shelf);
    int number = shelf_prune(&a, &shelf, limits);
    disk_close(shelf.dir);
    arena_release(&a);
    return number;
}

/* Only the entry that was opened: another process may have built a new one in its place. */
static int discard_from(const struct shelf *shelf, const struct store_entry *entry)
{
    struct disk_stat opened, there;
    int number = disk_stat_dir(entry->dir, &opened);
    if (number == 0)
        number = disk_stat(shelf->dir, entry->key, &there);
    if (number != 0 || there.inode != opened.inode)
        return number == ENOENT ? 0 : number;
    return shelf_remove(shelf, entry->key);
}

bool store_discard(const struct store *store, const struct store_entry *entry)
{
    struct arena a = ARENA_INIT;
    struct shelf shelf;
    struct cvenv_error err;
    bool ok = shelf_open(&a, store, &shelf, &err);
    if (ok) {
        ok = shelf_lock(&shelf, store, &err) && discard_from(&shelf, entry) == 0;
        disk_close(shelf.dir);
    }
    arena_release(&a);
    return ok;
}
