/* SPDX-License-Identifier: MIT */
/* From a path or a name to an executable, in a directory of the test's own. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "interpreter/find.h"

/* root/a/python3 is not executable, root/b/python3 a directory, root/c/python3 and python a program, root/c/link leads
 * there. */
struct fixture {
    struct arena arena;
    char root[64];
    const char *found;
    struct cvenv_error err;
};

static const char *at(struct fixture *f, const char *name)
{
    return arena_format(&f->arena, "%s/%s", f->root, name);
}

static void make_file(const char *path, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->root, "/tmp/test_find.XXXXXX");
    assert_non_null(mkdtemp(f->root));
    static const char *const directories[] = { "a", "b", "b/python3", "c", "empty" };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        assert_int_equal(mkdir(at(f, directories[i]), 0755), 0);
    make_file(at(f, "a/python3"), 0644);
    make_file(at(f, "c/python3"), 0755);
    make_file(at(f, "c/python"), 0755);
    assert_int_equal(symlink("python3", at(f, "c/link")), 0);
    assert_int_equal(symlink("nowhere", at(f, "c/dangling")), 0);
    assert_int_equal(mkfifo(at(f, "c/fifo"), 0755), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    static const char *const files[] = { "a/python3", "c/python3", "c/python", "c/link", "c/dangling", "c/fifo" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(at(f, files[i]));
    static const char *const directories[] = { "a", "b/python3", "b", "c", "empty", "" };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        rmdir(at(f, directories[i]));
    arena_release(&f->arena);
    free(f);
    return 0;
}

static bool find(struct fixture *f, const char *spec, const char *search_path)
{
    const char *const environment[] = { "HOME=/", arena_format(&f->arena, "PATH=%s", search_path), NULL };
    return find_interpreter(&f->arena, spec, environment, f->root, &f->found, &f->err);
}

static void finds(struct fixture *f, const char *spec, const char *search_path, const char *expected)
{
    if (!find(f, spec, search_path))
        fail_msg("%s", f->err.message);
    assert_string_equal(f->found, at(f, expected));
}

static void fails(struct fixture *f, const char *spec, const char *search_path, const char *message)
{
    assert_false(find(f, spec, search_path));
    assert_int_equal(f->err.code, CVENV_ERROR_INTERPRETER);
    assert_string_equal(f->err.message, message);
}

static void a_path_is_made_absolute_but_not_resolved(void **state)
{
    struct fixture *f = *state;
    finds(f, "c/python3", "", "c/python3");
    finds(f, "./c/../c//link", "", "c/link");
    finds(f, at(f, "c/python3"), "", "c/python3");
}

static void a_path_that_is_no_program_says_why(void **state)
{
    struct fixture *f = *state;
    fails(f, "./none", "", arena_format(&f->arena, "no such Python: %s: No such file or directory", at(f, "none")));
    fails(f, "c/dangling", "",
          arena_format(&f->arena, "no such Python: %s: No such file or directory", at(f, "c/dangling")));
    fails(f, "b/python3", "", arena_format(&f->arena, "no such Python: %s: is a directory", at(f, "b/python3")));
    fails(f, "a/python3", "", arena_format(&f->arena, "no such Python: %s: is not executable", at(f, "a/python3")));
    fails(f, "c/fifo", "", arena_format(&f->arena, "no such Python: %s: is not a regular file", at(f, "c/fifo")));
    fails(f, "c/python3/x", "", arena_format(&f->arena, "no such Python: %s: Not a directory", at(f, "c/python3/x")));
    fails(f, "", "", "no such Python: its name is empty");
}

static void a_name_is_searched_for(void **state)
{
    struct fixture *f = *state;
    const char *path = arena_format(&f->arena, "%s:%s:%s:%s", at(f, "none"), at(f, "a"), at(f, "b"), at(f, "c"));
    finds(f, "python3", path, "c/python3");
    finds(f, "link", path, "c/link");
    fails(f, "python9", at(f, "c"),
          arena_format(&f->arena, "no such Python: found no python9 on PATH (%s)", at(f, "c")));
}

static void relative_and_empty_elements_are_of_the_working_directory(void **state)
{
    struct fixture *f = *state;
    finds(f, "python3", "empty:c", "c/python3");
    assert_int_equal(rename(at(f, "c/link"), at(f, "link")), 0);
    assert_int_equal(symlink("c/python3", at(f, "other")), 0);
    finds(f, "other", "c:", "other");
    finds(f, "other", ":c", "other");
    finds(f, "other", "empty::c", "other");
    unlink(at(f, "link"));
    unlink(at(f, "other"));
}

static void by_default_python3_then_python(void **state)
{
    struct fixture *f = *state;
    finds(f, NULL, at(f, "c"), "c/python3");
    assert_int_equal(unlink(at(f, "c/python3")), 0);
    finds(f, NULL, at(f, "c"), "c/python");
    fails(f, NULL, "empty", "no such Python: found no python3 or python on PATH (empty)");
}

static void without_path_the_systems_directories_are_searched(void **state)
{
    struct fixture *f = *state;
    assert_true(find(f, "sh", ""));
    assert_int_equal(access(f->found, X_OK), 0);
    fails(f, "no-such-python", "", "no such Python: found no no-such-python on PATH (/bin:/usr/bin)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_path_is_made_absolute_but_not_resolved, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_that_is_no_program_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_is_searched_for, setup, teardown),
        cmocka_unit_test_setup_teardown(relative_and_empty_elements_are_of_the_working_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(by_default_python3_then_python, setup, teardown),
        cmocka_unit_test_setup_teardown(without_path_the_systems_directories_are_searched, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
