/* SPDX-License-Identifier: MIT */
/* Asking, remembering and following interpreters. The interpreters are copies of this program, which says what it is told to. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "interpreter/probe.h"
#include "interpreter/remember.h"

extern char **environ;

/* ---- the interpreter ------------------------------------------------------------------------------------- */

static void append(const char *path, const char *end, const char *line)
{
    char name[512];
    snprintf(name, sizeof name, "%s.%s", path, end);
    FILE *file = fopen(name, "a");
    if (file == NULL)
        abort();
    fprintf(file, "%s\n", line);
    fclose(file);
}

/* Does what the first line of PROGRAM.does says, and notes in PROGRAM.log where and how it was started. */
static int pretend(char **argv)
{
    char name[512], cwd[512], line[1024] = "";
    snprintf(name, sizeof name, "%s.does", argv[0]);
    if (getcwd(cwd, sizeof cwd) == NULL)
        abort();
    append(argv[0], "log", cwd);
    for (char **variable = environ; *variable != NULL; variable++)
        append(argv[0], "environment", *variable);
    FILE *file = fopen(name, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        abort();
    if (strcmp(line, "crash\n") == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (strcmp(line, "hang\n") == 0)
        pause();
    for (int i = 0; strcmp(line, "flood\n") == 0 && i < 100000; i++)
        puts("lots and lots of text that has no end");
    if (strcmp(line, "be old\n") == 0 && strcmp(argv[1], "-I") == 0) {
        fputs("Unknown option: -I\nusage: python [option]\n", stderr);
        return 2;
    }
    if (strcmp(line, "fail\n") == 0) {
        fputs("Traceback (most recent call last):\n  File x\nImportError: no os\n", stderr);
        return 3;
    }
    while (fgets(line, sizeof line, file) != NULL)
        fputs(line, stdout);
    fclose(file);
    return 0;
}

/* ---- the test's directory -------------------------------------------------------------------------------- */

struct fixture {
    struct arena arena;
    char root[64];
    struct disk_dir cache;
    const char *environment[8];
    struct facts facts;
    struct cvenv_error err;
};

static char self[512];

static const char *at(struct fixture *f, const char *name)
{
    return arena_format(&f->arena, "%s/%s", f->root, name);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *read_file(struct fixture *f, const char *name)
{
    struct slice text;
    return disk_read_path(&f->arena, at(f, name), 1 << 20, &text) == 0 ? text.data : "";
}

static size_t times_asked(struct fixture *f, const char *name)
{
    size_t lines = 0;
    for (const char *c = read_file(f, arena_format(&f->arena, "%s.log", name)); *c != '\0'; c++)
        lines += *c == '\n';
    return lines;
}

/* Lets the clock go on far enough that what was written before counts as settled. */
static void settle(void)
{
    nanosleep(&(struct timespec){ 0, 60000000 }, NULL);
}

static const char *answer(struct fixture *f, const char *says, const char *executable, const char *more)
{
    return arena_format(&f->arena,
                        "answer\n=== cvenv facts 1 ===\nversion = 3.12.1\nself = %s\nexecutable = %s\nreal_executable = %s\n"
                        "implementation = cpython\nabi_thread =\nprefix = %s\nstdlib = %s/lib\nbin_name = bin\ninclude_path = include\n"
                        "lib_path = lib/x\nplatlib_path = lib/x\nlib64 = 0\ncache_tag = x\nmagic = 00000000\nname = python\n"
                        "watch = %s/landmark\nwatch = %s/absent\n%s=== end of facts ===\n",
                        at(f, says), at(f, executable), at(f, executable), f->root, f->root, f->root, f->root, more);
}

static void does(struct fixture *f, const char *name, const char *what)
{
    write_file(at(f, arena_format(&f->arena, "%s.does", name)), what);
}

/* A program that describes itself. */
static void make_program(struct fixture *f, const char *name)
{
    struct disk_dir root;
    assert_int_equal(disk_open_path(f->root, &root), 0);
    assert_int_equal(disk_copy_path(self, root, name, 0755, false), 0);
    disk_close(root);
    does(f, name, answer(f, name, name, ""));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->root, "/tmp/test_probe.XXXXXX");
    assert_non_null(mkdtemp(f->root));
    assert_int_equal(mkdir(at(f, "cache"), 0700), 0);
    assert_int_equal(mkdir(at(f, "cwd"), 0700), 0);
    assert_int_equal(disk_open_path(at(f, "cache"), &f->cache), 0);
    write_file(at(f, "landmark"), "x");
    make_program(f, "python");
    settle();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct disk_dir parent;
    disk_close(f->cache);
    assert_int_equal(disk_open_path("/tmp", &parent), 0);
    assert_int_equal(disk_remove_tree(parent, strrchr(f->root, '/') + 1), 0);
    disk_close(parent);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static bool probe(struct fixture *f, const char *name)
{
    struct probe p = { .executable = at(f, name), .cwd = at(f, "cwd"), .cache = f->cache, .environment = f->environment };
    f->err.message[0] = '\0';
    return probe_facts(&f->arena, &p, &f->facts, &f->err);
}

static void answers(struct fixture *f, const char *name, const char *executable)
{
    if (!probe(f, name))
        fail_msg("%s", f->err.message);
    assert_string_equal(f->facts.executable, at(f, executable));
}

static void fails(struct fixture *f, const char *name, const char *message)
{
    assert_false(probe(f, name));
    assert_int_equal(f->err.code, CVENV_ERROR_INTERPRETER);
    assert_string_equal(f->err.message, arena_format(&f->arena, "%s: %s", at(f, name), message));
}

/* The one file in which facts are remembered. */
static int note_name(void *user, const char *name)
{
    strcpy(user, name);
    return 0;
}

static const char *remembered(struct fixture *f)
{
    char name[256] = "";
    struct disk_dir directory;
    assert_int_equal(disk_open_path(at(f, "cache/facts-1"), &directory), 0);
    assert_int_equal(disk_list(directory, note_name, name), 0);
    disk_close(directory);
    assert_int_equal(strlen(name), 64);
    return arena_format(&f->arena, "cache/facts-1/%s", name);
}

/* ---- remembering ----------------------------------------------------------------------------------------- */

static void facts_are_asked_once(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++)
        answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 1);
    assert_string_equal(read_file(f, "python.log"), "/\n");
}

static void without_a_cache_they_are_asked_always(void **state)
{
    struct fixture *f = *state;
    disk_close(f->cache);
    f->cache = DISK_NO_DIR;
    answers(f, "python", "python");
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 2);
}

