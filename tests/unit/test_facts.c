/* SPDX-License-Identifier: MIT */
/* What an interpreter's answer may be, and all that it may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "interpreter/facts.h"

static const char head[] = "=== cvenv facts 1 ===\nversion = 3.14.3\n";
static const char values[] =
    "self = /opt/py/bin/python3\nexecutable = /opt/py/bin/python3\nreal_executable = /opt/py/bin/python3.14\n"
    "implementation = cpython\nabi_thread = t\nprefix = /opt/py\nstdlib = /opt/py/lib/python3.14\nbin_name = bin\n"
    "include_path = include\nlib_path = lib/python3.14t/site-packages\nplatlib_path = lib64/python3.14t/site-packages\n"
    "lib64 = 1\nname = python\nname = %f0%9d%9c%8bthon\nlibrary = /opt/py/lib/libpython3.14t.so.1.0 "
    "lib/libpython3.14t.so.1.0\n"
    "cache_tag = cpython-314\nmagic = 2b0e0d0a\nseed = setuptools 40.6.2 /w/setuptools%201.whl\nseed = pip 25.3 "
    "/w/pip.whl\n";
static const char tail[] = "=== end of facts ===\n";

struct fixture {
    struct arena arena;
    struct facts facts;
    struct cvenv_error err;
    char text[8192];
};

static int setup(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

static bool parse(struct fixture *f, const char *text)
{
    f->err.message[0] = '\0';
    return facts_parse(&f->arena, (struct slice){ text, strlen(text) }, "/x/python", &f->facts, &f->err);
}

/* The whole answer with the first line of `key` replaced by `line`; NULL: left out. */
static bool parse_with(struct fixture *f, const char *key, const char *line)
{
    char start[64];
    snprintf(start, sizeof start, "\n%s = ", key);
    snprintf(f->text, sizeof f->text, "%s%s%s", head, values, tail);
    char *at = strstr(f->text, start);
    assert_non_null(at);
    char rest[8192];
    snprintf(rest, sizeof rest, "%s", strchr(at + 1, '\n') + 1);
    snprintf(at + 1, sizeof f->text - (size_t)(at + 1 - f->text), "%s%s%s", line != NULL ? line : "",
             line != NULL ? "\n" : "", rest);
    return parse(f, f->text);
}

static void refuses(struct fixture *f, const char *key, const char *line)
{
    if (parse_with(f, key, line))
        fail_msg("accepted: %s", line != NULL ? line : key);
    assert_int_equal(f->err.code, CVENV_ERROR_INTERPRETER);
    assert_non_null(strstr(f->err.message, "/x/python: does not answer as a Python does"));
    assert_non_null(strstr(f->err.message, key));
}

static void reads_everything(void **state)
{
    struct fixture *f = *state;
    snprintf(f->text, sizeof f->text, "%s%s%s", head, values, tail);
    assert_true(parse(f, f->text));
    assert_string_equal(f->facts.executable, "/opt/py/bin/python3");
    assert_string_equal(f->facts.real_executable, "/opt/py/bin/python3.14");
    assert_string_equal(f->facts.version, "3.14.3");
    assert_int_equal(f->facts.major * 10000 + f->facts.minor * 100 + f->facts.micro, 31403);
    assert_string_equal(f->facts.abi_thread, "t");
    assert_string_equal(f->facts.lib_path, "lib/python3.14t/site-packages");
    assert_string_equal(f->facts.platlib_path, "lib64/python3.14t/site-packages");
    assert_true(f->facts.lib64);
    assert_string_equal(f->facts.magic, "2b0e0d0a");
}

static void reads_lists(void **state)
{
    struct fixture *f = *state;
    snprintf(f->text, sizeof f->text, "%s%s%s", head, values, tail);
    assert_true(parse(f, f->text));
    assert_string_equal(f->facts.names[0], "python");
    assert_string_equal(f->facts.names[1], "\xf0\x9d\x9c\x8bthon");
    assert_null(f->facts.names[2]);
    assert_string_equal(f->facts.libraries[0].path, "/opt/py/lib/libpython3.14t.so.1.0");
    assert_string_equal(f->facts.libraries[0].place, "lib/libpython3.14t.so.1.0");
    assert_null(f->facts.libraries[1].path);
    assert_string_equal(f->facts.seeds[0].name, "setuptools");
    assert_string_equal(f->facts.seeds[0].path, "/w/setuptools 1.whl");
    assert_string_equal(f->facts.seeds[1].version, "25.3");
    assert_null(f->facts.seeds[2].name);
}

static void lists_may_be_empty(void **state)
{
    struct fixture *f = *state;
    assert_true(parse_with(f, "library", NULL));
    assert_null(f->facts.libraries[0].path);
    static const char *const parts[] = { "name = python\nname = %f0%9d%9c%8bthon\n", "seed = setuptools", NULL };
    assert_non_null(strstr(values, parts[0]));
    snprintf(f->text, sizeof f->text, "%s%.*s%s", head, (int)(strstr(values, parts[1]) - values), values, tail);
    assert_true(parse(f, f->text));
    assert_null(f->facts.seeds[0].name);
}

