/* SPDX-License-Identifier: MIT */
/* Console scripts: the bytes that each generation of pip writes, and that they run wherever the environment lies. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "disk/disk.h"
#include "find_python.h"
#include "seed/wheel.h"

static struct arena arena = ARENA_INIT;
static const struct entry_point pip = { "pip", "pip._internal.cli.main", "main", false };

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *script(const char *executable, const char *version)
{
    return wheel_script(&arena, &pip, executable, version, false).data;
}

#define BODY_26                                                                                                        \
    "import sys\nfrom pip._internal.cli.main import main\n"                                                            \
    "if __name__ == '__main__':\n    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(main())\n"
#define BODY_25                                                                                                        \
    "import sys\nfrom pip._internal.cli.main import main\nif __name__ == '__main__':\n"                                \
    "    if sys.argv[0].endswith('.exe'):\n        sys.argv[0] = sys.argv[0][:-4]\n    sys.exit(main())\n"
#define BODY_20                                                                                                        \
    "# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom pip._internal.cli.main import main\n"                        \
    "if __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n"             \
    "    sys.exit(main())\n"
#define BODY_9                                                                                                         \
    "# -*- coding: utf-8 -*-\nimport re\nimport sys\n\nfrom pip._internal.cli.main import main\n\n"                    \
    "if __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n"            \
    "    sys.exit(main())\n"

static void writes_what_each_pip_writes(void **state)
{
    (void)state;
    static const struct {
        const char *version, *text;
    } generations[] = {
        { "9.0.3", "#!/v/bin/python3\n\n" BODY_9 }, { "18.1", "#!/v/bin/python3\n\n" BODY_9 },
        { "19.0.3", "#!/v/bin/python3\n" BODY_9 },  { "19.2.3", "#!/v/bin/python3\n" BODY_9 },
        { "20.0.2", "#!/v/bin/python3\n" BODY_20 }, { "22.0.4", "#!/v/bin/python3\n" BODY_20 },
        { "24.2", "#!/v/bin/python3\n" BODY_20 },   { "25.1.1", "#!/v/bin/python3\n" BODY_20 },
        { "25.2", "#!/v/bin/python3\n" BODY_25 },   { "25.3", "#!/v/bin/python3\n" BODY_25 },
        { "26.0", "#!/v/bin/python3\n" BODY_26 },   { "27.1.dev0", "#!/v/bin/python3\n" BODY_26 },
    };
    for (size_t i = 0; i < sizeof generations / sizeof *generations; i++)
        assert_string_equal(script("/v/bin/python3", generations[i].version), generations[i].text);
}

static void names_the_first_part_of_an_attribute(void **state)
{
    (void)state;
    const struct entry_point point = { "x", "a.b", "C.d.e", false };
    const char *text = wheel_script(&arena, &point, "/v/bin/python3", "24.2", false).data;
    assert_non_null(strstr(text, "from a.b import C\n"));
    assert_non_null(strstr(text, "sys.exit(C.d.e())\n"));
}

/* 127 bytes with "#!" and the line end are the most that distlib writes plainly. */
static void counts_the_length_of_the_first_line(void **state)
{
    (void)state;
    char path[200] = "/";
    memset(path + 1, 'a', 123);
    assert_string_equal(script(path, "24.2"), arena_format(&arena, "#!%s\n%s", path, BODY_20));
    path[124] = 'a';
    assert_string_equal(script(path, "24.2"),
                        arena_format(&arena, "#!/bin/sh\n'''exec' %s \"$0\" \"$@\"\n' '''\n%s", path, BODY_20));
    assert_string_equal(script(path, "18.1"),
                        arena_format(&arena, "#!/bin/sh\n'''exec' %s \"$0\" \"$@\"\n' '''\n%s", path, BODY_9));
}

static void quotes_blanks_as_distlib(void **state)
{
    (void)state;
    assert_string_equal(script("/a b/python3", "24.2"),
                        "#!/bin/sh\n'''exec' \"/a b/python3\" \"$0\" \"$@\"\n' '''\n" BODY_20);
    assert_string_equal(script("/it's a/python3", "26.0"),
                        "#!/bin/sh\n'''exec' \"/it's a/python3\" \"$0\" \"$@\"\n' '''\n" BODY_26);
}

static void quotes_what_would_run(void **state)
{
    (void)state;
    assert_string_equal(script("/a $(b)/python3", "26.0"),
                        "#!/bin/sh\n'''exec' '/a $(b)/python3' \"$0\" \"$@\"\n' '''\n" BODY_26);
    assert_string_equal(script("/a '\\/p", "26.0"),
                        "#!/bin/sh\n'''exec' '/a '\"'\"''\"\\\\\"'/p' \"$0\" \"$@\"\n' '''\n" BODY_26);
}

static void leaves_requested_since_20_2(void **state)
{
    (void)state;
    assert_false(wheel_leaves_requested("18.1"));
    assert_false(wheel_leaves_requested("20.1.1"));
    assert_true(wheel_leaves_requested("20.2.1"));
    assert_true(wheel_leaves_requested("24.2"));
}

/* ---- running them */

static char root[] = "/tmp/cvenv-test-script-XXXXXX";
static const char *python;

