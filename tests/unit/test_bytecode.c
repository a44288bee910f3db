/* SPDX-License-Identifier: MIT */
/* Byte-compilation: shared among children, reported from the caller's thread, stopped by the first failure. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <pthread.h>

#include "find_python.h"
#include "seed/bytecode.h"

enum { FILES = 100, WRONG = 17 };

static struct arena arena = ARENA_INIT;
static char root[64];
static const char *python, *tag;
static const char *names[FILES];
static pthread_t caller;
static size_t last_done;
static int reports;

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(arena_format(&arena, "%s/%s", root, name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    (void)state;
    struct slice lines[2];
    if (!ask_python(&arena, "import sys; print(sys.executable, sys.implementation.cache_tag, sep='\\n')", lines, 2))
        return -1;
    python = arena_copy(&arena, lines[0].data, lines[0].length);
    tag = arena_copy(&arena, lines[1].data, lines[1].length);
    strcpy(root, "/tmp/cvenv-test-bytecode-XXXXXX");
    if (mkdtemp(root) == NULL)
        return -1;
    mkdir(arena_format(&arena, "%s/a b", root), 0777);
    for (int i = 0; i < FILES; i++) {
        names[i] = arena_format(&arena, i % 2 ? "a b/m%d.py" : "m\xc3\xbc%d.py", i);
        write_file(names[i], i == WRONG ? "this is no Python\n" : i == WRONG + 1 ? "\xff\n" : "'\\q'\nx = __file__\n");
    }
    caller = pthread_self();
    last_done = 0;
    reports = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct disk_dir tmp;
    int number = disk_open_path("/tmp", &tmp);
    if (number == 0) {
        number = disk_remove_tree(tmp, root + strlen("/tmp/"));
        disk_close(tmp);
    }
    arena_release(&arena);
    return number == 0 ? 0 : -1;
}

/* "done total what" */
static void take_report(void *user, enum cvenv_report kind, const char *message)
{
    size_t done, total;
    (void)user;
    assert_int_equal(kind, CVENV_REPORT_PROGRESS);
    assert_true(pthread_equal(caller, pthread_self()));
    assert_int_equal(sscanf(message, "%zu %zu byte-compiling", &done, &total), 2);
    assert_int_equal(total, FILES);
    assert_true(done >= last_done && done <= total);
    last_done = done;
    reports++;
}

static void compiles_all_that_is_python(void **state)
{
    (void)state;
    for (int processors = 1; processors <= 4; processors++) {
        bool compiled[FILES] = { false };
        struct cvenv_error err;
        struct bytecode b = { .executable = python,
                              .environment = (const char *const *)environ,
                              .processors = processors,
                              .report = take_report };
        last_done = 0;
        if (!bytecode_compile(&arena, &b, root, names, FILES, compiled, &err))
            fail_msg("%s", err.message);
        for (int i = 0; i < FILES; i++) {
            assert_int_equal(compiled[i], i != WRONG && i != WRONG + 1);
            const char *path = i % 2 ? arena_format(&arena, "%s/a b/__pycache__/m%d.%s.pyc", root, i, tag)
                                     : arena_format(&arena, "%s/__pycache__/m\xc3\xbc%d.%s.pyc", root, i, tag);
            assert_int_equal(unlink(path) == 0, compiled[i]);
        }
        assert_int_equal(last_done, FILES);
    }
    assert_true(reports >= 4);
}

static void compiles_nothing(void **state)
{
    (void)state;
    struct cvenv_error err;
    struct bytecode b = { .executable = "/nonexistent" };
    assert_true(bytecode_compile(&arena, &b, root, names, 0, NULL, &err));
}

static void says_what_went_wrong(void **state)
{
    (void)state;
    bool compiled[FILES];
    struct cvenv_error err;
    struct bytecode b = { .executable = "/nonexistent/python3" };
    assert_false(bytecode_compile(&arena, &b, root, names, FILES, compiled, &err));
    assert_int_equal(err.code, CVENV_ERROR_SYSTEM);
    assert_non_null(strstr(err.message, "/nonexistent/python3"));
    names[3] = "missing.py";
    b = (struct bytecode){ .executable = python, .environment = (const char *const *)environ, .processors = 3 };
    assert_false(bytecode_compile(&arena, &b, root, names, FILES, compiled, &err));
    assert_int_equal(err.code, CVENV_ERROR_SYSTEM);
    assert_string_equal(err.message, "byte-compiling: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(compiles_all_that_is_python, setup, teardown),
        cmocka_unit_test_setup_teardown(compiles_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(says_what_went_wrong, setup, teardown),
    };
    struct slice line;
    bool found = ask_python(&arena, "print()", &line, 1);
    arena_release(&arena);
    if (!found) {
        printf("skipped: no python3 on PATH that answers\n");
        return 77;
    }
    return cmocka_run_group_tests_name("bytecode", tests, NULL, NULL);
}
