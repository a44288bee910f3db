/* SPDX-License-Identifier: MIT */
/* Zip archives: what is read of a good one, and that a bad one is refused for the right reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seed/archive.h"
#include "zip_maker.h"

static struct arena arena = ARENA_INIT;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct zip_member sample[] = {
    { "pkg/", { "", 0 }, 0, ZIP_DIRECTORY, 0, NULL },
    { "pkg/__init__.py", { "", 0 }, 8, ZIP_FILE, 0, NULL },
    { "pkg/run", { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40 }, 8, ZIP_EXECUTABLE, 0, NULL },
    { "pkg/f\xc3\xbcr.txt", { "stored", 6 }, 0, ZIP_FILE, 0x0800, NULL },
    { "old.txt", { "no type", 7 }, 0, 0664, 0, NULL },
};
enum { SAMPLE = sizeof sample / sizeof *sample };

/* A copy that can be spoilt. */
static unsigned char *copy_of(struct slice zip)
{
    return (unsigned char *)arena_copy(&arena, zip.data, zip.length);
}

static void assert_refused(const void *data, size_t length, const char *reason)
{
    struct archive archive;
    struct cvenv_error err;
    assert_false(archive_open(&arena, data, length, &archive, &err));
    assert_int_equal(err.code, CVENV_ERROR_SEED);
    if (strstr(err.message, reason) == NULL)
        fail_msg("'%s' is not about '%s'", err.message, reason);
}

static void assert_member_refused(const char *name, const char *reason)
{
    const struct zip_member member = { name, { "x", 1 }, 0, ZIP_FILE, 0x0800, NULL };
    struct slice zip = zip_make(&arena, &member, 1);
    assert_refused(zip.data, zip.length, reason);
}

/* Where the central header of a member begins, and its local header. */
static unsigned char *central_of(unsigned char *zip, size_t length, size_t index)
{
    const unsigned char *end = zip + length - 22;
    unsigned char *p = zip + (end[16] | end[17] << 8 | end[18] << 16);
    while (index-- > 0)
        p += 46 + (p[28] | p[29] << 8) + (p[30] | p[31] << 8);
    return p;
}

static unsigned char *local_of(unsigned char *zip, size_t length, size_t index)
{
    const unsigned char *p = central_of(zip, length, index);
    return zip + (p[42] | p[43] << 8 | p[44] << 16);
}

/* ---- good ones */

static void reads_all_members(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    struct archive archive;
    struct cvenv_error err;
    char buffer[64];
    assert_true(archive_open(&arena, zip.data, zip.length, &archive, &err));
    assert_int_equal(archive.count, SAMPLE);
    assert_true(archive.entries[0].directory);
    assert_string_equal(archive.entries[0].name, "pkg");
    for (size_t i = 1; i < SAMPLE; i++) {
        const struct archive_entry *entry = &archive.entries[i];
        assert_string_equal(entry->name, sample[i].name);
        assert_int_equal(entry->size, sample[i].data.length);
        assert_int_equal(entry->mtime, 1770091506000000000);
        assert_true(archive_extract(&archive, entry, buffer, &err));
        assert_memory_equal(buffer, sample[i].data.data, sample[i].data.length);
        assert_ptr_equal(archive_find(&archive, sample[i].name), entry);
    }
    assert_int_equal(archive.entries[1].mode, 0644);
    assert_int_equal(archive.entries[2].mode, 0755);
    assert_int_equal(archive.entries[4].mode, 0); /* not said to be a regular file: nothing that counts */
    assert_null(archive_find(&archive, "PKG/run"));
    assert_null(archive_find(&archive, "pkg/no"));
}

static void reads_an_empty_archive(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, NULL, 0);
    struct archive archive;
    struct cvenv_error err;
    assert_true(archive_open(&arena, zip.data, zip.length, &archive, &err));
    assert_int_equal(archive.count, 0);
    assert_null(archive_find(&archive, "x"));
}

