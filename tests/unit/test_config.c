/* SPDX-License-Identifier: MIT */
/* pyvenv.cfg: the bytes that CPython writes, no value that adds a key, and reading as CPython reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "environment/config.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct config parsed(const char *text)
{
    struct config config;
    config_parse(&arena, (struct slice){ text, strlen(text) }, &config);
    return config;
}

static const char *repr(const char *string)
{
    struct text out = TEXT_INIT(&arena);
    config_repr(&out, string);
    return text_string(&out);
}

static const char *unrepr(const char *string)
{
    return config_unrepr(&arena, (struct slice){ string, strlen(string) });
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static void writes_what_venv_writes(void **state)
{
    (void)state;
    struct config config = {
        "/opt/bin", false, "3.13.0", "3.13", "a b", "/opt/bin/python3.13", "/opt/bin/python3 -m venv /x"
    };
    assert_string_equal(config_format(&arena, &config), "home = /opt/bin\n"
                                                        "include-system-site-packages = false\n"
                                                        "version = 3.13.0\n"
                                                        "prompt = 'a b'\n"
                                                        "executable = /opt/bin/python3.13\n"
                                                        "command = /opt/bin/python3 -m venv /x\n"
                                                        "python-version = 3.13\n");
    config.prompt = NULL;
    config.system_site_packages = true;
    assert_null(strstr(config_format(&arena, &config), "prompt"));
    assert_non_null(strstr(config_format(&arena, &config), "\ninclude-system-site-packages = true\n"));
}

static void no_value_adds_a_line(void **state)
{
    (void)state;
    static const char *const ends[] = { "\n",   "\r",   "\r\n",     "\x0b",         "\x0c",        "\x1c",
                                        "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *value = arena_format(&arena, "x%shome = /evil", ends[i]);
        struct config config = { value, false, value, value, value, value, value };
        const char *text = config_format(&arena, &config);
        assert_null(strstr(text, ends[i][0] == '\n' ? "\nhome = /evil" : ends[i]));
        size_t lines = 0;
        for (const char *c = text; *c != '\0'; c++) {
            lines += *c == '\n';
            assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
        }
        assert_int_equal(lines, 7);
    }
}

static void what_is_no_utf8_is_escaped(void **state)
{
    (void)state;
    struct config config = {
        "/b", false, "3.9.1", "3.9", "\xff", "/b/python", "/b/python -m venv '/caf\xe9 \xc3\xa9'"
    };
    const char *text = config_format(&arena, &config);
    assert_non_null(strstr(text, "command = /b/python -m venv '/caf\\xe9 \xc3\xa9'\n"));
    assert_non_null(strstr(text, "prompt = '\\udcff'\n"));
    assert_string_equal(parsed(text).prompt, "\xff");
}

/* ---- repr ------------------------------------------------------------------------------------------------ */

/* All from `python3 -c 'print(ascii(repr(...)))'`. */
static const char *const reprs[][2] = {
    { "", "''" },
    { "plain", "'plain'" },
    { "it's", "\"it's\"" },
    { "it's \"x\"", "'it\\'s \"x\"'" },
    { "\"x\"", "'\"x\"'" },
    { "a\\b", "'a\\\\b'" },
    { "a\nb\rc\td", "'a\\nb\\rc\\td'" },
    { "\x01\x1b\x7f", "'\\x01\\x1b\\x7f'" },
    { "caf\xc3\xa9 \xf0\x9f\x90\x8d", "'caf\xc3\xa9 \xf0\x9f\x90\x8d'" },
    { "\xc2\xa0\xc2\x85\xc2\xad", "'\\xa0\\x85\\xad'" },
    { "\xe2\x80\xa8\xe2\x80\x8b\xe3\x80\x80", "'\\u2028\\u200b\\u3000'" },
    { "\xf3\xa0\x81\x81\xf4\x8f\xbf\xbd", "'\\U000e0041\\U0010fffd'" },
    { "\xff\xc3", "'\\udcff\\udcc3'" },
    { "\xed\xa0\x80", "'\\udced\\udca0\\udc80'" },
    { "\xc0\x80", "'\\udcc0\\udc80'" },
};