static void noise_around_is_ignored(void **state)
{
    struct fixture *f = *state;
    snprintf(f->text, sizeof f->text,
             "version = 2.7\nwelcome!\r\n\n%s%sunknown = 1\nno key at all\n%sexecutable = bin/sh\n", head, values,
             tail);
    assert_true(parse(f, f->text));
    assert_string_equal(f->facts.version, "3.14.3");
}

static void line_ends_of_windows_are_read(void **state)
{
    struct fixture *f = *state;
    snprintf(f->text, sizeof f->text, "=== cvenv facts 1 ===\r\nversion = 3.5.1\r\n=== end of facts ===\r\n");
    assert_false(parse(f, f->text));
    assert_string_equal(f->err.message, "/x/python: is Python 3.5.1, but 3.6 or later is needed");
}

static void old_pythons_say_so(void **state)
{
    struct fixture *f = *state;
    assert_false(parse(f, "=== cvenv facts 1 ===\nversion = 2.7.18\n=== end of facts ===\n"));
    assert_int_equal(f->err.code, CVENV_ERROR_INTERPRETER);
    assert_string_equal(f->err.message, "/x/python: is Python 2.7.18, but 3.6 or later is needed");
}

static void an_answer_must_be_whole(void **state)
{
    struct fixture *f = *state;
    snprintf(f->text, sizeof f->text, "%s%s%s", head, values, tail);
    for (size_t length = strlen(f->text) - 2; length > 0; length--) {
        struct slice cut = { f->text, length };
        assert_false(facts_parse(&f->arena, cut, "/x/python", &f->facts, &f->err));
    }
    assert_false(parse(f, ""));
    assert_string_equal(f->err.message, "/x/python: does not answer as a Python does");
}

static void every_single_key_is_needed(void **state)
{
    static const char *const keys[] = { "executable", "real_executable", "implementation", "abi_thread", "prefix",
                                        "stdlib",     "bin_name",        "include_path",   "lib_path",   "platlib_path",
                                        "lib64",      "cache_tag",       "magic" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        refuses(*state, keys[i], NULL);
}

static void impossible_values_are_refused(void **state)
{
    static const char *const lines[][2] = {
        { "version", "version = 3" },
        { "version", "version = 3.14" },
        { "version", "version = 3.14.3.1" },
        { "version", "version = 3.x.1" },
        { "version", "version = 3.14.99999" },
        { "version", "version = -3.14.3" },
        { "executable", "executable = bin/python" },
        { "executable", "executable =" },
        { "executable", "executable = /x%0" },
        { "executable", "executable = /x%zz" },
        { "executable", "executable = /x%00y" },
        { "executable", "executable = /x\x01" },
        { "abi_thread", "abi_thread = d" },
        { "bin_name", "bin_name = .." },
        { "bin_name", "bin_name = bin/x" },
        { "lib_path", "lib_path = /lib" },
        { "lib_path", "lib_path = lib//x" },
        { "lib_path", "lib_path = lib/../../x" },
        { "lib_path", "lib_path = lib/%2e%2e/x" },
        { "lib_path", "lib_path = lib/." },
        { "lib_path", "lib_path = lib/" },
        { "lib_path", "lib_path = lib\\..\\x" },
        { "platlib_path", "platlib_path = C:x" },
        { "lib64", "lib64 = yes" },
        { "name", "name = ../python" },
        { "name", "name = " },
        { "library", "library = lib/x.so lib/x.so" },
        { "library", "library = /lib/x.so" },
        { "library", "library = /lib/x.so ../x.so" },
        { "cache_tag", "cache_tag = ../x" },
        { "magic", "magic = 2b0e0d" },
        { "magic", "magic = 2B0E0D0A" },
        { "seed", "seed = pip 25.3" },
        { "seed", "seed = pip 25.3 pip.whl" },
        { "seed", "seed = ../pip 25.3 /w/pip.whl" },
        { "seed", "seed = pip 25/3 /w/pip.whl" },
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        refuses(*state, lines[i][0], lines[i][1]);
}

static void any_bytes_survive_the_encoding(void **state)
{
    struct fixture *f = *state;
    char all[256];
    for (int i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    all[255] = '\0';
    struct text text = TEXT_INIT(&f->arena);
    facts_encode(&text, all);
    const char *encoded = text_string(&text);
    for (const char *c = encoded; *c != '\0'; c++)
        assert_true(*c > ' ' && *c < 0x7f);
    assert_string_equal(facts_decode(&f->arena, (struct slice){ encoded, strlen(encoded) }), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_everything, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_may_be_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(noise_around_is_ignored, setup, teardown),
        cmocka_unit_test_setup_teardown(line_ends_of_windows_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(old_pythons_say_so, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_must_be_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(every_single_key_is_needed, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_values_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(any_bytes_survive_the_encoding, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
