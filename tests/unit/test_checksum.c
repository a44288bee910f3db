/* SPDX-License-Identifier: MIT */
/* The checksum: of what is in memory, of what is in a file, and another one for everything else. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "disk/disk.h"

static unsigned char data[3 * CHECKSUM_PIECE];
static const size_t lengths[] = { 0, 1, 7, 8, 31, 32, 33, CHECKSUM_PIECE - 1, CHECKSUM_PIECE, CHECKSUM_PIECE + 1, 2 * CHECKSUM_PIECE,
                                  3 * CHECKSUM_PIECE - 5 };
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static int fill(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 37 + i / 251);
    return 0;
}

static void sees_every_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTHS; i++) {
        const uint64_t sum = checksum_of(data, lengths[i]);
        for (size_t bit = 0; bit < 8 * lengths[i]; bit += lengths[i] > 64 ? 1009 : 1) {
            data[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_true(checksum_of(data, lengths[i]) != sum);
            data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        assert_true(checksum_of(data, lengths[i]) == sum);
    }
}

static void sees_lengths(void **state)
{
    static const unsigned char zeroes[sizeof data];
    (void)state;
    for (size_t i = 1; i < LENGTHS; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(checksum_of(zeroes, lengths[i]) != checksum_of(zeroes, lengths[j]));
}

static void exchange(size_t a, size_t b, size_t length)
{
    unsigned char kept[CHECKSUM_PIECE];
    memcpy(kept, data + a, length);
    memcpy(data + a, data + b, length);
    memcpy(data + b, kept, length);
}

/* Words, blocks and pieces that changed places. */
static void sees_order(void **state)
{
    static const size_t sizes[] = { 8, 32, CHECKSUM_PIECE };
    const uint64_t sum = checksum_of(data, sizeof data);
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        exchange(0, sizes[i], sizes[i]);
        assert_true(checksum_of(data, sizeof data) != sum);
        exchange(0, sizes[i], sizes[i]);
    }
}

static void reads_files(void **state)
{
    char root[] = "/tmp/cvenv-test-checksum-XXXXXX";
    struct disk_dir dir;
    struct disk_stat st;
    uint64_t sum;
    (void)state;
    assert_non_null(mkdtemp(root));
    assert_int_equal(disk_open_path(root, &dir), 0);
    for (size_t i = 0; i < LENGTHS; i++) {
        assert_int_equal(disk_write_new(dir, "file", data, lengths[i], 0600, -1, false), 0);
        assert_int_equal(disk_checksum(dir, "file", lengths[i], &st, &sum), 0);
        assert_true(st.size == lengths[i] && sum == checksum_of(data, lengths[i]));
        if (lengths[i] > 0)
            assert_int_equal(disk_checksum(dir, "file", lengths[i] - 1, &st, &sum), EFBIG);
        assert_int_equal(disk_remove(dir, "file", DISK_FILE), 0);
    }
    assert_int_equal(disk_symlink("/etc/passwd", dir, "file"), 0);
    assert_int_equal(disk_checksum(dir, "file", UINT64_MAX, &st, &sum), ELOOP);
    assert_int_equal(disk_remove(dir, "file", DISK_FILE), 0);
    disk_close(dir);
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sees_every_bit), cmocka_unit_test(sees_lengths), cmocka_unit_test(sees_order),
                                        cmocka_unit_test(reads_files) };
    return cmocka_run_group_tests(tests, fill, NULL);
}