/* A member written to a stream: sizes in a descriptor behind it, with and without its signature. */
static void reads_descriptors(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, &sample[2], 1);
    const size_t central = zip.length - 22 - 46 - strlen("pkg/run");
    for (int with_signature = 0; with_signature < 2; with_signature++) {
        struct text out = TEXT_INIT(&arena);
        text_add(&out, zip.data, central);
        text_add(&out, "PK\7\10", with_signature ? 4 : 0);
        text_add(&out, zip.data + 14, 12);
        size_t moved = out.length - central;
        text_add(&out, zip.data + central, zip.length - central);
        unsigned char *data = (unsigned char *)out.data;
        data[6] = 8;
        memset(data + 14, 0, 12);
        data[out.length - 22 + 16] = (unsigned char)(central + moved);
        central_of(data, out.length, 0)[8] = 8;
        struct archive archive;
        struct cvenv_error err;
        char buffer[64];
        assert_true(archive_open(&arena, data, out.length, &archive, &err));
        assert_true(archive_extract(&archive, &archive.entries[0], buffer, &err));
        data[central + 4] ^= 1;
        assert_refused(data, out.length, "descriptor");
    }
}

/* ---- bad ones */

static void refuses_names(void **state)
{
    (void)state;
    char long_name[1100], long_component[300];
    memset(long_name, 'a', sizeof long_name);
    for (size_t i = 50; i < sizeof long_name; i += 50)
        long_name[i] = '/';
    long_name[sizeof long_name - 1] = '\0';
    memset(long_component, 'a', sizeof long_component);
    long_component[sizeof long_component - 1] = '\0';
    assert_member_refused("/etc/passwd", "absolute");
    assert_member_refused("../x", "\"..\"");
    assert_member_refused("a/../x", "\"..\"");
    assert_member_refused("a/..", "\"..\"");
    assert_member_refused("./x", "\".\"");
    assert_member_refused("a//x", "empty component");
    assert_member_refused("", "is empty");
    assert_member_refused("/", "is empty");
    assert_member_refused("a//", "empty component");
    assert_member_refused("a\\x", "back-slash");
    assert_member_refused("c:x", "colon");
    assert_member_refused("a\nb", "control character");
    assert_member_refused("a\x7f", "control character");
    assert_member_refused("a\xc2\x85", "control character");
    assert_member_refused("a\xff", "not UTF-8");
    assert_member_refused("a\xc0\xaf", "not UTF-8");
    assert_member_refused("a\xed\xa0\x80", "not UTF-8");
    assert_member_refused(long_name, "too long");
    assert_member_refused(long_component, "too long");
}

static void refuses_names_of_unknown_encoding(void **state)
{
    (void)state;
    const struct zip_member member = { "f\xc3\xbcr", { "x", 1 }, 0, ZIP_FILE, 0, NULL };
    struct slice zip = zip_make(&arena, &member, 1);
    assert_refused(zip.data, zip.length, "unknown character set");
}

static void refuses_nul_in_names(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    unsigned char *data = copy_of(zip);
    central_of(data, zip.length, 2)[46 + 5] = 0;
    assert_refused(data, zip.length, "control character");
}

static void assert_pair_refused(const char *one, const char *other, const char *reason)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct zip_member members[3] = { [1] = { "m", { "", 0 }, 0, ZIP_FILE, 0, NULL } };
        const char *names[] = { one, other };
        for (int i = 0; i < 2; i++) {
            const char *name = names[i ^ swapped];
            bool directory = name[strlen(name) - 1] == '/';
            members[2 * i] = (struct zip_member){ name, { "x", directory ? 0 : 1 },
                                                  0,    directory ? ZIP_DIRECTORY : ZIP_FILE,
                                                  0,    NULL };
        }
        struct slice zip = zip_make(&arena, members, 3);
        assert_refused(zip.data, zip.length, reason);
    }
}