/* What changes, in all ways, makes the program be asked again: but once. */
static void asked_again(struct fixture *f, const char *name)
{
    size_t before = times_asked(f, name);
    settle();
    answers(f, name, name);
    assert_int_equal(times_asked(f, name), before + 1);
    answers(f, name, name);
    assert_int_equal(times_asked(f, name), before + 1);
}

static void a_change_is_noticed(void **state)
{
    struct fixture *f = *state;
    answers(f, "python", "python");
    write_file(at(f, "landmark"), "longer");
    asked_again(f, "python");
    assert_int_equal(chmod(at(f, "python"), 0700), 0);
    asked_again(f, "python");
    assert_int_equal(rename(at(f, "python"), at(f, "old")), 0);
    make_program(f, "python");
    asked_again(f, "python");
    write_file(at(f, "absent"), "");
    asked_again(f, "python");
    assert_int_equal(unlink(at(f, "landmark")), 0);
    asked_again(f, "python");
}

static void a_change_that_keeps_size_and_time_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    answers(f, "python", "python");
    assert_int_equal(stat(at(f, "landmark"), &st), 0);
    write_file(at(f, "landmark"), "y");
    struct timespec times[2] = { st.st_atim, st.st_mtim };
    assert_int_equal(utimensat(AT_FDCWD, at(f, "landmark"), times, 0), 0);
    asked_again(f, "python");
}

