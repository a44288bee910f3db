/* SPDX-License-Identifier: MIT */
/*
 * Interpreters for the tests that ask them: copies of the test itself, which say and do what a file beside them tells
 * them to, in a directory of each test's own.
 */
#ifndef UNIT_PRETENDERS_H
#define UNIT_PRETENDERS_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "interpreter/probe.h"

extern char **environ;

/* ---- the interpreter ------------------------------------------------------------------------------------- */

static inline void append(const char *path, const char *end, const char *line)
{
    char name[512];
    snprintf(name, sizeof name, "%s.%s", path, end);
    FILE *file = fopen(name, "a");
    if (file == NULL)
        abort();
    fprintf(file, "%s\n", line);
    fclose(file);
}

/* Does what the first line of PROGRAM.does says, and notes in PROGRAM.log where and how it was started. */
static inline int pretend(char **argv)
{
    char name[512], cwd[512], line[1024] = "";
    snprintf(name, sizeof name, "%s.does", argv[0]);
    if (getcwd(cwd, sizeof cwd) == NULL)
        abort();
    append(argv[0], "log", cwd);
    for (char **variable = environ; *variable != NULL; variable++)
        append(argv[0], "environment", *variable);
    FILE *file = fopen(name, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        abort();
    if (strcmp(line, "crash\n") == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (strcmp(line, "hang\n") == 0)
        pause();
    for (int i = 0; strcmp(line, "flood\n") == 0 && i < 100000; i++)
        puts("lots and lots of text that has no end");
    if (strcmp(line, "be old\n") == 0 && strcmp(argv[1], "-I") == 0) {
        fputs("Unknown option: -I\nusage: python [option]\n", stderr);
        return 2;
    }
    if (strcmp(line, "fail\n") == 0) {
        fputs("Traceback (most recent call last):\n  File x\nImportError: no os\n", stderr);
        return 3;
    }
    while (fgets(line, sizeof line, file) != NULL)
        fputs(line, stdout);
    fclose(file);
    return 0;
}

/* ---- the test's directory -------------------------------------------------------------------------------- */

struct fixture {
    struct arena arena;
    char root[64];
    struct disk_dir cache;
    const char *environment[8];
    struct facts facts;
    struct cvenv_error err;
};

/* This program, to be copied. */
static char self[512];

static inline const char *at(struct fixture *f, const char *name)
{
    return arena_format(&f->arena, "%s/%s", f->root, name);
}

static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline const char *read_file(struct fixture *f, const char *name)
{
    struct slice text;
    return disk_read_path(&f->arena, at(f, name), 1 << 20, &text) == 0 ? text.data : "";
}

static inline size_t times_asked(struct fixture *f, const char *name)
{
    size_t lines = 0;
    for (const char *c = read_file(f, arena_format(&f->arena, "%s.log", name)); *c != '\0'; c++)
        lines += *c == '\n';
    return lines;
}

/* Lets the clock go on far enough that what was written before counts as settled. */
static inline void settle(void)
{
    nanosleep(&(struct timespec){ 0, 60000000 }, NULL);
}

static inline const char *answer(struct fixture *f, const char *says, const char *executable, const char *more)
{
    return arena_format(
        &f->arena,
        "answer\n=== cvenv facts 1 ===\nversion = 3.12.1\nself = %s\nexecutable = %s\nreal_executable = %s\n"
        "implementation = cpython\nabi_thread =\nprefix = %s\nstdlib = %s/lib\nbin_name = bin\ninclude_path = include\n"
        "lib_path = lib/x\nplatlib_path = lib/x\nlib64 = 0\ncache_tag = x\nmagic = 00000000\nname = python\n"
        "watch = %s/landmark\nwatch = %s/absent\n%s=== end of facts ===\n",
        at(f, says), at(f, executable), at(f, executable), f->root, f->root, f->root, f->root, more);
}

static inline void does(struct fixture *f, const char *name, const char *what)
{
    write_file(at(f, arena_format(&f->arena, "%s.does", name)), what);
}

/* A program that describes itself. */
static inline void make_program(struct fixture *f, const char *name)
{
    struct disk_dir root;
    assert_int_equal(disk_open_path(f->root, &root), 0);
    assert_int_equal(disk_copy_path(self, root, name, 0755, false), 0);
    disk_close(root);
    does(f, name, answer(f, name, name, ""));
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->root, "/tmp/test_probe.XXXXXX");
    assert_non_null(mkdtemp(f->root));
    assert_int_equal(mkdir(at(f, "cache"), 0700), 0);
    assert_int_equal(mkdir(at(f, "cwd"), 0700), 0);
    assert_int_equal(disk_open_path(at(f, "cache"), &f->cache), 0);
    write_file(at(f, "landmark"), "x");
    make_program(f, "python");
    settle();
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct disk_dir parent;
    disk_close(f->cache);
    assert_int_equal(disk_open_path("/tmp", &parent), 0);
    assert_int_equal(disk_remove_tree(parent, strrchr(f->root, '/') + 1), 0);
    disk_close(parent);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static inline bool probe(struct fixture *f, const char *name)
{
    struct probe p = {
        .executable = at(f, name), .cwd = at(f, "cwd"), .cache = f->cache, .environment = f->environment
    };
    f->err.message[0] = '\0';
    return probe_facts(&f->arena, &p, &f->facts, &f->err);
}

static inline void answers(struct fixture *f, const char *name, const char *executable)
{
    if (!probe(f, name))
        fail_msg("%s", f->err.message);
    assert_string_equal(f->facts.executable, at(f, executable));
}

static inline void fails(struct fixture *f, const char *name, const char *message)
{
    assert_false(probe(f, name));
    assert_int_equal(f->err.code, CVENV_ERROR_INTERPRETER);
    assert_string_equal(f->err.message, arena_format(&f->arena, "%s: %s", at(f, name), message));
}

/* The one file in which facts are remembered. */
static inline int note_name(void *user, const char *name)
{
    strcpy(user, name);
    return 0;
}

static inline const char *remembered(struct fixture *f)
{
    char name[256] = "";
    struct disk_dir directory;
    assert_int_equal(disk_open_path(at(f, "cache/facts-1"), &directory), 0);
    assert_int_equal(disk_list(directory, note_name, name), 0);
    disk_close(directory);
    assert_int_equal(strlen(name), 64);
    return arena_format(&f->arena, "cache/facts-1/%s", name);
}

/* What main() has to do first: true when this is a copy that was asked, with its exit status in *status. */
static inline bool is_pretender(int argc, char **argv, int *status)
{
    if (argc > 1 && (strcmp(argv[1], "-I") == 0 || strcmp(argv[1], "-E") == 0)) {
        *status = pretend(argv);
        return true;
    }
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0)
        self[length] = '\0';
    else if (realpath(argv[0], self) == NULL)
        abort();
    return false;
}

#endif
