/* SPDX-License-Identifier: MIT */
/*
 * The floor: makes a tree with the system calls that it takes, and does nothing else. What any program that makes the
 * same tree costs beyond this is its own.
 *
 *   floor PLAN POOL DESTINATION THREADS [read]
 *
 * PLAN (written by bench/run) holds the tree and the contents of its files; POOL has, under the same paths, the files
 * that are to be hard links; with `read` each of these is read before, as by somebody who does not trust it.
 * DESTINATION appears by one rename.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DIRECTORY, SYMLINK, FILE_COPY, FILE_LINK };
enum { MOST_DIRECTORIES = 4096, MOST_THREADS = 16, AT_ONCE = 16, NOREPLACE = 1 };

/* One name of the tree. Directories come first, parents before children; number 0 is the destination itself. */
struct record {
    uint32_t kind, parent, mode, pooled; /* pooled: this directory has links below it */
    uint64_t name, data;                 /* offsets in the plan: its name; a link's target or a file's contents */
    uint64_t size;
    int64_t mtime; /* ns; -1: that of its making */
};

struct plan {
    uint64_t count, directories;
    struct record records[];
};

struct state {
    const char *bytes; /* the whole plan */
    const struct plan *plan;
    int made[MOST_DIRECTORIES], pool[MOST_DIRECTORIES];
    atomic_size_t next;
    bool reads;
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_plan(struct state *s, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(path);
    s->bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (s->bytes == MAP_FAILED)
        fail(path);
    close(fd);
    s->plan = (const struct plan *)(const void *)s->bytes;
    if (s->plan->directories > MOST_DIRECTORIES)
        fail("too many directories");
}

static int make_directory(int parent, const char *name, mode_t mode)
{
    if (mkdirat(parent, name, mode) != 0)
        fail(name);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fail(name);
    return fd;
}

static void make_directories(struct state *s)
{
    for (size_t i = 1; i < s->plan->directories; i++) {
        const struct record *r = &s->plan->records[i];
        const char *name = s->bytes + r->name;
        s->made[i] = make_directory(s->made[r->parent], name, r->mode);
        s->pool[i] = -1;
        if (r->pooled)
            s->pool[i] = openat(s->pool[r->parent], name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
}

static void copy_file(const struct state *s, const struct record *r)
{
    const char *name = s->bytes + r->name;
    int fd = openat(s->made[r->parent], name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, r->mode);
    if (fd < 0 || (r->size > 0 && write(fd, s->bytes + r->data, r->size) != (ssize_t)r->size))
        fail(name);
    struct timespec times[2] = { { 0, UTIME_OMIT }, { r->mtime / 1000000000, r->mtime % 1000000000 } };
    if (r->mtime >= 0 && futimens(fd, times) != 0)
        fail(name);
    if (close(fd) != 0)
        fail(name);
}

static void read_file(int directory, const char *name)
{
    char piece[16384];
    struct stat st;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(name);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n <= 0)
            fail(name);
        left -= n;
    }
    close(fd);
}

static void make_one(const struct state *s, const struct record *r)
{
    const char *name = s->bytes + r->name;
    if (r->kind == FILE_LINK && s->reads)
        read_file(s->pool[r->parent], name);
    if (r->kind == FILE_COPY)
        copy_file(s, r);
    else if (r->kind == SYMLINK && symlinkat(s->bytes + r->data, s->made[r->parent], name) != 0)
        fail(name);
    else if (r->kind == FILE_LINK && linkat(s->pool[r->parent], name, s->made[r->parent], name, 0) != 0)
        fail(name);
}

static void *work(void *data)
{
    struct state *s = data;
    for (;;) {
        size_t first = atomic_fetch_add(&s->next, AT_ONCE);
        if (first >= s->plan->count)
            return NULL;
        for (size_t i = first; i < first + AT_ONCE && i < s->plan->count; i++)
            make_one(s, &s->plan->records[i]);
    }
}

static void make_files(struct state *s, int threads)
{
    pthread_t others[MOST_THREADS];
    atomic_init(&s->next, s->plan->directories);
    for (int i = 1; i < threads && i < MOST_THREADS; i++)
        if (pthread_create(&others[i], NULL, work, s) != 0)
            fail("pthread_create");
    work(s);
    for (int i = 1; i < threads && i < MOST_THREADS; i++)
        pthread_join(others[i], NULL);
    for (size_t i = 0; i < s->plan->directories; i++) {
        close(s->made[i]);
        if (s->pool[i] >= 0)
            close(s->pool[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: floor PLAN POOL DESTINATION THREADS [read]\n");
        return 2;
    }
    static struct state state;
    state.reads = argc == 6;
    char staged[4096];
    snprintf(staged, sizeof staged, "%s.floor", argv[3]);
    open_plan(&state, argv[1]);
    state.pool[0] = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    state.made[0] = make_directory(AT_FDCWD, staged, 0777);
    make_directories(&state);
    make_files(&state, atoi(argv[4]));
    if (syscall(SYS_renameat2, AT_FDCWD, staged, AT_FDCWD, argv[3], NOREPLACE) != 0)
        fail(argv[3]);
    return 0;
}
