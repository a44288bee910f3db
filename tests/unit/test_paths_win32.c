/* SPDX-License-Identifier: MIT */
/* Paths, names and arguments by the rules of Windows: pure, and therefore tested everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/argument.h"
#include "base/path.h"
#include "base/utf16.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void what_is_absolute(void **state)
{
    (void)state;
    static const char *const absolute[] = { "C:\\", "c:/x", "\\\\server\\share", "//server/share/x", "\\\\?\\C:\\x" };
    static const char *const others[] = { "", "x", "\\x", "/x", "C:", "C:x", "1:\\x", "\\\\server", "\\\\server\\", "\\\\\\x" };
    for (size_t i = 0; i < sizeof absolute / sizeof *absolute; i++)
        assert_true(path_is_absolute(absolute[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(path_is_absolute(others[i]));
}

static void paths_are_made_absolute(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected;
    } cases[] = {
        { "x", "C:\\Users\\me\\x" },
        { ".", "C:\\Users\\me" },
        { "", "C:\\Users\\me" },
        { "..\\x\\.\\y\\", "C:\\Users\\x\\y" },
        { "..\\..\\..\\..", "C:\\" },
        { "a/b\\\\c//", "C:\\Users\\me\\a\\b\\c" },
        { "\\x", "C:\\x" },
        { "/", "C:\\" },
        { "C:x", "C:\\Users\\me\\x" },
        { "c:x", "C:\\Users\\me\\x" },
        { "D:x\\y", "D:\\x\\y" },
        { "D:", "D:\\" },
        { "D:/x", "D:\\x" },
        { "\\\\server\\share", "\\\\server\\share" },
        { "//server/share/x/../..", "\\\\server\\share\\" },
        { "\\\\?\\D:\\x", "D:\\x" },
        { "\\\\?\\UNC\\server\\share\\x", "\\\\server\\share\\x" },
        { "\\\\?\\unc\\server\\share\\x", "\\\\server\\share\\x" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(path_absolute(&arena, "C:\\Users\\me", cases[i].path), cases[i].expected);
    assert_string_equal(path_absolute(&arena, "\\\\server\\share\\in", "\\x"), "\\\\server\\share\\x");
    assert_string_equal(path_absolute(&arena, "\\\\?\\C:\\in", "x"), "C:\\in\\x");
}

static void paths_are_joined_and_taken_apart(void **state)
{
    (void)state;
    assert_string_equal(path_join(&arena, "C:\\x", "Lib/site-packages"), "C:\\x\\Lib\\site-packages");
    assert_string_equal(path_join(&arena, "C:\\", "x"), "C:\\x");
    assert_string_equal(path_join(&arena, "C:\\x", "D:\\y"), "D:\\y");
    assert_string_equal(path_join(&arena, "", "x"), "x");
    assert_string_equal(path_join(&arena, "Lib", "x"), "Lib/x");
    assert_string_equal(path_join(&arena, "Lib\\a", "x\\y"), "Lib/a/x/y");
    assert_string_equal(path_name("C:\\a\\b c"), "b c");
    assert_string_equal(path_name("a/b"), "b");
    assert_string_equal(path_name("C:\\"), "");
    assert_string_equal(path_name("\\\\server\\share"), "");
    assert_string_equal(path_name("\\\\server\\share\\x"), "x");
    assert_string_equal(path_parent(&arena, "C:\\a\\b"), "C:\\a");
    assert_string_equal(path_parent(&arena, "C:\\a"), "C:\\");
    assert_string_equal(path_parent(&arena, "C:\\"), "C:\\");
    assert_string_equal(path_parent(&arena, "\\\\server\\share\\x"), "\\\\server\\share\\");
    assert_string_equal(path_parent(&arena, "Lib/x"), "Lib");
    assert_string_equal(path_parent(&arena, "x"), "");
}

static void what_is_within_what(void **state)
{
    (void)state;
    assert_true(path_is_within("C:\\a\\b", "C:\\a"));
    assert_true(path_is_within("c:\\A", "C:\\a"));
    assert_true(path_is_within("C:/a/b", "C:\\a\\"));
    assert_true(path_is_within("C:\\a", "C:\\"));
    assert_false(path_is_within("C:\\ab", "C:\\a"));
    assert_false(path_is_within("C:\\", "C:\\a"));
    assert_false(path_is_within("D:\\a", "C:\\a"));
}

static void names_that_no_file_can_have(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "C:\\CON", "C:\\nul.txt", "C:\\x\\Aux .y\\z", "C:\\com0", "C:\\LPT9.a.b", "C:\\com\xc2\xb2", "C:\\conin$", "C:\\x.",
        "C:\\x ", "C:\\x. .", "C:\\x \\y", "C:\\a:b", "C:\\a<b", "C:\\a\"b", "C:\\a|b", "C:\\a?b", "C:\\a*b", "C:\\a>b",
        "\\\\.\\pipe\\x", "\\\\?\\GLOBALROOT\\x", "\\\\?\\Volume{1}\\x", "x",
    };
    static const char *const good[] = {
        "C:\\", "C:\\x", "C:\\console", "C:\\com10", "C:\\com", "C:\\.x", "C:\\..x", "C:\\x.y z", "C:\\nulx", "C:\\a%b!c^d&e(f)",
        "\\\\server\\share\\x", "C:\\\xe6\x97\xa5\xe6\x9c\xac", "C:\\lpt\xc2\xb4", "C:\\xcon", "C:\\ con",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (path_refusal(bad[i]) == NULL)
            fail_msg("allowed: %s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (path_refusal(good[i]) != NULL)
            fail_msg("refused: %s", good[i]);
}

static void names_of_255_units_at_most(void **state)
{
    (void)state;
    char path[1100] = "C:\\";
    for (int i = 0; i < 255; i++)
        strcat(path, "\xe6\x97\xa5"); /* three bytes, one unit */
    assert_null(path_refusal(path));
    assert_non_null(path_refusal(strcat(path, "x")));
    strcpy(path, "C:\\x");
    for (int i = 0; i < 127; i++)
        strcat(path, "\xf0\x9f\x98\x80"); /* four bytes, two units */
    assert_null(path_refusal(path));
    assert_non_null(path_refusal(strcat(path, "x")));
}