/* A change that came right after the question could have the same time stamp as the file had when it was looked at. */
static void what_changed_just_before_is_not_remembered(void **state)
{
    struct fixture *f = *state;
    struct disk_stat st, program;
    struct memory memory = { f->cache, at(f, "python"), "" };
    const char *text = answer(f, "python", "python", "");
    struct slice said = { text, strlen(text) }, found;
    assert_int_equal(disk_stat_path(at(f, "landmark"), &st), 0);
    assert_int_equal(disk_stat_path(at(f, "python"), &program), 0);
    int64_t changed = st.ctime > program.ctime ? st.ctime : program.ctime;
    remember_keep(&f->arena, &memory, said, changed - 1000000000);
    assert_false(remember_find(&f->arena, &memory, &found));
    remember_keep(&f->arena, &memory, said, changed + 1000000);
    assert_false(remember_find(&f->arena, &memory, &found));
    remember_keep(&f->arena, &memory, said, changed + 3000000000);
    assert_true(remember_find(&f->arena, &memory, &found));
    assert_non_null(strstr(found.data, text));
}

static void links_are_part_of_it(void **state)
{
    struct fixture *f = *state;
    make_program(f, "other");
    assert_int_equal(symlink("python", at(f, "middle")), 0);
    assert_int_equal(symlink("middle", at(f, "link")), 0);
    does(f, "link", answer(f, "link", "link", ""));
    asked_again(f, "link");
    assert_int_equal(unlink(at(f, "middle")), 0);
    assert_int_equal(symlink("python", at(f, "middle")), 0);
    asked_again(f, "link");
    assert_int_equal(unlink(at(f, "middle")), 0);
    assert_int_equal(symlink("other", at(f, "middle")), 0);
    asked_again(f, "link");
}

static void the_library_path_is_part_of_the_question(void **state)
{
    struct fixture *f = *state;
    answers(f, "python", "python");
    f->environment[0] = "LD_LIBRARY_PATH=/nowhere";
    answers(f, "python", "python");
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 2);
}

static void corrupt_memories_are_not_believed(void **state)
{
    struct fixture *f = *state;
    answers(f, "python", "python");
    const char *name = remembered(f), *text = read_file(f, name);
    size_t length = strlen(text), asked = 1;
    for (size_t i = 0; i < length; i += 97) {
        char *altered = arena_string(&f->arena, text);
        altered[i] ^= 1;
        write_file(at(f, name), altered);
        answers(f, "python", "python");
        assert_int_equal(times_asked(f, "python"), ++asked);
        altered[i] = '\0';
        write_file(at(f, name), altered);
        answers(f, "python", "python");
        assert_int_equal(times_asked(f, "python"), ++asked);
    }
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), asked);
}

static void memories_that_others_may_write_are_not_believed(void **state)
{
    struct fixture *f = *state;
    answers(f, "python", "python");
    struct stat st;
    assert_int_equal(stat(at(f, remembered(f)), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(at(f, remembered(f)), 0622), 0);
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 2);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(at(f, remembered(f)), 12345, (gid_t)-1), 0);
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 3);
}

static void a_memory_under_another_name_is_not_believed(void **state)
{
    struct fixture *f = *state;
    make_program(f, "other");
    answers(f, "python", "python");
    const char *name = remembered(f), *text = read_file(f, name);
    assert_int_equal(unlink(at(f, name)), 0);
    settle();
    answers(f, "other", "other");
    write_file(at(f, remembered(f)), text);
    answers(f, "other", "other");
    assert_int_equal(times_asked(f, "other"), 2);
}

static void a_cache_that_cannot_be_written_is_no_error(void **state)
{
    struct fixture *f = *state;
    write_file(at(f, "cache/facts-1"), "in the way");
    answers(f, "python", "python");
    assert_string_equal(read_file(f, "cache/facts-1"), "in the way");
    assert_int_equal(unlink(at(f, "cache/facts-1")), 0);
    assert_int_equal(mkdir(at(f, "elsewhere"), 0700), 0);
    assert_int_equal(symlink("../elsewhere", at(f, "cache/facts-1")), 0);
    answers(f, "python", "python");
    assert_int_equal(rmdir(at(f, "elsewhere")), 0);
}

/* ---- whom to ask ----------------------------------------------------------------------------------------- */

