/* SPDX-License-Identifier: MIT */
/* The command line: what each option does, the sentences about mistakes, wrapping, and strings as Python shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "help.h"
#include "options.h"
#include "pystr.h"

#define MOST_ARGUMENTS 16

/* One command line read: what came of it and what was printed. */
struct answer {
    enum arguments_outcome outcome;
    struct request request;
    char *out, *err;
};

static struct answer answer;

static void forget(void)
{
    options_release(&answer.request);
    free(answer.out);
    free(answer.err);
    memset(&answer, 0, sizeof answer);
}

/* Reads the strings up to NULL. */
static struct request *ask(const char *first, ...)
{
    static char storage[MOST_ARGUMENTS][256];
    char *argv[MOST_ARGUMENTS + 1] = { storage[0] };
    int argc = 1;
    va_list rest;
    forget();
    va_start(rest, first);
    for (const char *string = first; string != NULL; string = va_arg(rest, const char *)) {
        assert_in_range(argc, 1, MOST_ARGUMENTS - 1);
        snprintf(storage[argc], sizeof storage[argc], "%s", string);
        argv[argc] = storage[argc];
        argc++;
    }
    va_end(rest);
    size_t lengths[2];
    struct arguments_output output = { open_memstream(&answer.out, &lengths[0]),
                                       open_memstream(&answer.err, &lengths[1]), 80 };
    answer.outcome = options_read(&answer.request, argc, argv, &output);
    fclose(output.out);
    fclose(output.err);
    return &answer.request;
}

/* The last line on stderr. */
static const char *mistake(void)
{
    assert_int_equal(answer.outcome, ARGUMENTS_WRONG);
    assert_string_equal(answer.out, "");
    const char *last = answer.err;
    for (const char *line = strchr(last, '\n'); line != NULL && line[1] != '\0'; line = strchr(last, '\n'))
        last = line + 1;
    return last;
}

static void test_defaults(void **state)
{
    (void)state;
    const struct request *r = ask("env", NULL);
    struct cvenv_options expected = CVENV_OPTIONS_INIT;
    expected.with_pip = true;
    assert_int_equal(answer.outcome, ARGUMENTS_GIVEN);
    assert_memory_equal(&r->options, &expected, sizeof expected);
    assert_int_equal(r->env_dirs.count, 1);
    assert_string_equal(r->env_dirs.items[0], "env");
    assert_null(r->env_dirs.items[1]);
    assert_int_equal(r->jobs, 0);
    assert_int_equal(r->verbosity, VERBOSITY_NORMAL);
    assert_string_equal(answer.out, "");
    assert_string_equal(answer.err, "");
}

/* Every flag changes its own member and no other. */
static void test_flags(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset;
        bool value;
    } flags[] = {
        { "--system-site-packages", offsetof(struct cvenv_options, system_site_packages), true },
        { "--clear", offsetof(struct cvenv_options, clear), true },
        { "--upgrade", offsetof(struct cvenv_options, upgrade), true },
        { "--without-pip", offsetof(struct cvenv_options, with_pip), false },
        { "--upgrade-deps", offsetof(struct cvenv_options, upgrade_deps), true },
        { "--without-scm-ignore-files", offsetof(struct cvenv_options, without_scm_ignore), true },
        { "--no-compile", offsetof(struct cvenv_options, no_compile), true },
        { "--relocatable", offsetof(struct cvenv_options, relocatable), true },
        { "--force", offsetof(struct cvenv_options, force), true },
        { "--no-cache", offsetof(struct cvenv_options, no_cache), true },
        { "--durable", offsetof(struct cvenv_options, durable), true },
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct cvenv_options expected = CVENV_OPTIONS_INIT;
        expected.with_pip = true;
        memcpy((char *)&expected + flags[i].offset, &flags[i].value, sizeof(bool));
        assert_memory_equal(&ask(flags[i].name, "env", NULL)->options, &expected, sizeof expected);
    }
}

static void test_values(void **state)
{
    (void)state;
    const struct request *r = ask("-p3.12", "--prompt=", "--wheel-dir", "a", "--link-mode=hardlink", "--jobs", "7", "x",
                                  "y", "--wheel-d=b", NULL);
    assert_string_equal(r->options.python, "3.12");
    assert_string_equal(r->options.prompt, "");
    assert_int_equal(r->options.link_mode, CVENV_LINK_HARDLINK);
    assert_int_equal(r->jobs, 7);
    assert_string_equal(r->options.wheel_dirs[0], "a");
    assert_string_equal(r->options.wheel_dirs[1], "b");
    assert_null(r->options.wheel_dirs[2]);
    assert_int_equal(r->env_dirs.count, 2);
    assert_int_equal(ask("--copies", "env", NULL)->options.links, CVENV_LINKS_COPIES);
    assert_int_equal(ask("--symlinks", "env", NULL)->options.links, CVENV_LINKS_SYMLINKS);
    assert_int_equal(ask("-vq", "env", NULL)->verbosity, VERBOSITY_QUIET);
    assert_int_equal(ask("-qv", "env", NULL)->verbosity, VERBOSITY_VERBOSE);
    assert_string_equal(ask("--cache-dir", "c", "env", NULL)->options.cache_dir, "c");
}