static void refuses_names_that_clash(void **state)
{
    (void)state;
    assert_pair_refused("a/b", "a/b", "twice");
    assert_pair_refused("a/b", "A/b", "twice");
    assert_pair_refused("a/B", "a/b", "upper and lower case");
    assert_pair_refused("a/x", "A/y", "upper and lower case");
    assert_pair_refused("a", "a/b", "below a file");
    assert_pair_refused("A", "a/b", "below a file");
    assert_pair_refused("a/b", "a/b/c/d", "below a file");
    assert_pair_refused("a/", "a", "twice");
    assert_pair_refused("A/", "a/b", "upper and lower case");
}

static void accepts_names_that_only_look_alike(void **state)
{
    (void)state;
    const struct zip_member members[] = {
        { "a-b", { "", 0 }, 0, ZIP_FILE, 0, NULL }, { "a/b", { "", 0 }, 0, ZIP_FILE, 0, NULL },
        { "a.b", { "", 0 }, 0, ZIP_FILE, 0, NULL }, { "a/", { "", 0 }, 0, ZIP_DIRECTORY, 0, NULL },
        { "ab", { "", 0 }, 0, ZIP_FILE, 0, NULL },  { "a/bc/d", { "", 0 }, 0, ZIP_FILE, 0, NULL },
        { "..a", { "", 0 }, 0, ZIP_FILE, 0, NULL }, { "a b (c).tmpl", { "", 0 }, 0, ZIP_FILE, 0, NULL },
    };
    struct slice zip = zip_make(&arena, members, sizeof members / sizeof *members);
    struct archive archive;
    struct cvenv_error err;
    assert_true(archive_open(&arena, zip.data, zip.length, &archive, &err));
}

static void refuses_links_and_devices(void **state)
{
    (void)state;
    const unsigned modes[] = { ZIP_LINK, 0020644, 0060644, 0010644, 0140644, ZIP_DIRECTORY };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const struct zip_member member = { "x", { "/etc/passwd", 11 }, 0, modes[i], 0, NULL };
        struct slice zip = zip_make(&arena, &member, 1);
        assert_refused(zip.data, zip.length, "neither a file nor a directory");
    }
}

static void refuses_extra_fields_that_say_otherwise(void **state)
{
    (void)state;
    const struct zip_member name = { "x", { "x", 1 }, 0, ZIP_FILE, 0, "\x75\x70\1\0y" };
    const struct zip_member size = { "x", { "x", 1 }, 0, ZIP_FILE, 0, "\1\0\1\0\1" };
    const struct zip_member cut = { "x", { "x", 1 }, 0, ZIP_FILE, 0, "\x33\x33\2\0\1" };
    const struct zip_member other = { "x", { "x", 1 }, 0, ZIP_FILE, 0, "\x33\x33\1\0\1" };
    const struct zip_member *bad[] = { &name, &size, &cut };
    struct archive archive;
    struct cvenv_error err;
    for (size_t i = 0; i < 3; i++) {
        struct slice zip = zip_make(&arena, bad[i], 1);
        assert_refused(zip.data, zip.length, "more than one size, place or name");
    }
    struct slice zip = zip_make(&arena, &other, 1);
    assert_true(archive_open(&arena, zip.data, zip.length, &archive, &err));
}

enum where { CENTRAL, LOCAL, END };

