/* SPDX-License-Identifier: MIT */
/* Rendering: one pass, whatever the values hold; and users' scripts as CPython 3.14 quotes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "environment/activation.h"

static struct arena arena = ARENA_INIT;

static const struct activation plain = { .env_dir = "/opt/env", .env_name = "env", .prompt = "a b", .bin_name = "bin",
                                         .env_exe = "/opt/env/bin/python" };

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *replaced(const char *name, const char *script, const struct activation *values)
{
    return activation_replace(&arena, name, (struct slice){ script, strlen(script) }, values).data;
}

static const struct activator *activator(const char *name)
{
    const struct activator *a = activation_builtin;
    while (a->name != NULL && strcmp(a->name, name) != 0)
        a++;
    assert_non_null(a->name);
    return a;
}

static const char *rendered(const char *name, const struct activation *values)
{
    return activation_render(&arena, activator(name), values).data;
}

static void has_every_activator(void **state)
{
    (void)state;
    static const char *const names[] = { "activate",     "activate.csh", "activate.fish",    "activate.nu",  "activate.xsh",
                                         "activate.elv", "Activate.ps1", "activate_this.py", "activate.bat", "deactivate.bat" };
    size_t count = 0;
    for (const struct activator *a = activation_builtin; a->name != NULL; a++)
        assert_true(count++ < sizeof names / sizeof *names && strlen(a->data) == a->length);
    assert_int_equal(count, sizeof names / sizeof *names);
    for (size_t i = 0; i < count; i++)
        assert_true(activator(names[i])->posix == (strstr(names[i], ".bat") == NULL));
    assert_false(activator("activate.csh")->windows);
}

static void leaves_no_placeholder(void **state)
{
    (void)state;
    for (const struct activator *a = activation_builtin; a->name != NULL; a++) {
        struct slice script = activation_render(&arena, a, &plain);
        assert_null(strstr(script.data, "__VENV_"));
        assert_int_equal(strlen(script.data), script.length);
    }
}

static void looks_at_no_value_twice(void **state)
{
    (void)state;
    const struct activation nested = { .env_dir = "/x/__VENV_PROMPT__ $(touch x)",
                                       .env_name = "__VENV_DIR__",
                                       .prompt = "__VENV_DIR__'",
                                       .bin_name = "bin",
                                       .env_exe = "__VENV_NAME__" };
    assert_string_equal(replaced("x", "__VENV_DIR__|__VENV_PROMPT__|__VENV_NAME__|__VENV_PYTHON__", &nested),
                        "'/x/__VENV_PROMPT__ $(touch x)'|'__VENV_DIR__'\"'\"''|__VENV_DIR__|__VENV_NAME__");
    const char *script = rendered("activate", &nested);
    assert_non_null(strstr(script, "\nexport VIRTUAL_ENV='/x/__VENV_PROMPT__ $(touch x)'\n"));
    assert_non_null(strstr(script, "\n_venv_prompt='__VENV_DIR__'\"'\"''\n"));
}

static void replaces_as_cpython_does(void **state)
{
    (void)state;
    const char *script = "a __VENV_DIR__ __VENV_NAME__ __VENV_PROMPT__ __VENV_BIN_NAME__ __VENV_PYTHON__";
    assert_string_equal(replaced("x.sh", script, &plain), "a /opt/env env 'a b' bin /opt/env/bin/python");
    assert_string_equal(replaced("x.ps1", script, &plain), "a '/opt/env' 'env' 'a b' 'bin' '/opt/env/bin/python'");
    assert_string_equal(replaced("x.bat", script, &plain), "a /opt/env env a b bin /opt/env/bin/python");
    assert_string_equal(replaced(".bat", "__VENV_PROMPT__", &plain), "a b");
    assert_string_equal(replaced("bat", "__VENV_PROMPT__", &plain), "'a b'");
    assert_string_equal(replaced("x.PS1", "__VENV_PROMPT__", &plain), "'a b'");
    assert_string_equal(replaced("x.ps1.txt", "__VENV_PROMPT__", &plain), "'a b'");
}

static void replaces_only_placeholders(void **state)
{
    (void)state;
    const char *same[] = {
        "", "_", "__", "__VENV_", "__VENV_DIR_", "__VENV_dir__", "__VENV_RELOCATABLE__", "__VENV_DIR_ _", "a\nb\r\n"
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_string_equal(replaced("x", same[i], &plain), same[i]);
    assert_string_equal(replaced("x", "___VENV_DIR___", &plain), "_/opt/env_");
    assert_string_equal(replaced("x", "__VENV_DIR____VENV_NAME__", &plain), "/opt/envenv");
    assert_string_equal(replaced("x", "__VENV___VENV_NAME__", &plain), "__VENV_env");
}

static void keeps_every_byte(void **state)
{
    (void)state;
    char bytes[255 + 13], expected[255 + 3];
    for (int i = 0; i < 255; i++)
        bytes[i] = expected[i] = (char)(i + 1);
    memcpy(bytes + 255, "__VENV_NAME__", 13);
    memcpy(expected + 255, "env", 3);
    struct slice out = activation_replace(&arena, "x", (struct slice){ bytes, sizeof bytes }, &plain);
    assert_int_equal(out.length, sizeof expected);
    assert_memory_equal(out.data, expected, sizeof expected);
    const char nul[] = "a\0__VENV_NAME__\0";
    out = activation_replace(&arena, "x", (struct slice){ nul, sizeof nul - 1 }, &plain);
    assert_int_equal(out.length, 6);
    assert_memory_equal(out.data, "a\0env\0", 6);
}

static void says_whether_it_may_move(void **state)
{
    (void)state;
    struct activation values = plain;
    assert_non_null(strstr(rendered("activate", &values), "_venv_relocatable=no\n"));
    values.relocatable = true;
    assert_non_null(strstr(rendered("activate", &values), "_venv_relocatable=yes\n"));
    assert_non_null(strstr(rendered("activate.bat", &values), "if \"yes\"==\"no\""));
}

static void ends_lines_as_the_shell_wants_them(void **state)
{
    (void)state;
    for (const struct activator *a = activation_builtin; a->name != NULL; a++) {
        const char *script = activation_render(&arena, a, &plain).data;
        bool dos = strstr(a->name, ".bat") != NULL || strstr(a->name, ".ps1") != NULL;
        for (const char *c = script; *c != '\0'; c++)
            if (*c == '\n')
                assert_true((c > script && c[-1] == '\r') == dos);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(has_every_activator, teardown),
        cmocka_unit_test_teardown(leaves_no_placeholder, teardown),
        cmocka_unit_test_teardown(looks_at_no_value_twice, teardown),
        cmocka_unit_test_teardown(replaces_as_cpython_does, teardown),
        cmocka_unit_test_teardown(replaces_only_placeholders, teardown),
        cmocka_unit_test_teardown(keeps_every_byte, teardown),
        cmocka_unit_test_teardown(says_whether_it_may_move, teardown),
        cmocka_unit_test_teardown(ends_lines_as_the_shell_wants_them, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
