/* SPDX-License-Identifier: MIT */
/* Wheels: what is worked out of a good one, and that one which breaks a rule of the format is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seed/wheel.h"
#include "zip_maker.h"

#define INFO "demo_pkg-1.2.dist-info"
#define WHEEL_TEXT "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
#define FILE_MEMBER(name, text)                                                                                        \
    {                                                                                                                  \
        name, { text, sizeof text - 1 }, 8, ZIP_FILE, 0, NULL                                                          \
    }

static const char path[] = "/wheels/demo_pkg-1.2-py3-none-any.whl";

static const struct zip_member good[] = {
    FILE_MEMBER("demo/__init__.py", "x = 1\n"),
    FILE_MEMBER(INFO "/METADATA", "Name: demo-pkg\nVersion: 1.2\n"),
    FILE_MEMBER(INFO "/WHEEL", WHEEL_TEXT),
    FILE_MEMBER(INFO "/entry_points.txt", "[console_scripts]\npip = demo:main\ndemo = demo:main\n"),
};
enum { GOOD = sizeof good / sizeof *good };

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void assert_opens(const char *name, struct slice zip, struct wheel *wheel)
{
    struct cvenv_error err;
    if (!wheel_open(&arena, name, zip.data, zip.length, 3, 11, wheel, &err))
        fail_msg("%s", err.message);
}

static void assert_refused(const char *name, struct slice zip, const char *reason)
{
    struct wheel wheel;
    struct cvenv_error err;
    if (wheel_open(&arena, name, zip.data, zip.length, 3, 11, &wheel, &err))
        fail_msg("'%s' was accepted (%s)", name, reason);
    assert_int_equal(err.code, CVENV_ERROR_SEED);
    assert_memory_equal(err.message, name, strlen(name));
    if (strstr(err.message, reason) == NULL)
        fail_msg("'%s' is not about '%s'", err.message, reason);
}

/* The good wheel with one member more, or with one of its own replaced by it. */
static struct slice with(const char *name, const char *text)
{
    struct zip_member members[GOOD + 1];
    size_t count = GOOD;
    memcpy(members, good, sizeof good);
    for (size_t i = 0; i < GOOD; i++) {
        if (strcmp(good[i].name, name) == 0)
            count = i;
    }
    members[count] = (struct zip_member){ name, slice_of(text), 8, ZIP_FILE, 0, NULL };
    return wheel_make(&arena, INFO, members, count == GOOD ? GOOD + 1 : GOOD);
}

/* The good wheel without RECORD but with this one. */
static struct slice with_record(const char *text)
{
    struct zip_member members[GOOD + 1];
    memcpy(members, good, sizeof good);
    members[GOOD] = (struct zip_member){ INFO "/RECORD", slice_of(text), 8, ZIP_FILE, 0, NULL };
    return zip_make(&arena, members, GOOD + 1);
}

/* The rows of the good wheel's RECORD, for with_record() to change. */
static const char *record_text(void)
{
    struct text out = TEXT_INIT(&arena);
    for (size_t i = 0; i < GOOD; i++) {
        struct record_row row = record_row_of(&arena, good[i].name, good[i].data);
        record_add(&out, row.path, row.hash, row.size, "\n");
    }
    record_add(&out, INFO "/RECORD", "", "", "\n");
    return text_string(&out);
}

