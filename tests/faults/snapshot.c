/* SPDX-License-Identifier: MIT */
/* Owns snapshots of trees. */
#define _GNU_SOURCE
#include "snapshot.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *checked(void *memory)
{
    if (memory == NULL)
        err(2, "memory");
    return memory;
}

static char *join(const char *directory, const char *name)
{
    char *path;
    if (asprintf(&path, "%s%s%s", directory, directory[0] != '\0' ? "/" : "", name) < 0)
        err(2, "memory");
    return path;
}

static char *read_data(const char *path, const struct stat *st, size_t *length)
{
    char *data = checked(calloc(1, (size_t)st->st_size + 1));
    if (S_ISLNK(st->st_mode)) {
        ssize_t n = readlink(path, data, (size_t)st->st_size + 1);
        *length = n < 0 ? 0 : (size_t)n;
        return data;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, data, (size_t)st->st_size);
    if (n < 0)
        err(2, "%s", path);
    close(fd);
    *length = (size_t)n;
    return data;
}

static void add(struct snapshot *s, const char *root, const char *path, bool (*skip)(const char *name));

static void add_directory(struct snapshot *s, const char *root, const char *path, const char *full,
                          bool (*skip)(const char *name))
{
    DIR *stream = opendir(full);
    if (stream == NULL)
        err(2, "%s", full);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || (skip != NULL && skip(entry->d_name)))
            continue;
        char *inner = join(path, entry->d_name);
        add(s, root, inner, skip);
        free(inner);
    }
    closedir(stream);
}

static void add(struct snapshot *s, const char *root, const char *path, bool (*skip)(const char *name))
{
    struct stat st;
    char *full = path[0] != '\0' ? join(root, path) : checked(strdup(root));
    if (lstat(full, &st) != 0) {
        if (errno != ENOENT)
            err(2, "%s", full);
        free(full);
        return;
    }
    s->entries = checked(realloc(s->entries, (s->count + 1) * sizeof *s->entries));
    struct snapshot_entry *e = &s->entries[s->count++];
    *e = (struct snapshot_entry){ .path = checked(strdup(path)), .mode = st.st_mode, .inode = st.st_ino,
                                  .mtime = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec };
    if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
        e->data = read_data(full, &st, &e->length);
    else if (S_ISDIR(st.st_mode))
        add_directory(s, root, path, full, skip);
    free(full);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct snapshot_entry *)a)->path, ((const struct snapshot_entry *)b)->path);
}

struct snapshot snapshot_take(const char *path, bool (*skip)(const char *name))
{
    struct snapshot s = { NULL, 0 };
    add(&s, path, "", skip);
    if (s.count > 0)
        qsort(s.entries, s.count, sizeof *s.entries, by_path);
    return s;
}

void snapshot_release(struct snapshot *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->entries[i].path);
        free(s->entries[i].data);
    }
    free(s->entries);
    *s = (struct snapshot){ NULL, 0 };
}

const struct snapshot_entry *snapshot_find(const struct snapshot *s, const char *path)
{
    struct snapshot_entry key = { .path = (char *)(uintptr_t)path };
    return s->count == 0 ? NULL : bsearch(&key, s->entries, s->count, sizeof key, by_path);
}

bool snapshot_same_entry(const struct snapshot_entry *a, const struct snapshot_entry *b, bool identity)
{
    if (a->mode != b->mode || a->length != b->length || (a->length > 0 && memcmp(a->data, b->data, a->length) != 0))
        return false;
    return !identity || (a->inode == b->inode && (S_ISDIR(a->mode) || a->mtime == b->mtime));
}

const char *snapshot_difference(const struct snapshot *a, const struct snapshot *b, bool identity)
{
    for (size_t i = 0; i < a->count || i < b->count; i++) {
        if (i == a->count)
            return b->entries[i].path;
        if (i == b->count || strcmp(a->entries[i].path, b->entries[i].path) != 0 ||
            !snapshot_same_entry(&a->entries[i], &b->entries[i], identity))
            return a->entries[i].path;
    }
    return NULL;
}

/* ---- trees --------------------------------------------------------------------------------------------- */

void tree_remove(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return;
    if (!S_ISDIR(st.st_mode)) {
        if (unlink(path) != 0)
            err(2, "%s", path);
        return;
    }
    chmod(path, 0700);
    DIR *stream = opendir(path);
    if (stream == NULL)
        err(2, "%s", path);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inner = join(path, entry->d_name);
        tree_remove(inner);
        free(inner);
    }
    closedir(stream);
    if (rmdir(path) != 0)
        err(2, "%s", path);
}

static void write_entry(const char *path, const struct snapshot_entry *e)
{
    int result = 0;
    if (S_ISDIR(e->mode)) {
        result = mkdir(path, 0700);
    } else if (S_ISLNK(e->mode)) {
        result = symlink(e->data, path);
    } else {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        result = fd < 0 || write(fd, e->data, e->length) != (ssize_t)e->length || fchmod(fd, e->mode & 07777) != 0 ? -1 : 0;
        struct timespec times[2] = { { 0, UTIME_OMIT }, { e->mtime / 1000000000, e->mtime % 1000000000 } };
        if (fd >= 0 && (futimens(fd, times) != 0 || close(fd) != 0))
            result = -1;
    }
    if (result != 0)
        err(2, "%s", path);
}

void tree_copy(const char *from, const char *to)
{
    struct snapshot s = snapshot_take(from, NULL);
    for (size_t i = 0; i < s.count; i++) {
        char *path = s.entries[i].path[0] != '\0' ? join(to, s.entries[i].path) : checked(strdup(to));
        write_entry(path, &s.entries[i]);
        free(path);
    }
    for (size_t i = s.count; i-- > 0;) {
        char *path = s.entries[i].path[0] != '\0' ? join(to, s.entries[i].path) : checked(strdup(to));
        if (S_ISDIR(s.entries[i].mode) && chmod(path, s.entries[i].mode & 07777) != 0)
            err(2, "%s", path);
        free(path);
    }
    snapshot_release(&s);
}