/* One byte of a good archive (member 2 is deflated, 3 is stored) changed, and what is then said. */
static const struct spoilt {
    enum where where;
    size_t member, offset;
    unsigned char value;
    const char *reason;
} spoilt[] = {
    { END, 0, 0, 'X', "does not end as one" },
    { END, 0, 4, 1, "several parts" },
    { END, 0, 8, 1, "several parts" },
    { END, 0, 12, 1, "not where it should be" },
    { END, 0, 16, 1, "not where it should be" },
    { END, 0, 20, 1, "comment" },
    { CENTRAL, 0, 0, 'X', "directory is damaged" },
    { CENTRAL, 4, 28, 200, "directory is cut off" },
    { CENTRAL, 2, 8, 1, "encrypted" },
    { CENTRAL, 2, 8, 0x40, "encrypted" },
    { CENTRAL, 2, 10, 12, "method other than deflate" },
    { CENTRAL, 2, 23, 0x10, "larger than 64 MiB" },
    { CENTRAL, 2, 27, 0x10, "larger than 64 MiB" },
    { CENTRAL, 3, 24, 7, "cannot be true" },
    { CENTRAL, 0, 24, 1, "cannot be true" },
    { CENTRAL, 2, 16, 0xff, "contradicts the directory" },
    { CENTRAL, 2, 24, 41, "contradicts the directory" },
    { CENTRAL, 2, 34, 1, "more than one size, place or name" },
    { CENTRAL, 2, 42, 0, "overlaps another" },
    { CENTRAL, 2, 44, 1, "unknown bytes before it" },
    { CENTRAL, 2, 52, 'm', "contradicts the directory" },
    { LOCAL, 2, 0, 'X', "not where the directory says" },
    { LOCAL, 2, 6, 1, "contradicts the directory" },
    { LOCAL, 2, 6, 8, "descriptor" },
    { LOCAL, 3, 7, 0, "unknown character set" },
    { LOCAL, 2, 8, 0, "contradicts the directory" },
    { LOCAL, 2, 14, 0xff, "contradicts the directory" },
    { LOCAL, 2, 18, 0xff, "contradicts the directory" },
    { LOCAL, 2, 22, 41, "contradicts the directory" },
    { LOCAL, 2, 26, 6, "contradicts the directory" },
    { LOCAL, 2, 27, 0xff, "cut off" },
    { LOCAL, 2, 34, 'P', "contradicts the directory" },
};

static void refuses_what_contradicts_itself(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        const struct spoilt *s = &spoilt[i];
        unsigned char *data = copy_of(zip);
        unsigned char *at = s->where == END       ? data + zip.length - 22
                            : s->where == CENTRAL ? central_of(data, zip.length, s->member)
                                                  : local_of(data, zip.length, s->member);
        assert_int_not_equal(at[s->offset], s->value);
        at[s->offset] = s->value;
        assert_refused(data, zip.length, s->reason);
    }
}

static void refuses_hidden_bytes(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    struct text before = TEXT_INIT(&arena), behind = TEXT_INIT(&arena), twice = TEXT_INIT(&arena);
    text_add_format(&before, "#!/bin/sh\n");
    text_add(&before, zip.data, zip.length);
    assert_refused(before.data, before.length, "not where it should be");
    text_add(&behind, zip.data, zip.length);
    text_add_char(&behind, '\n');
    assert_refused(behind.data, behind.length, "does not end as one");
    text_add(&twice, zip.data, zip.length);
    text_add(&twice, zip.data, zip.length);
    assert_refused(twice.data, twice.length, "not where it should be");
}

static void refuses_too_much(void **state)
{
    (void)state;
    struct zip_member *members = arena_array(&arena, 20001, sizeof *members);
    for (size_t i = 0; i < 20001; i++)
        members[i] = (struct zip_member){ arena_format(&arena, "f%zu", i), { "", 0 }, 0, ZIP_FILE, 0, NULL };
    struct slice zip = zip_make(&arena, members, 20001);
    assert_refused(zip.data, zip.length, "more than 20000 members");
    struct archive archive;
    struct cvenv_error err;
    zip = zip_make(&arena, members, 20000);
    assert_true(archive_open(&arena, zip.data, zip.length, &archive, &err));

    struct zip_member many[5];
    for (size_t i = 0; i < 5; i++)
        many[i] = (struct zip_member){ members[i].name, { "x", 1 }, 8, ZIP_FILE, 0, NULL };
    zip = zip_make(&arena, many, 5);
    unsigned char *data = copy_of(zip);
    size_t length = zip.length;
    for (size_t i = 0; i < 5; i++) {
        central_of(data, length, i)[27] = 0x03; /* 48 MiB each, and more */
        local_of(data, length, i)[25] = 0x03;
    }
    assert_true(archive_open(&arena, data, length, &archive, &err));
    for (size_t i = 0; i < 5; i++)
        central_of(data, length, i)[26] = local_of(data, length, i)[24] = 0xff;
    assert_refused(data, length, "more than 256 MiB");
}

