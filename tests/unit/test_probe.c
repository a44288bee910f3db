/* SPDX-License-Identifier: MIT */
/* Whom to ask for facts, where, and what can go wrong. */
#include "pretenders.h"

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
    fails(f, "python",
          arena_format(&f->arena, "the base interpreter: %s: cannot be started: No such file or directory",
                       at(f, "gone")));
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
    const char *const variables[] = { "PYTHONPATH=/x", "HOME=/h",     "__PYVENV_LAUNCHER__=/y",
                                      "PYTHONHOME=/z", "BASH_ENV=/b", "LANG=C",
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
    static const char *const directories[] = { "pyenv",
                                               "pyenv/shims",
                                               "pyenv/versions",
                                               "pyenv/versions/3.1",
                                               "pyenv/versions/3.1/bin",
                                               "pyenv/versions/3.2",
                                               "pyenv/versions/3.2/bin",
                                               "pyenv/versions/2.7",
                                               "cwd/deep" };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        assert_int_equal(mkdir(at(f, directories[i]), 0755), 0);
    make_program(f, "pyenv/versions/3.1/bin/python3");
    make_program(f, "pyenv/versions/3.2/bin/python3");
    write_file(at(f, "pyenv/shims/python3"),
               arena_format(&f->arena,
                            "#!/bin/sh\nset -e\n\nprogram=\"${0##*/}\"\n\nexport PYENV_ROOT=\"%s/pyenv\"\n"
                            "echo shim was run >&2\nexec \"%s/none\" exec \"$program\" \"$@\"\n",
                            f->root, f->root));
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
    int status;
    if (is_pretender(argc, argv, &status))
        return status;
    const struct CMUnitTest tests[] = {
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
