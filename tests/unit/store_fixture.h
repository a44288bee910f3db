/* SPDX-License-Identifier: MIT */
/* A store in a directory of each test's own, with a wheel, an interpreter to compile it, and a look at its entries. */
#ifndef UNIT_STORE_FIXTURE_H
#define UNIT_STORE_FIXTURE_H

#define _GNU_SOURCE
#include <setjmp.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "find_python.h"
#include "seed/store.h"
#include "zip_maker.h"

#define INFO "demo-1.0.dist-info"
#define TEXT_MEMBER(name, text, mode)                                                                                  \
    {                                                                                                                  \
        name, { text, sizeof text - 1 }, 8, mode, 0, NULL                                                              \
    }

static const struct zip_member members[] = {
    TEXT_MEMBER("demo/__init__.py", "x = 1\n", ZIP_FILE),
    TEXT_MEMBER("demo/sub/deep/mod.py", "def f():\n    return __file__\n", ZIP_FILE),
    TEXT_MEMBER("demo/wrong.py", "this is no Python\n", ZIP_FILE),
    TEXT_MEMBER("demo/data, \"quoted\".txt", "data", ZIP_FILE),
    TEXT_MEMBER("demo/run.py", "print('run')\n", ZIP_EXECUTABLE),
    TEXT_MEMBER("top.pth", "", ZIP_FILE),
    TEXT_MEMBER(INFO "/METADATA", "Name: demo\n", ZIP_FILE),
    TEXT_MEMBER(INFO "/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n", ZIP_FILE),
    TEXT_MEMBER(INFO "/entry_points.txt", "[console_scripts]\ndemo = demo:main\n", ZIP_FILE),
};
enum { MEMBERS = sizeof members / sizeof *members };

/* What each test has: a directory of its own, with a wheel and a cache. */
static struct arena arena = ARENA_INIT;
static char root[64];
static const char *wheel_path, *cache_path;
static struct facts facts;
static struct store store;
static int reports;

/* ---- an interpreter to compile with */

static bool find_facts(void)
{
    static struct arena lasting = ARENA_INIT;
    struct slice line[5];
    if (!ask_python(&lasting,
                    "import sys, importlib.util as u, binascii; "
                    "print(sys.executable, sys.implementation.cache_tag, binascii.hexlify(u.MAGIC_NUMBER).decode(), "
                    "*sys.version_info[:2], sep='\\n')",
                    line, 5))
        return false;
    facts.executable = arena_copy(&lasting, line[0].data, line[0].length);
    facts.cache_tag = arena_copy(&lasting, line[1].data, line[1].length);
    facts.magic = arena_copy(&lasting, line[2].data, line[2].length);
    facts.major = atoi(line[3].data);
    facts.minor = atoi(line[4].data);
    return true;
}

/* ---- before and after each test */

static void count_report(void *user, enum cvenv_report kind, const char *message)
{
    (void)user;
    (void)message;
    reports += kind == CVENV_REPORT_PROGRESS;
}

static void write_bytes(const char *path, const char *data, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void write_wheel(const struct zip_member *all, size_t count)
{
    struct slice zip = wheel_make(&arena, INFO, all, count);
    write_bytes(wheel_path, zip.data, zip.length);
}

static void open_cache(void)
{
    assert_int_equal(disk_open_path(cache_path, &store.dir), 0);
}

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/cvenv-test-store-XXXXXX");
    if (mkdtemp(root) == NULL)
        return -1;
    wheel_path = arena_format(&arena, "%s/demo-1.0-py3-none-any.whl", root);
    cache_path = arena_format(&arena, "%s/cache", root);
    mkdir(cache_path, 0700);
    write_wheel(members, MEMBERS);
    reports = 0;
    store = (struct store){ .path = cache_path,
                            .compile = true,
                            .facts = &facts,
                            .bytecode = { .executable = facts.executable,
                                          .environment = (const char *const *)environ,
                                          .processors = 2,
                                          .report = count_report } };
    open_cache();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct disk_dir tmp;
    disk_close(store.dir);
    int number = disk_open_path("/tmp", &tmp);
    if (number == 0) {
        number = disk_remove_tree(tmp, root + strlen("/tmp/"));
        disk_close(tmp);
    }
    arena_release(&arena);
    return number == 0 ? 0 : -1;
}

/* ---- looking at entries */

static struct store_entry opened(void)
{
    struct store_entry entry;
    struct cvenv_error err;
    if (!store_open(&arena, &store, wheel_path, &entry, &err))
        fail_msg("%s", err.message);
    return entry;
}

static void assert_refused(enum cvenv_error_code code, const char *reason)
{
    struct store_entry entry;
    struct cvenv_error err;
    if (store_open(&arena, &store, wheel_path, &entry, &err))
        fail_msg("it was opened (%s)", reason);
    if (err.code != code || strstr(err.message, reason) == NULL)
        fail_msg("%d: '%s' is not about '%s'", err.code, err.message, reason);
}

static const struct place_file *find_file(const struct store_entry *entry, const char *path)
{
    for (size_t i = 0; i < entry->content.file_count; i++) {
        const struct place_file *file = &entry->content.files[i];
        const char *directory = entry->content.directories[file->directory];
        if (strcmp(arena_format(&arena, "%s%s%s", directory, directory[0] != '\0' ? "/" : "", file->name), path) == 0)
            return file;
    }
    return NULL;
}

static const char *pyc(const char *directory, const char *module)
{
    return arena_format(&arena, "%s/__pycache__/%s.%s.pyc", directory, module, facts.cache_tag);
}

static const char *entry_path(const struct store_entry *entry, const char *name)
{
    return arena_format(&arena, "%s/wheels-1/%s/%s", cache_path, entry->key, name);
}

/* Opens it once to have it there; *path is where `name` lies in it. */
static void built(const char *name, const char **path)
{
    struct store_entry entry = opened();
    *path = entry_path(&entry, name);
    store_close(&entry);
    reports = 0;
}

static void assert_rebuilt(bool expected)
{
    struct store_entry entry = opened();
    assert_non_null(find_file(&entry, "demo/__init__.py"));
    assert_memory_equal(entry.content.contents + find_file(&entry, "demo/__init__.py")->offset, "x = 1\n", 6);
    store_close(&entry);
    assert_int_equal(reports > 0, expected);
}

#endif