static void the_base_describes_itself(void **state)
{
    struct fixture *f = *state;
    make_program(f, "base");
    does(f, "python", answer(f, "python", "base", ""));
    does(f, "base", answer(f, "base", "base", "seed = pip 1 /w/pip.whl\n"));
    settle();
    for (int i = 0; i < 2; i++) {
        answers(f, "python", "base");
        assert_string_equal(f->facts.seeds[0].path, "/w/pip.whl");
    }
    assert_int_equal(times_asked(f, "python"), 1);
    assert_int_equal(times_asked(f, "base"), 1);
}

static void a_circle_is_an_error(void **state)
{
    struct fixture *f = *state;
    make_program(f, "base");
    does(f, "python", answer(f, "python", "base", ""));
    does(f, "base", answer(f, "base", "python", ""));
    fails(f, "python", "leads to no base interpreter");
}

static void a_base_that_is_gone_is_named(void **state)
{
    struct fixture *f = *state;
    does(f, "python", answer(f, "python", "gone", ""));
    fails(f, "python", arena_format(&f->arena, "the base interpreter: %s: cannot be started: No such file or directory", at(f, "gone")));
}

static void a_script_is_run_where_the_user_is_and_never_remembered(void **state)
{
    struct fixture *f = *state;
    write_file(at(f, "script"), arena_format(&f->arena, "#!/bin/sh\nexec %s \"$@\"\n", at(f, "python")));
    assert_int_equal(chmod(at(f, "script"), 0755), 0);
    settle();
    answers(f, "script", "python");
    answers(f, "script", "python");
    assert_string_equal(read_file(f, "python.log"), arena_format(&f->arena, "%s\n/\n%s\n", at(f, "cwd"), at(f, "cwd")));
}

static void a_wrapper_is_asked_where_the_user_is(void **state)
{
    struct fixture *f = *state;
    make_program(f, "wrapper");
    does(f, "wrapper", answer(f, "python", "python", ""));
    settle();
    answers(f, "wrapper", "python");
    answers(f, "wrapper", "python");
    const char *cwd = at(f, "cwd");
    assert_string_equal(read_file(f, "wrapper.log"), arena_format(&f->arena, "/\n%s\n/\n%s\n", cwd, cwd));
    assert_int_equal(times_asked(f, "python"), 1);
}

static void variables_that_python_obeys_are_taken_away(void **state)
{
    struct fixture *f = *state;
    const char *const variables[] = { "PYTHONPATH=/x", "HOME=/h", "__PYVENV_LAUNCHER__=/y", "PYTHONHOME=/z", "BASH_ENV=/b", "LANG=C",
                                      "LC_ALL=de_DE" };
    memcpy(f->environment, variables, sizeof variables);
    answers(f, "python", "python");
    const char *got = read_file(f, "python.environment");
    assert_non_null(strstr(got, "HOME=/h\n"));
    assert_non_null(strstr(got, "LANG=C\n"));
    assert_non_null(strstr(got, "LC_ALL=C.UTF-8\n"));
    assert_null(strstr(got, "de_DE"));
    assert_null(strstr(got, "PYTHON"));
    assert_null(strstr(got, "LAUNCHER"));
    assert_null(strstr(got, "BASH_ENV"));
}

/* ---- pyenv ----------------------------------------------------------------------------------------------- */

static void make_pyenv(struct fixture *f)
{
    static const char *const directories[] = { "pyenv", "pyenv/shims", "pyenv/versions", "pyenv/versions/3.1", "pyenv/versions/3.1/bin",
                                               "pyenv/versions/3.2", "pyenv/versions/3.2/bin", "pyenv/versions/2.7", "cwd/deep" };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        assert_int_equal(mkdir(at(f, directories[i]), 0755), 0);
    make_program(f, "pyenv/versions/3.1/bin/python3");
    make_program(f, "pyenv/versions/3.2/bin/python3");
    write_file(at(f, "pyenv/shims/python3"),
               arena_format(&f->arena, "#!/bin/sh\nset -e\n\nprogram=\"${0##*/}\"\n\nexport PYENV_ROOT=\"%s/pyenv\"\n"
                                       "echo shim was run >&2\nexec \"%s/none\" exec \"$program\" \"$@\"\n", f->root, f->root));
    assert_int_equal(chmod(at(f, "pyenv/shims/python3"), 0755), 0);
    write_file(at(f, "pyenv/version"), "# global\n\n3.2\n");
}

