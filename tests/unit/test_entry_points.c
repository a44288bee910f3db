/* SPDX-License-Identifier: MIT */
/* entry_points.txt: what scripts are asked for, which are refused, and how pip versions its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seed/entry_points.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct entry_points parsed(const char *text)
{
    struct entry_points points;
    struct cvenv_error err;
    if (!entry_points_parse(&arena, (struct slice){ text, strlen(text) }, &points, &err))
        fail_msg("%s", err.message);
    return points;
}

static void assert_refused(const char *line, const char *reason)
{
    struct entry_points points;
    struct cvenv_error err;
    const char *text = arena_format(&arena, "[console_scripts]\n%s\n", line);
    if (entry_points_parse(&arena, (struct slice){ text, strlen(text) }, &points, &err))
        fail_msg("'%s' was accepted", line);
    assert_int_equal(err.code, CVENV_ERROR_SEED);
    if (strstr(err.message, reason) == NULL)
        fail_msg("'%s' is not about '%s'", err.message, reason);
}

static void assert_point(const struct entry_point *point, const char *name, const char *module, const char *attribute)
{
    assert_string_equal(point->name, name);
    assert_string_equal(point->module, module);
    assert_string_equal(point->attribute, attribute);
}

static void reads_scripts(void **state)
{
    (void)state;
    struct entry_points points = parsed("# comment\n; another\n"
                                        "[distutils.commands]\nnonsense\nalias = setuptools.command.alias:alias\n"
                                        "[console_scripts]\r\n"
                                        "  pip = pip._internal.cli.main:main\r\n"
                                        "flit=pip._internal:main\n"
                                        "x.y-z_1 = a.b : C.d.e [extra, other]\n"
                                        "\n[gui_scripts]\nwin = w:run\n[other]\n=\n");
    assert_int_equal(points.count, 4);
    assert_point(&points.items[0], "pip", "pip._internal.cli.main", "main");
    assert_point(&points.items[1], "flit", "pip._internal", "main");
    assert_point(&points.items[2], "x.y-z_1", "a.b", "C.d.e");
    assert_point(&points.items[3], "win", "w", "run");
    assert_false(points.items[0].gui);
    assert_true(points.items[3].gui);
    assert_int_equal(parsed("").count, 0);
}

static void refuses_names(void **state)
{
    (void)state;
    const char *const names[] = { "",    ".",       "..",  "../x", "a/b",        "/bin/sh", "a\\b",
                                  "-rf", ".hidden", "a b", "a:b",  "f\xc3\xbcr", "a\"b",    "a$b" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_refused(arena_format(&arena, "%s = m:f", names[i]), "no name for a script");
    char many[120] = { 0 };
    memset(many, 'a', 101);
    assert_refused(arena_format(&arena, "%s = m:f", many), "no name for a script");
}

static void refuses_names_of_other_commands(void **state)
{
    (void)state;
    const char *const names[] = { "python",   "Python3",       "python3.13",   "PYTHON3.13t", "pythonw",    "pypy3",
                                  "ACTIVATE", "activate.fish", "Activate.ps1", "deactivate",  "python.exe", "pypy" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_refused(arena_format(&arena, "%s = m:f", names[i]), "place of another command");
    assert_int_equal(parsed("[console_scripts]\npython-config = m:f\nactivate-global = m:f\npyproject = m:f\n").count,
                     3);
}

/* What is pasted into a script must not be able to be anything but names. */
static void refuses_objects(void **state)
{
    (void)state;
    const char *const objects[] = { "m",           "m:",   ":f",    "m.:f",           ".m:f",
                                    "m..n:f",      "m:f.", "m:f()", "m:f;x",          "m;x:f",
                                    "1m:f",        "m:2",  "m n:f", "m:f g",          "m:f:g",
                                    "m\xc3\xbc:f", "[x]",  "m:[x]", "os:system('x')", "m:f\x01" };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        assert_refused(arena_format(&arena, "x = %s", objects[i]), "names no function");
    assert_refused("just text", "is no entry point");
}

static void refuses_twice_the_same(void **state)
{
    (void)state;
    assert_refused("x = m:f\nx = m:g", "is there twice");
    assert_refused("x = m:f\nX = m:g", "is there twice");
    assert_refused("x = m:f\n[gui_scripts]\nx = m:g", "is there twice");
}

static const char *versioned(const char *text, int major, int minor)
{
    struct entry_points from = parsed(text), to;
    struct text out = TEXT_INIT(&arena);
    assert_true(entry_points_version(&arena, &from, major, minor, &to));
    for (size_t i = 0; i < to.count; i++)
        text_add_format(&out, "%s=%s ", to.items[i].name, to.items[i].module);
    return text_string(&out);
}

static void versions_pip_as_pip_does(void **state)
{
    (void)state;
    assert_string_equal(versioned("[console_scripts]\npip = p:m\npip3 = q:m\npip3.7 = r:m\npip-audit = a:m\n", 3, 13),
                        "pip=p pip3=p pip3.13=p pip-audit=a ");
    assert_string_equal(
        versioned("[console_scripts]\npip = p:m\npip3 = p:m\npip3.11 = p:m\npipx = x:m\npip3. = y:m\n", 3, 6),
        "pip=p pip3=p pip3.6=p pipx=x pip3.=y ");
    assert_string_equal(
        versioned("[console_scripts]\neasy_install = e:m\neasy_install-3.8 = e:m\neasy_install3 = k:m\n", 3, 7),
        "easy_install=e easy_install-3.7=e easy_install3=k ");
    assert_string_equal(versioned("[console_scripts]\npip3 = p:m\nwheel = w:m\n", 3, 13), "pip3=p wheel=w ");
    assert_string_equal(versioned("[gui_scripts]\npip = p:m\npip3.1 = q:m\n", 3, 13), "pip=p pip3.1=q ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_scripts, teardown),
        cmocka_unit_test_teardown(refuses_names, teardown),
        cmocka_unit_test_teardown(refuses_names_of_other_commands, teardown),
        cmocka_unit_test_teardown(refuses_objects, teardown),
        cmocka_unit_test_teardown(refuses_twice_the_same, teardown),
        cmocka_unit_test_teardown(versions_pip_as_pip_does, teardown),
    };
    return cmocka_run_group_tests_name("entry_points", tests, NULL, NULL);
}
