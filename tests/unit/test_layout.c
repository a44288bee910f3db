/* SPDX-License-Identifier: MIT */
/* Where everything of an environment is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "environment/layout.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct facts facts_of(const char *executable)
{
    return (struct facts){ .executable = executable,
                           .primary = strrchr(executable, '/') + 1,
                           .bin_name = "bin",
                           .include_path = "include/python3.12",
                           .lib_path = "lib/python3.12/site-packages",
                           .platlib_path = "lib64/python3.12/site-packages" };
}

static void paths_follow_from_the_facts(void **state)
{
    (void)state;
    struct facts facts = facts_of("/opt/py/bin/my-python");
    struct layout l;
    struct cvenv_error err;
    assert_true(layout_make(&arena, "/srv/app/venv", &facts, &l, &err));
    assert_string_equal(l.env_dir, "/srv/app/venv");
    assert_string_equal(l.env_name, "venv");
    assert_string_equal(l.python_dir, "/opt/py/bin");
    assert_string_equal(l.python_exe, "my-python");
    assert_string_equal(l.bin_name, "bin");
    assert_string_equal(l.include, "include/python3.12");
    assert_string_equal(l.lib, "lib/python3.12/site-packages");
    assert_string_equal(l.platlib, "lib64/python3.12/site-packages");
    assert_string_equal(l.bin_path, "/srv/app/venv/bin");
    assert_string_equal(l.inc_path, "/srv/app/venv/include/python3.12");
    assert_string_equal(l.lib_path, "/srv/app/venv/lib/python3.12/site-packages");
    assert_string_equal(l.platlib_path, "/srv/app/venv/lib64/python3.12/site-packages");
    assert_string_equal(l.env_exe, "/srv/app/venv/bin/my-python");
    assert_string_equal(l.env_exec_cmd, "/srv/app/venv/bin/my-python");
    assert_string_equal(l.cfg_path, "/srv/app/venv/pyvenv.cfg");
}

static void the_root_has_no_name(void **state)
{
    (void)state;
    struct facts facts = facts_of("/python3");
    struct layout l;
    struct cvenv_error err;
    assert_true(layout_make(&arena, "/", &facts, &l, &err));
    assert_string_equal(l.env_name, "");
    assert_string_equal(l.bin_path, "/bin");
    assert_string_equal(l.python_dir, "/");
    assert_string_equal(l.python_exe, "python3");
}

static void names_may_hold_any_byte(void **state)
{
    (void)state;
    struct facts facts = facts_of("/opt/\xc3\xa9\xf0\x9f\x90\x8d/a b/python3");
    struct layout l;
    struct cvenv_error err;
    assert_true(layout_make(&arena, "/srv/\xff\xfe", &facts, &l, &err));
    assert_string_equal(l.env_name, "\xff\xfe");
    assert_string_equal(l.python_dir, "/opt/\xc3\xa9\xf0\x9f\x90\x8d/a b");
}

static void a_base_that_no_pyvenv_cfg_can_name_is_refused(void **state)
{
    (void)state;
    static const char *const executables[] = { "/opt/a\nb/python3",     "/opt/a\rb/python3",
                                               "/opt/\x7f/python3",     "/opt/\xe2\x80\xa8/python3",
                                               "/opt/\xc2\x85/python3", "/opt/\xff/python3",
                                               "/opt/a /python3" };
    for (size_t i = 0; i < sizeof executables / sizeof executables[0]; i++) {
        struct facts facts = facts_of(executables[i]);
        struct layout l;
        struct cvenv_error err;
        assert_false(layout_make(&arena, "/srv/venv", &facts, &l, &err));
        assert_int_equal(err.code, CVENV_ERROR_INTERPRETER);
        assert_non_null(strstr(err.message, "cannot be written to pyvenv.cfg"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(paths_follow_from_the_facts, teardown),
        cmocka_unit_test_teardown(the_root_has_no_name, teardown),
        cmocka_unit_test_teardown(names_may_hold_any_byte, teardown),
        cmocka_unit_test_teardown(a_base_that_no_pyvenv_cfg_can_name_is_refused, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
