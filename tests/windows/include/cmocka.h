/* SPDX-License-Identifier: MIT */
/*
 * The part of cmocka's interface that the unit tests use, for building them where no cmocka is to be had: for Windows. What
 * a test asserts is the same; mocks, memory checks and reports are left out.
 */
#ifndef CMOCKA_H
#define CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state), (*teardown)(void **state);
};

#define cmocka_unit_test(f) { #f, f, NULL, NULL }
#define cmocka_unit_test_setup(f, setup) { #f, f, setup, NULL }
#define cmocka_unit_test_teardown(f, teardown) { #f, f, NULL, teardown }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) { #f, f, setup, teardown }

enum cmocka_end { CMOCKA_PASSED, CMOCKA_FAILED, CMOCKA_SKIPPED };

static jmp_buf cmocka_way_out;

__attribute__((noreturn)) static inline void cmocka_leave(enum cmocka_end end)
{
    longjmp(cmocka_way_out, end);
}

__attribute__((noreturn)) static inline void cmocka_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%d: ", file, line);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    cmocka_leave(CMOCKA_FAILED);
}

#define print_message(...) printf(__VA_ARGS__)
#define skip() cmocka_leave(CMOCKA_SKIPPED)
#define fail_msg(...) cmocka_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail() cmocka_fail(__FILE__, __LINE__, "failed")
#define assert_true(c) ((c) ? (void)0 : cmocka_fail(__FILE__, __LINE__, "not true: %s", #c))
#define assert_false(c) ((c) ? cmocka_fail(__FILE__, __LINE__, "not false: %s", #c) : (void)0)
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_int_equal(a, b) cmocka_int(__FILE__, __LINE__, #a, (intmax_t)(a), (intmax_t)(b), 1)
#define assert_int_not_equal(a, b) cmocka_int(__FILE__, __LINE__, #a, (intmax_t)(a), (intmax_t)(b), 0)
#define assert_in_range(a, low, high) assert_true((uintmax_t)(a) >= (uintmax_t)(low) && (uintmax_t)(a) <= (uintmax_t)(high))
#define assert_string_equal(a, b) cmocka_string(__FILE__, __LINE__, #a, a, b)
#define assert_memory_equal(a, b, size) assert_true(memcmp(a, b, size) == 0)

static inline void cmocka_int(const char *file, int line, const char *what, intmax_t a, intmax_t b, int equal)
{
    if ((a == b) != equal)
        cmocka_fail(file, line, "%s is %lld, and %lld was %s", what, (long long)a, (long long)b, equal ? "wanted" : "not");
}

static inline void cmocka_string(const char *file, int line, const char *what, const char *a, const char *b)
{
    if (strcmp(a, b) != 0)
        cmocka_fail(file, line, "%s is \"%s\", and not \"%s\"", what, a, b);
}

static inline enum cmocka_end cmocka_run_one(const struct CMUnitTest *test, void **state)
{
    volatile int end = setjmp(cmocka_way_out);
    if (end == CMOCKA_PASSED && (test->setup == NULL || test->setup(state) == 0))
        test->test(state);
    if (test->teardown != NULL && test->teardown(state) != 0)
        end = CMOCKA_FAILED;
    return (enum cmocka_end)end;
}

static inline int cmocka_run(const struct CMUnitTest *tests, size_t count, int (*setup)(void **), int (*teardown)(void **))
{
    static const char *const ends[] = { "passed", "failed", "skipped" };
    void *shared = NULL;
    int failed = setup != NULL && setup(&shared) != 0;
    for (size_t i = 0; i < count; i++) {
        void *state = shared;
        enum cmocka_end end = cmocka_run_one(&tests[i], &state);
        printf("%s %s\n", ends[end], tests[i].name);
        fflush(stdout);
        failed += end == CMOCKA_FAILED;
    }
    return (teardown != NULL && teardown(&shared) != 0) + failed;
}

#define cmocka_run_group_tests(tests, setup, teardown) cmocka_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown) cmocka_run_group_tests(tests, setup, teardown)

#endif