static void a_shim_of_pyenv_is_understood(void **state)
{
    struct fixture *f = *state;
    make_pyenv(f);
    answers(f, "pyenv/shims/python3", "pyenv/versions/3.2/bin/python3");
    write_file(at(f, "cwd/.python-version"), "2.7\n3.1 and a remark\r\n");
    answers(f, "pyenv/shims/python3", "pyenv/versions/3.1/bin/python3");
    f->environment[0] = "PYENV_VERSION=3.2:3.1";
    answers(f, "pyenv/shims/python3", "pyenv/versions/3.2/bin/python3");
}

static void what_is_not_plain_is_left_to_pyenv(void **state)
{
    struct fixture *f = *state;
    make_pyenv(f);
    static const char *const versions[] = { "system", "3", "2.7", "../versions/3.1", ".", "3.9" };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        write_file(at(f, "cwd/.python-version"), versions[i]);
        assert_false(probe(f, "pyenv/shims/python3"));
        assert_non_null(strstr(f->err.message, "shim was run"));
    }
    write_file(at(f, "cwd/.python-version"), "3.1");
    f->environment[0] = "PYENV_HOOK_PATH=/x";
    assert_false(probe(f, "pyenv/shims/python3"));
    assert_non_null(strstr(f->err.message, "shim was run"));
}

/* ---- what goes wrong ------------------------------------------------------------------------------------- */

static void trouble_is_named(void **state)
{
    struct fixture *f = *state;
    does(f, "python", "crash\n");
    fails(f, "python", "crashed: ended by signal 11 (SIGSEGV)");
    does(f, "python", "fail\n");
    fails(f, "python", "does not answer as a Python does (exit status 3): ImportError: no os");
    does(f, "python", "garbage\nhello\nworld\n");
    fails(f, "python", "does not answer as a Python does (exit status 0)");
    does(f, "python", "flood\n");
    fails(f, "python", "printed too much");
    does(f, "python", "be old\n=== cvenv facts 1 ===\nversion = 2.7.18\n=== end of facts ===\n");
    fails(f, "python", "is Python 2.7.18, but 3.6 or later is needed");
    write_file(at(f, "text"), "no program\n");
    assert_int_equal(chmod(at(f, "text"), 0755), 0);
    fails(f, "text", "cannot be started: Exec format error");
    assert_int_equal(access(at(f, "cache/facts-1"), F_OK), -1);
}

static void five_seconds_are_enough(void **state)
{
    struct fixture *f = *state;
    does(f, "python", "hang\n");
    int64_t start = disk_clock();
    fails(f, "python", "did not answer within 5 seconds");
    assert_in_range(disk_clock() - start, 4900000000, 30000000000);
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "-I") == 0 || strcmp(argv[1], "-E") == 0))
        return pretend(argv);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0 && realpath(argv[0], self) == NULL)
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_are_asked_once, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_cache_they_are_asked_always, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_that_keeps_size_and_time_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_changed_just_before_is_not_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(links_are_part_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(the_library_path_is_part_of_the_question, setup, teardown),
        cmocka_unit_test_setup_teardown(corrupt_memories_are_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(memories_that_others_may_write_are_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_memory_under_another_name_is_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cache_that_cannot_be_written_is_no_error, setup, teardown),
        cmocka_unit_test_setup_teardown(the_base_describes_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_circle_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(a_base_that_is_gone_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_script_is_run_where_the_user_is_and_never_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrapper_is_asked_where_the_user_is, setup, teardown),
        cmocka_unit_test_setup_teardown(variables_that_python_obeys_are_taken_away, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shim_of_pyenv_is_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_plain_is_left_to_pyenv, setup, teardown),
        cmocka_unit_test_setup_teardown(trouble_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(five_seconds_are_enough, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