static void assert_not_extracted(const unsigned char *data, size_t length, size_t member, const char *reason)
{
    struct archive archive;
    struct cvenv_error err;
    char buffer[64];
    assert_true(archive_open(&arena, data, length, &archive, &err));
    assert_false(archive_extract(&archive, &archive.entries[member], buffer, &err));
    assert_int_equal(err.code, CVENV_ERROR_SEED);
    assert_non_null(strstr(err.message, reason));
}

static void refuses_damaged_contents(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    unsigned char *data = copy_of(zip);
    local_of(data, zip.length, 3)[30 + strlen(sample[3].name)] ^= 1;
    assert_not_extracted(data, zip.length, 3, "wrong checksum");
    local_of(data, zip.length, 2)[30 + strlen("pkg/run")] ^= 6;
    assert_not_extracted(data, zip.length, 2, "damaged");
    /* More, or less, comes out than was said: never a byte beyond the buffer. */
    for (int size = 39; size <= 41; size += 2) {
        data = copy_of(zip);
        central_of(data, zip.length, 2)[24] = local_of(data, zip.length, 2)[22] = (unsigned char)size;
        assert_not_extracted(data, zip.length, 2, "damaged");
    }
}

/* Cut anywhere, or with any bit changed: it is refused or read, and never read beyond its end (as sanitizers tell). */
static void survives_any_damage(void **state)
{
    (void)state;
    struct slice zip = zip_make(&arena, sample, SAMPLE);
    for (size_t length = 0; length < zip.length; length++) {
        struct arena own = ARENA_INIT;
        unsigned char *cut = (unsigned char *)arena_alloc(&own, length + 1);
        memcpy(cut, zip.data, length);
        assert_refused(cut, length, "not a zip archive");
        arena_release(&own);
    }
    for (size_t bit = 0; bit < 8 * zip.length; bit++) {
        struct arena own = ARENA_INIT;
        unsigned char *data = (unsigned char *)arena_copy(&own, zip.data, zip.length);
        struct archive archive;
        struct cvenv_error err;
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (archive_open(&own, data, zip.length, &archive, &err)) {
            for (size_t i = 0; i < archive.count; i++)
                archive_extract(&archive, &archive.entries[i], arena_alloc(&own, (size_t)archive.entries[i].size),
                                &err);
        }
        arena_release(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_all_members, teardown),
        cmocka_unit_test_teardown(reads_an_empty_archive, teardown),
        cmocka_unit_test_teardown(reads_descriptors, teardown),
        cmocka_unit_test_teardown(refuses_names, teardown),
        cmocka_unit_test_teardown(refuses_names_of_unknown_encoding, teardown),
        cmocka_unit_test_teardown(refuses_nul_in_names, teardown),
        cmocka_unit_test_teardown(refuses_names_that_clash, teardown),
        cmocka_unit_test_teardown(accepts_names_that_only_look_alike, teardown),
        cmocka_unit_test_teardown(refuses_links_and_devices, teardown),
        cmocka_unit_test_teardown(refuses_extra_fields_that_say_otherwise, teardown),
        cmocka_unit_test_teardown(refuses_what_contradicts_itself, teardown),
        cmocka_unit_test_teardown(refuses_hidden_bytes, teardown),
        cmocka_unit_test_teardown(refuses_too_much, teardown),
        cmocka_unit_test_teardown(refuses_damaged_contents, teardown),
        cmocka_unit_test_teardown(survives_any_damage, teardown),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