/* Skips the test, saying why, where there is no Python. */
static void need_python(void)
{
    struct slice line;
    if (!ask_python(&arena, "import sys; print(sys.executable)", &line, 1)) {
        print_message("no python3 on PATH that answers\n");
        skip();
    }
    python = arena_copy(&arena, line.data, line.length);
}

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    struct disk_dir tmp;
    if (disk_open_path("/tmp", &tmp) != 0)
        return -1;
    int number = disk_remove_tree(tmp, root + strlen("/tmp/"));
    disk_close(tmp);
    return number == 0 ? 0 : -1;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* An environment of sorts: bin/python3 that runs Python with the module beside it. */
static const char *make_environment(const char *name)
{
    const char *directory = arena_format(&arena, "%s/%s", root, name);
    assert_int_equal(mkdir(directory, 0777), 0);
    write_file(arena_format(&arena, "%s/python3", directory),
               arena_format(&arena, "#!/bin/sh\nPYTHONPATH='%s' exec '%s' -W error \"$@\"\n", root, python), 0755);
    write_file(arena_format(&arena, "%s/demo_module.py", root),
               "import sys\ndef main():\n    print('ran', len(sys.argv), ascii(sys.argv[1:]))\n", 0644);
    return directory;
}

static void assert_runs(const char *directory, const char *version, bool relocatable)
{
    const struct entry_point point = { "demo", "demo_module", "main", false };
    const char *path = arena_format(&arena, "%s/demo", directory);
    write_file(path,
               wheel_script(&arena, &point, arena_format(&arena, "%s/python3", directory), version, relocatable).data,
               0755);
    const char *const arguments[] = { path, "a b'c\"$HOME", NULL };
    struct process process = { .program = path,
                               .arguments = arguments,
                               .environment = (const char *const *)environ,
                               .cwd = root,
                               .timeout_ms = 60000,
                               .output_limit = 1000 };
    struct process_result result;
    struct cvenv_error err;
    assert_true(process_run(&process, &arena, &result, &err));
    if (result.status != 0 || result.errors.length > 0)
        fail_msg("%s: status %d: %s", path, result.status, result.errors.data);
    assert_string_equal(result.output.data, "ran 2 ['a b\\'c\"$HOME']\n");
    assert_int_not_equal(access(arena_format(&arena, "%s/pwned", root), F_OK), 0);
    assert_int_equal(unlink(path), 0);
}

static void runs_in_any_directory(void **state)
{
    (void)state;
    need_python();
    const char *const names[] = {
        "plain",
        "a b",
        "a $(touch pwned) b",
        "a `touch pwned` b",
        "a\"; touch pwned; \" b",
        "it's a",
        "''' '''",
        "''''''",
        "back\\slash \\x \\N{a}",
        "\\",
        "end\\ ",
        "a$HOME x",
        "%s %d",
        "!x y",
        "#a b",
        "~ a",
        "f\xc3\xbcr \xe6\x97\xa5",
        "a;b",
        "a&b c",
        "{a,b} c",
        "[a] *",
        "\xff\xfe",
        "\xff \xfe",
        "-rf",
        "<x> |y",
        "a\"b",
        "'",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *directory = make_environment(names[i]);
        assert_runs(directory, "26.0", false);
        assert_runs(directory, "18.1", false);
        assert_runs(directory, "24.2", true);
    }
    char longest[256];
    memset(longest, 'x', sizeof longest);
    longest[200] = '\0';
    assert_runs(make_environment(longest), "24.2", false);
    memcpy(longest, "$(touch pwned);`touch pwned`'\"\\", 31);
    assert_runs(make_environment(longest), "24.2", false);
}

/* A relocatable script finds its interpreter from where it lies, also when it is called by a link. */
static void runs_after_a_move(void **state)
{
    (void)state;
    need_python();
    const struct entry_point point = { "demo", "demo_module", "main", false };
    const char *directory = make_environment("before a move");
    const char *moved = arena_format(&arena, "%s/after 'it'", root), *link = arena_format(&arena, "%s/link", root);
    write_file(arena_format(&arena, "%s/demo", directory),
               wheel_script(&arena, &point, arena_format(&arena, "%s/python3", directory), "26.0", true).data, 0755);
    assert_int_equal(rename(directory, moved), 0);
    assert_int_equal(symlink(arena_format(&arena, "%s/demo", moved), link), 0);
    const char *const arguments[] = { link, NULL };
    struct process process = { .program = link,
                               .arguments = arguments,
                               .environment = (const char *const *)environ,
                               .cwd = "/",
                               .timeout_ms = 60000,
                               .output_limit = 1000 };
    struct process_result result;
    struct cvenv_error err;
    assert_true(process_run(&process, &arena, &result, &err));
    assert_string_equal(result.output.data, "ran 1 []\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(writes_what_each_pip_writes, teardown),
        cmocka_unit_test_teardown(names_the_first_part_of_an_attribute, teardown),
        cmocka_unit_test_teardown(counts_the_length_of_the_first_line, teardown),
        cmocka_unit_test_teardown(quotes_blanks_as_distlib, teardown),
        cmocka_unit_test_teardown(quotes_what_would_run, teardown),
        cmocka_unit_test_teardown(leaves_requested_since_20_2, teardown),
        cmocka_unit_test_teardown(runs_in_any_directory, teardown),
        cmocka_unit_test_teardown(runs_after_a_move, teardown),
    };
    return cmocka_run_group_tests_name("script", tests, make_root, remove_root);
}