static void repr_is_pythons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reprs / sizeof reprs[0]; i++)
        assert_string_equal(repr(reprs[i][0]), reprs[i][1]);
}

static void unrepr_is_its_opposite(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reprs / sizeof reprs[0]; i++)
        assert_string_equal(unrepr(reprs[i][1]), reprs[i][0]);
}

static void what_others_write_is_taken_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(unrepr("my project"), "my project");
    assert_string_equal(unrepr("\"double\""), "double");
    assert_string_equal(unrepr("'"), "'");
    assert_string_equal(unrepr("'a\""), "'a\"");
    assert_string_equal(unrepr("it's"), "it's");
    assert_string_equal(unrepr("'\\q \\x4 \\u12 \\x00 \\ud800 \\U00110000 \\'"),
                        "\\q \\x4 \\u12 \\x00 \\ud800 \\U00110000 \\");
}

/* ---- reading --------------------------------------------------------------------------------------------- */

static void reads_what_it_writes(void **state)
{
    (void)state;
    struct config config = { "/opt/a b", true, "3.13.0", "3.13", "it's\n\xff \xc3\xa9", "/opt/x", "cvenv '/a b'" };
    struct config back = parsed(config_format(&arena, &config));
    assert_string_equal(back.home, config.home);
    assert_true(back.system_site_packages);
    assert_string_equal(back.version, config.version);
    assert_string_equal(back.python_version, config.python_version);
    assert_string_equal(back.prompt, config.prompt);
    assert_string_equal(back.executable, config.executable);
    assert_string_equal(back.command, config.command);
}

static void missing_keys_are_null(void **state)
{
    (void)state;
    struct config config = parsed("no key here\n\n= 3\nhome\n");
    assert_null(config.home);
    assert_null(config.version);
    assert_null(config.prompt);
    assert_null(config.command);
    assert_true(config.system_site_packages);
}

static void reads_as_site_py_does(void **state)
{
    (void)state;
    assert_string_equal(parsed("  HOME\t=  /a = b \x0c\r\nhome = /c").home, "/a = b");
    assert_string_equal(parsed("version = 1\nVersion = 2\n").version, "2");
    assert_string_equal(parsed("x = 1\rhome = /a\rversion = 3").home, "/a");
    assert_null(parsed("\xef\xbb\xbfhome = /bom\n").home);
    assert_null(parsed("homes = /a\nhom = /b\n").home);
    assert_string_equal(parsed("home =\n").home, "");
    assert_true(parsed("include-system-site-packages = TRUE\n").system_site_packages);
    assert_false(parsed("include-system-site-packages = yes\n").system_site_packages);
    assert_false(parsed("include-system-site-packages =\n").system_site_packages);
    assert_false(
        parsed("include-system-site-packages = true\ninclude-system-site-packages = false\n").system_site_packages);
}

static void a_nul_is_no_value(void **state)
{
    (void)state;
    static const char text[] = "home = /a\0b\nversion = 3.9.1\nhome = /c\n";
    struct config config;
    config_parse(&arena, (struct slice){ text, sizeof text - 1 }, &config);
    assert_string_equal(config.home, "/c");
    assert_string_equal(config.version, "3.9.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(writes_what_venv_writes, teardown),
        cmocka_unit_test_teardown(no_value_adds_a_line, teardown),
        cmocka_unit_test_teardown(what_is_no_utf8_is_escaped, teardown),
        cmocka_unit_test_teardown(repr_is_pythons, teardown),
        cmocka_unit_test_teardown(unrepr_is_its_opposite, teardown),
        cmocka_unit_test_teardown(what_others_write_is_taken_as_it_is, teardown),
        cmocka_unit_test_teardown(reads_what_it_writes, teardown),
        cmocka_unit_test_teardown(missing_keys_are_null, teardown),
        cmocka_unit_test_teardown(reads_as_site_py_does, teardown),
        cmocka_unit_test_teardown(a_nul_is_no_value, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