static void test_operands(void **state)
{
    (void)state;
    const struct request *r = ask("-v", "--", "-a", "--", "--clear", NULL);
    assert_int_equal(answer.outcome, ARGUMENTS_GIVEN);
    assert_int_equal(r->env_dirs.count, 3);
    assert_string_equal(r->env_dirs.items[0], "-a");
    assert_string_equal(r->env_dirs.items[1], "--");
    assert_string_equal(r->env_dirs.items[2], "--clear");
    assert_int_equal(ask("-1", "-", "", NULL)->env_dirs.count, 3);
    ask("a", "--clear", "b", NULL);
    assert_string_equal(mistake(), "cvenv: error: unrecognized arguments: b\n");
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[3], *sentence;
    } cases[] = {
        { { NULL }, "the following arguments are required: ENV_DIR" },
        { { "--nope", "e" }, "unrecognized arguments: --nope" },
        { { "--up", "e" }, "ambiguous option: --up could match --upgrade, --upgrade-deps" },
        { { "--symlinks", "--copies" }, "argument --copies: not allowed with argument --symlinks" },
        { { "--copies", "--symlinks" }, "argument --symlinks: not allowed with argument --copies" },
        { { "--no-cache", "--cache-dir=x" }, "argument --cache-dir: not allowed with argument --no-cache" },
        { { "e", "--prompt" }, "argument --prompt: expected one argument" },
        { { "-p", "-x" }, "argument -p/--python: expected one argument" },
        { { "--clear=1" }, "argument --clear: ignored explicit argument '1'" },
        { { "-v=\n'" }, "argument -v/--verbose: ignored explicit argument \"\\n'\"" },
        { { "-vxy", "e" }, "unrecognized arguments: -xy" },
        { { "--link-mode=x" }, "argument --link-mode: invalid choice: 'x' (choose from auto, clone, hardlink, copy)" },
        { { "--jobs=0" }, "argument --jobs: expected a number from 1 to 1024, not '0'" },
        { { "--jobs=99999999999" }, "argument --jobs: expected a number from 1 to 1024, not '99999999999'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "cvenv: error: %s\n", cases[i].sentence);
        ask(cases[i].arguments[0], cases[i].arguments[1], cases[i].arguments[2], NULL);
        assert_string_equal(mistake(), expected);
        assert_int_equal(strncmp(answer.err, "usage: cvenv [-h] ", 18), 0);
    }
}

/* Help and version come when they are reached: before what is wrong behind them, not before what is wrong ahead. */
static void test_help(void **state)
{
    (void)state;
    ask("--help", "--nope", "--up", NULL);
    assert_int_equal(answer.outcome, ARGUMENTS_SHOWN);
    assert_non_null(strstr(answer.out, "\n  -p, --python SPEC     The base interpreter: "));
    assert_string_equal(answer.err, "");
    ask("--version", NULL);
    assert_string_equal(answer.out, "cvenv " CVENV_VERSION "\n");
    ask("--up", "--help", NULL);
    assert_int_equal(answer.outcome, ARGUMENTS_WRONG);
    ask("-h-", NULL);
    assert_int_equal(answer.outcome, ARGUMENTS_WRONG);
}

static const char *wrapped(const char *text, int width)
{
    static char buffer[256];
    FILE *stream = fmemopen(buffer, sizeof buffer, "w");
    help_wrap(text, width, 2, stream);
    fclose(stream);
    return buffer;
}

static void test_wrap(void **state)
{
    (void)state;
    assert_string_equal(wrapped("one two three", 11), "one two\n  three\n");
    assert_string_equal(wrapped("one two-three", 8), "one two-\n  three\n");
    assert_string_equal(wrapped("a-b-c-def x", 6), "a-b-c-\n  def x\n");
    assert_string_equal(wrapped("--no-compile", 11), "--no-\n  compile\n");
    assert_string_equal(wrapped("abcdefghijklmno p", 11), "abcdefghijk\n  lmno p\n");
    assert_string_equal(wrapped("a abcdefghijklmno", 11), "a abcdefghi\n  jklmno\n");
}

static const char *shown(void (*how)(const char *string, FILE *out), const char *string)
{
    static char buffer[256];
    FILE *stream = fmemopen(buffer, sizeof buffer, "w");
    how(string, stream);
    fclose(stream);
    return buffer;
}

static void test_strings(void **state)
{
    (void)state;
    assert_string_equal(shown(pystr_repr, "plain"), "'plain'");
    assert_string_equal(shown(pystr_repr, "it's"), "\"it's\"");
    assert_string_equal(shown(pystr_repr, "'\""), "'\\'\"'");
    assert_string_equal(shown(pystr_repr, "\t\x1b\x7f\\"), "'\\t\\x1b\\x7f\\\\'");
    assert_string_equal(shown(pystr_repr, "\xc3\xa9\xc2\x85\xe2\x80\x8b"), "'\xc3\xa9\\x85\\u200b'");
    assert_string_equal(shown(pystr_repr, "\xf0\x9d\x9c\x8b\xf3\xa0\x80\x81"), "'\xf0\x9d\x9c\x8b\\U000e0001'");
    assert_string_equal(shown(pystr_text, "\xc3\xa9\xff\xc3"), "\xc3\xa9\\udcff\\udcc3");
    /* An over-long form, a surrogate, and what is above the last character are not UTF-8. */
    assert_string_equal(shown(pystr_text, "\xc0\xaf"), "\\udcc0\\udcaf");
    assert_string_equal(shown(pystr_text, "\xed\xa0\x80"), "\\udced\\udca0\\udc80");
    assert_string_equal(shown(pystr_text, "\xf4\x90\x80\x80"), "\\udcf4\\udc90\\udc80\\udc80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_flags),    cmocka_unit_test(test_values),
        cmocka_unit_test(test_operands), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_help),
        cmocka_unit_test(test_wrap),     cmocka_unit_test(test_strings),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    forget();
    return failed;
}