static void every_unit_makes_the_way_back(void **state)
{
    (void)state;
    for (uint32_t first = 1; first < 0x10000; first += first >= 0xd7f0 && first < 0xe010 ? 1 : 37) {
        static const uint16_t seconds[] = { 'x', 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff };
        for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
            const uint16_t units[2] = { (uint16_t)first, seconds[i] };
            uint16_t back[3];
            char bytes[UTF16_BYTES(2) + 1];
            size_t length = utf16_to_utf8(units, 2, bytes);
            assert_int_equal(length, strlen(bytes));
            assert_int_equal(utf16_from_utf8(bytes, back, 3), 2);
            assert_memory_equal(units, back, sizeof units);
        }
    }
}

static void what_is_not_well_formed(void **state)
{
    (void)state;
    static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe6\x97", "\xf0\x9f\x98", "a\xc3(" };
    uint16_t units[8];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(utf16_from_utf8(bad[i], units, 8), 0);
    assert_int_equal(utf16_from_utf8("1234567", units, 8), 7);
    assert_int_equal(utf16_from_utf8("12345678", units, 8), 0);
    assert_int_equal(utf16_from_utf8("123456\xf0\x9f\x98\x80", units, 8), 0);
}

static void arguments_are_quoted_when_need_be(void **state)
{
    (void)state;
    static const struct {
        const char *argument, *expected;
    } cases[] = {
        { "plain", "plain" },          { "C:\\a\\", "C:\\a\\" },          { "", "\"\"" },
        { "a b", "\"a b\"" },          { "a\tb", "\"a\tb\"" },            { "a\"b", "\"a\\\"b\"" },
        { "a\\\"b", "\"a\\\\\\\"b\"" }, { "a b\\", "\"a b\\\\\"" },        { "a\\b c", "\"a\\b c\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text line = TEXT_INIT(&arena);
        argument_quote(&line, cases[i].argument);
        assert_string_equal(text_string(&line), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absolute),
        cmocka_unit_test_teardown(paths_are_made_absolute, teardown),
        cmocka_unit_test_teardown(paths_are_joined_and_taken_apart, teardown),
        cmocka_unit_test(what_is_within_what),
        cmocka_unit_test(names_that_no_file_can_have),
        cmocka_unit_test(names_of_255_units_at_most),
        cmocka_unit_test(every_unit_makes_the_way_back),
        cmocka_unit_test(what_is_not_well_formed),
        cmocka_unit_test_teardown(arguments_are_quoted_when_need_be, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