static const char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    return arena_format(&arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void opens_a_good_wheel(void **state)
{
    (void)state;
    struct wheel wheel;
    struct cvenv_error err;
    char buffer[4096];
    assert_opens(path, wheel_make(&arena, INFO, good, GOOD), &wheel);
    assert_string_equal(wheel.name, "demo_pkg");
    assert_string_equal(wheel.version, "1.2");
    assert_string_equal(wheel.info, INFO);
    assert_int_equal(wheel.record.count, GOOD + 1);
    assert_int_equal(wheel.scripts.count, 4);
    assert_string_equal(wheel.scripts.items[2].name, "pip3.11");
    for (size_t i = 0; i < wheel.archive.count; i++)
        assert_true(wheel_extract(&wheel, i, buffer, &err));
    assert_non_null(wheel.rows[0]);
    assert_null(wheel.rows[GOOD]);
}

static void accepts_names(void **state)
{
    (void)state;
    struct wheel wheel;
    struct slice zip = wheel_make(&arena, INFO, good, GOOD);
    const char *const names[] = { "demo_pkg-1.2-py2.py3-none-any.whl", "/x/Demo.Pkg-1.2-py3-none-any.whl",
                                  "demo_pkg-1.2-1-py3-none-any.whl",   "demo_pkg-1.2-2b-py3-none-any.whl",
                                  "demo_pkg-1.2-py311-none-any.whl",   "demo_pkg-1.2-py36-none-any.whl" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_opens(names[i], zip, &wheel);
    struct text crlf = TEXT_INIT(&arena);
    text_add_string(&crlf, "WHEEL-VERSION: 1.9\r\nroot-is-purelib: true\r\n");
    assert_opens(path, with(INFO "/WHEEL", text_string(&crlf)), &wheel);
    assert_opens(path, with(INFO "/RECORD.jws", "signature"), &wheel);
}

static void refuses_names(void **state)
{
    (void)state;
    struct slice zip = wheel_make(&arena, INFO, good, GOOD);
    assert_refused("demo_pkg-1.2-py3-none-any.zip", zip, "not named as a wheel");
    assert_refused("demo_pkg-1.2.whl", zip, "not named as a wheel");
    assert_refused("demo_pkg-1.2-py3-none-any-more.whl", zip, "not named as a wheel");
    assert_refused("-1.2-py3-none-any.whl", zip, "not named as a wheel");
    assert_refused(".demo-1.2-py3-none-any.whl", zip, "not named as a wheel");
    assert_refused("demo pkg-1.2-py3-none-any.whl", zip, "not named as a wheel");
    assert_refused("demo_pkg-1.2-py2-none-any.whl", zip, "not a wheel for every Python 3.11");
    assert_refused("demo_pkg-1.2-py312-none-any.whl", zip, "not a wheel for every Python 3.11");
    assert_refused("demo_pkg-1.2-cp311-none-any.whl", zip, "not a wheel for every Python 3.11");
    assert_refused("demo_pkg-1.2-py3-cp311-any.whl", zip, "not a wheel for every Python 3.11");
    assert_refused("demo_pkg-1.2-py3-none-linux_x86_64.whl", zip, "not a wheel for every Python 3.11");
    assert_refused("other-1.2-py3-none-any.whl", zip, "of another project or version");
    assert_refused("demo_pkg-1.3-py3-none-any.whl", zip, "of another project or version");
}

static void refuses_metadata(void **state)
{
    (void)state;
    assert_refused(path, with(INFO "/WHEEL", "Root-Is-Purelib: true\n"), "Wheel-Version");
    assert_refused(path, with(INFO "/WHEEL", "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n"), "Wheel-Version");
    assert_refused(path, with(INFO "/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"), "not pure Python");
    assert_refused(path, with("other-1.2.dist-info/METADATA", "x"), "more than one .dist-info");
    assert_refused(path, with("demo-1.2.data/scripts/x", "x"), "outside of site-packages");
    assert_refused(path, with("demo/__pycache__/__init__.cpython-311.pyc", "x"), "bytecode of its own");
    assert_refused(path, with(INFO "/INSTALLER", "evil\n"), "only an installer may write");
    assert_refused(path, with(INFO "/direct_url.json", "{}"), "only an installer may write");
    assert_refused(path, with(INFO "/entry_points.txt", "[console_scripts]\npython = demo:main\n"), "another command");
    assert_refused(path, zip_make(&arena, good, 1), "no .dist-info directory");
    assert_refused(path, zip_make(&arena, good, 2), "no readable " INFO "/WHEEL");
    assert_refused(path, zip_make(&arena, good, GOOD), "no readable " INFO "/RECORD");
    const struct zip_member bare[] = { good[0], good[2] };
    assert_refused(path, wheel_make(&arena, INFO, bare, 2), "no " INFO "/METADATA");
    assert_refused(path, slice_of("not a zip"), "does not end as one");
}

static void refuses_records(void **state)
{
    (void)state;
    struct wheel wheel;
    const char *text = record_text(), *init = "demo/__init__.py,sha256=";
    assert_opens(path, with_record(text), &wheel);
    assert_refused(path, with_record(replaced(text, "demo/__init__.py", "demo/other.py")), "which is not there");
    assert_refused(path, with_record(arena_format(&arena, "%sdemo/x.py,,\n", text)), "which is not there");
    assert_refused(path, with_record(strchr(text, '\n') + 1), "does not list 'demo/__init__.py'");
    assert_refused(path, with_record(arena_format(&arena, "%.*s\n%s", (int)strcspn(text, "\n"), text, text)), "twice");
    assert_refused(path, with_record(replaced(text, init, "demo/__init__.py,md5=")), "no SHA-256 hash");
    assert_refused(path, with_record(replaced(text, ",6\n", ",7\n")), "wrong size");
    assert_refused(path, with_record(replaced(text, ",6\n", "\n")), "not three fields");
    assert_opens(path, with_record(replaced(text, ",6\n", ",\n")), &wheel);
}

static void refuses_contents_that_record_does_not_know(void **state)
{
    (void)state;
    struct wheel wheel;
    struct cvenv_error err;
    char buffer[200];
    const char *text = record_text();
    const char *hash = strstr(text, "sha256=") + 7;
    assert_opens(path, with_record(replaced(text, arena_copy(&arena, hash, 4), "AAAA")), &wheel);
    assert_false(wheel_extract(&wheel, 0, buffer, &err));
    assert_int_equal(err.code, CVENV_ERROR_SEED);
    assert_non_null(strstr(err.message, "'demo/__init__.py' is not what RECORD says"));
    assert_true(wheel_extract(&wheel, 1, buffer, &err));
}

/* Directories may have entries of their own, and need none. */
static void allows_directories(void **state)
{
    (void)state;
    struct zip_member members[GOOD + 2];
    struct wheel wheel;
    memcpy(members, good, sizeof good);
    members[GOOD] = (struct zip_member){ "demo/", { "", 0 }, 0, ZIP_DIRECTORY, 0, NULL };
    members[GOOD + 1] = (struct zip_member){ INFO "/", { "", 0 }, 0, ZIP_DIRECTORY, 0, NULL };
    assert_opens(path, wheel_make(&arena, INFO, members, GOOD + 2), &wheel);
    assert_string_equal(wheel.info, INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(opens_a_good_wheel, teardown),
        cmocka_unit_test_teardown(accepts_names, teardown),
        cmocka_unit_test_teardown(refuses_names, teardown),
        cmocka_unit_test_teardown(refuses_metadata, teardown),
        cmocka_unit_test_teardown(refuses_records, teardown),
        cmocka_unit_test_teardown(refuses_contents_that_record_does_not_know, teardown),
        cmocka_unit_test_teardown(allows_directories, teardown),
    };
    return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
