/* SPDX-License-Identifier: MIT */
/* Quoting: the exact form where a form is promised; the real shells read all of them back in tests/shells/test_quoting.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "environment/quote.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *quoted(quote_function *quote, const char *value)
{
    struct text out = TEXT_INIT(&arena);
    quote(&out, value);
    return text_string(&out);
}

static void posix_is_shlex(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_posix, ""), "''");
    assert_string_equal(quoted(quote_posix, "/opt/a-b_c.d+e:f,g@h%i=j0"), "/opt/a-b_c.d+e:f,g@h%i=j0");
    assert_string_equal(quoted(quote_posix, "a b"), "'a b'");
    assert_string_equal(quoted(quote_posix, "it's"), "'it'\"'\"'s'");
    assert_string_equal(quoted(quote_posix, "'"), "''\"'\"''");
    assert_string_equal(quoted(quote_posix, "\xc3\xa9"), "'\xc3\xa9'");
    assert_string_equal(quoted(quote_posix, "~"), "'~'");
    assert_string_equal(quoted(quote_posix, "a\nb"), "'a\nb'");
}

static void sh_leaves_nothing_for_zsh(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_sh, "/opt/a-b_c.d+e:f,g@h%i"), "/opt/a-b_c.d+e:f,g@h%i");
    assert_string_equal(quoted(quote_sh, "=ls"), "'=ls'");
    assert_string_equal(quoted(quote_sh, "a:=ls"), "'a:=ls'");
    assert_string_equal(quoted(quote_sh, "$(x)"), "'$(x)'");
}

static void csh_keeps_history_and_backslashes_outside(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_csh, ""), "''");
    assert_string_equal(quoted(quote_csh, "/a-b"), "/a-b");
    assert_string_equal(quoted(quote_csh, "=-"), "'=-'");
    assert_string_equal(quoted(quote_csh, "a!b"), "'a'\\!'b'");
    assert_string_equal(quoted(quote_csh, "a\\b"), "'a'\\\\'b'");
    assert_string_equal(quoted(quote_csh, "it's"), "'it'\\''s'");
    assert_string_equal(quoted(quote_csh, "a\nb"), "'a\\\nb'");
}

static void fish_has_two_escapes(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_fish, ""), "''");
    assert_string_equal(quoted(quote_fish, "a\\'\";touch x;#"), "'a\\\\\\'\";touch x;#'");
    assert_string_equal(quoted(quote_fish, "a\\"), "'a\\\\'");
}

static void powershell_doubles_every_quote(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_powershell, "it's $x `n"), "'it''s $x `n'");
    assert_string_equal(quoted(quote_powershell, "\xe2\x80\x98"), "'\xe2\x80\x98\xe2\x80\x98'");
    assert_string_equal(quoted(quote_powershell, "\xe2\x80\x9b"), "'\xe2\x80\x9b\xe2\x80\x9b'");
    assert_string_equal(quoted(quote_powershell, "\xe2\x80\x9c"), "'\xe2\x80\x9c'");
    assert_string_equal(quoted(quote_powershell, "\xe2\x80"), "'\xe2\x80'");
}

static void batch_stays_inside_its_quotes(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_batch, "C:\\a b&c^(d)!"), "C:\\a b&c^(d)!");
    assert_string_equal(quoted(quote_batch, "%PATH%"), "%%PATH%%");
    assert_string_equal(quoted(quote_batch, "a\r\nb"), "a  b");
    assert_null(strchr(quoted(quote_batch, "a\"&calc&\""), '"'));
}

static void nushell_is_utf8(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_nushell, "a\"b\\c$d(e)"), "\"a\\\"b\\\\c$d(e)\"");
    assert_string_equal(quoted(quote_nushell, "\t\x7f"), "\"\\u{9}\\u{7f}\"");
    assert_string_equal(quoted(quote_nushell, "\xe6\x97\xa5\xff"), "\"\xe6\x97\xa5\xef\xbf\xbd\"");
}

static void elvish_writes_bytes(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_elvish, "a\"b\\c$d"), "\"a\\\"b\\\\c$d\"");
    assert_string_equal(quoted(quote_elvish, "\n\xe6\x97\xa5\xff"), "\"\\x0a\xe6\x97\xa5\\xff\"");
}

static void python_is_ascii(void **state)
{
    (void)state;
    assert_string_equal(quoted(quote_python, "a\"b\\c'd"), "\"a\\\"b\\\\c'd\"");
    assert_string_equal(quoted(quote_python, "\n\xc3\xa9\xe6\x97\xa5"), "\"\\u000a\\u00e9\\u65e5\"");
    assert_string_equal(quoted(quote_python, "\xf0\x9f\x90\x8d"), "\"\\U0001f40d\"");
    assert_string_equal(quoted(quote_python, "\xff\xed\xa0\x80"), "\"\\udcff\\udced\\udca0\\udc80\"");
}

static void out_of_memory_is_remembered(void **state)
{
    (void)state;
    struct arena full = { NULL, true };
    struct text out = TEXT_INIT(&full);
    quote_posix(&out, "a b");
    assert_true(full.failed);
    arena_release(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(posix_is_shlex, teardown),
        cmocka_unit_test_teardown(sh_leaves_nothing_for_zsh, teardown),
        cmocka_unit_test_teardown(csh_keeps_history_and_backslashes_outside, teardown),
        cmocka_unit_test_teardown(fish_has_two_escapes, teardown),
        cmocka_unit_test_teardown(powershell_doubles_every_quote, teardown),
        cmocka_unit_test_teardown(batch_stays_inside_its_quotes, teardown),
        cmocka_unit_test_teardown(nushell_is_utf8, teardown),
        cmocka_unit_test_teardown(elvish_writes_bytes, teardown),
        cmocka_unit_test_teardown(python_is_ascii, teardown),
        cmocka_unit_test_teardown(out_of_memory_is_remembered, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
