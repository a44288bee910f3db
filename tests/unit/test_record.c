/* SPDX-License-Identifier: MIT */
/* RECORD: rows as Python's csv module reads and writes them, in the order of Python's strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seed/record.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct slice slice_of(const char *string)
{
    return (struct slice){ string, strlen(string) };
}

static void reads_rows(void **state)
{
    (void)state;
    struct record record;
    struct cvenv_error err;
    const char *text = "a.py,sha256=abc,12\r\n"
                       "\"a,b\"\"c\"\".py\",\"sha256=x\",\"3\"\n"
                       "\n"
                       "script (dev).tmpl,,\n"
                       "../../../bin/pip,sha256=y,1";
    assert_true(record_parse(&arena, slice_of(text), &record, &err));
    assert_int_equal(record.count, 4);
    assert_string_equal(record.rows[0].path, "a.py");
    assert_string_equal(record.rows[0].hash, "sha256=abc");
    assert_string_equal(record.rows[0].size, "12");
    assert_string_equal(record.rows[1].path, "a,b\"c\".py");
    assert_string_equal(record.rows[1].hash, "sha256=x");
    assert_string_equal(record.rows[1].size, "3");
    assert_string_equal(record.rows[2].path, "script (dev).tmpl");
    assert_string_equal(record.rows[2].hash, "");
    assert_string_equal(record.rows[3].size, "1");
}

static void reads_nothing(void **state)
{
    (void)state;
    struct record record;
    struct cvenv_error err;
    assert_true(record_parse(&arena, slice_of(""), &record, &err));
    assert_int_equal(record.count, 0);
}

static void refuses_other_text(void **state)
{
    (void)state;
    const char *const bad[] = {
        "a.py",   "a.py,",   "a.py,x",    "a,b,c,d", "\"a.py,,", "\"a\"x,,", "a\"b,,",     ",,",
        "a\tb,,", "a,\x7f,", "\"a\",,\"", "\"\",,",  "\"a",      "\"",       "a,\"\"\",1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct record record;
        struct cvenv_error err;
        assert_false(record_parse(&arena, slice_of(bad[i]), &record, &err));
        assert_int_equal(err.code, CVENV_ERROR_SEED);
        assert_non_null(strstr(err.message, "RECORD, line 1"));
    }
    struct record record;
    struct cvenv_error err;
    assert_false(record_parse(&arena, (struct slice){ "a\0b,,\n", 6 }, &record, &err));
}

static void writes_as_csv_writer(void **state)
{
    (void)state;
    struct text out = TEXT_INIT(&arena);
    record_add(&out, "pip/__init__.py", "sha256=a_-", "12", RECORD_LINE_END);
    record_add(&out, "a,b.py", "", "", RECORD_LINE_END);
    record_add(&out, "a \"b\" 'c'.py", "", "", "\n");
    assert_string_equal(text_string(&out), "pip/__init__.py,sha256=a_-,12\r\n"
                                           "\"a,b.py\",,\r\n"
                                           "\"a \"\"b\"\" 'c'.py\",,\n");
}

static void hashes_contents(void **state)
{
    (void)state;
    struct record_row row = record_row_of(&arena, "x/REQUESTED", slice_of(""));
    assert_string_equal(row.path, "x/REQUESTED");
    assert_string_equal(row.hash, "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    assert_string_equal(row.size, "0");
    row = record_row_of(&arena, "x/INSTALLER", slice_of("pip\n"));
    assert_string_equal(row.hash, "sha256=zuuue4knoyJ-UwPPXg8fezS7VCrXJQrAP7zeNuwvFQg");
    assert_string_equal(row.size, "4");
}

/* "." (2e) before "/" (2f) before "_" (5f) before what is not ASCII, U+FF61 before U+10000. */
static void sorts_by_code_points(void **state)
{
    (void)state;
    struct record_row rows[] = { { "p\xf0\x90\x80\x80", "", "" }, { "p_x", "", "" }, { "../b", "", "" },
                                 { "p\xef\xbd\xa1", "", "" },     { "p/x", "", "" }, { "p.x", "", "" } };
    struct record record = { rows, 6 };
    record_sort(&record);
    const char *const expected[] = { "../b", "p.x", "p/x", "p_x", "p\xef\xbd\xa1", "p\xf0\x90\x80\x80" };
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(rows[i].path, expected[i]);
}

static const char *merged(const char *sorted, const struct record_row *rows, size_t count)
{
    struct text out = TEXT_INIT(&arena);
    record_merge(&out, slice_of(sorted), rows, count, "\n");
    return text_string(&out);
}

static void merges_rows_at_their_places(void **state)
{
    (void)state;
    const struct record_row rows[] = {
        { "z", "", "" }, { "b/INSTALLER", "h", "4" }, { "../bin/pip", "h", "1" }, { "ab", "", "" }
    };
    assert_string_equal(merged("a,,\nb/METADATA,h,2\nc,,\n", rows, 4),
                        "../bin/pip,h,1\na,,\nab,,\nb/INSTALLER,h,4\nb/METADATA,h,2\nc,,\nz,,\n");
    assert_string_equal(merged("", rows, 2), "b/INSTALLER,h,4\nz,,\n");
    assert_string_equal(merged("a,,\n", NULL, 0), "a,,\n");
}

/* Rows are compared by their paths, not by how they are quoted. */
static void merges_between_quoted_rows(void **state)
{
    (void)state;
    const struct record_row rows[] = { { "a\"c", "", "" }, { "a,c", "", "" }, { "b", "", "" } };
    assert_string_equal(merged("\"a\"\"b\",,\n\"a,b\",,\nb/x,,\n", rows, 3),
                        "\"a\"\"b\",,\n\"a\"\"c\",,\n\"a,b\",,\n\"a,c\",,\nb,,\nb/x,,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_rows, teardown),
        cmocka_unit_test_teardown(reads_nothing, teardown),
        cmocka_unit_test_teardown(refuses_other_text, teardown),
        cmocka_unit_test_teardown(writes_as_csv_writer, teardown),
        cmocka_unit_test_teardown(hashes_contents, teardown),
        cmocka_unit_test_teardown(sorts_by_code_points, teardown),
        cmocka_unit_test_teardown(merges_rows_at_their_places, teardown),
        cmocka_unit_test_teardown(merges_between_quoted_rows, teardown),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
