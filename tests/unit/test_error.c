/* SPDX-License-Identifier: MIT */
/* What messages say when they are too long, or when names hold what a terminal would obey. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

enum { LONGEST = 4608 - 1 };

static struct cvenv_error err;

/* A path of about so many bytes. */
static const char *long_path(size_t length, const char *character)
{
    static char path[10000];
    size_t size = strlen(character), at = 0;
    while (at + size <= length) {
        if (at % 256 == 0)
            path[at++] = '/';
        memcpy(path + at, character, size);
        at += size;
    }
    path[at] = '\0';
    return path;
}

static bool ends_with(const char *end)
{
    size_t length = strlen(err.message), wanted = strlen(end);
    return length >= wanted && strcmp(err.message + length - wanted, end) == 0;
}

static void what_fits_is_said_in_full(void **state)
{
    (void)state;
    const char *path = long_path(4000, "x");
    assert_false(error_system(&err, ENOSPC, "%s: writing", path));
    assert_int_equal(err.system, ENOSPC);
    assert_int_equal(err.code, CVENV_ERROR_SYSTEM);
    assert_memory_equal(err.message, path, strlen(path));
    assert_true(ends_with("x: writing: No space left on device"));
}

/* Two paths, each of the longest kind. */
static void what_is_too_long_loses_its_middle(void **state)
{
    (void)state;
    const char *path = long_path(4600, "x");
    assert_false(error_system(&err, EACCES, "%s: copying %s", path, path));
    assert_int_equal(strncmp(err.message, path, 2000), 0);
    assert_non_null(strstr(err.message, "x ... x"));
    assert_true(ends_with("x: Permission denied"));
    assert_in_range(strlen(err.message), LONGEST - 8, LONGEST);
}

static void what_is_wrapped_keeps_its_cause(void **state)
{
    (void)state;
    const char *path = long_path(4600, "x");
    error_system(&err, EACCES, "%s", path);
    assert_false(error_wrap(&err, "%s", path));
    assert_int_equal(err.system, EACCES);
    assert_true(ends_with("x: Permission denied"));
    assert_in_range(strlen(err.message), LONGEST - 8, LONGEST);
}

/* Characters of several bytes are cut whole. */
static void no_character_is_cut(void **state)
{
    (void)state;
    static const char *const characters[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x8d" };
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        for (size_t length = 4700; length < 4720; length++) {
            error_system(&err, EIO, "%s", long_path(length, characters[i]));
            assert_true(text_is_utf8(err.message));
            assert_non_null(strstr(err.message, " ... "));
        }
}

static void controls_are_shown(void **state)
{
    (void)state;
    assert_false(error_set(&err, CVENV_ERROR_VALUE, "a\x1b[31mb\nc\x7f"));
    assert_string_equal(err.message, "a\\x1b[31mb\\x0ac\\x7f");
    error_system(&err, EACCES, "%s", long_path(4000, "\x01"));
    assert_int_equal(strncmp(err.message, "/\\x01\\x01", 9), 0);
    assert_true(ends_with("\\x01: Permission denied"));
    assert_in_range(strlen(err.message), LONGEST - 8, LONGEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_said_in_full),       cmocka_unit_test(what_is_too_long_loses_its_middle),
        cmocka_unit_test(what_is_wrapped_keeps_its_cause), cmocka_unit_test(no_character_is_cut),
        cmocka_unit_test(controls_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
