/* SPDX-License-Identifier: MIT */
/* disk.h and process.h on Windows, in a directory of their own: the working directory, which is empty at first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <windows.h>

#include "base/path.h"
#include "base/variable.h"
#include "disk/busy.h"
#include "disk/disk.h"
#include "disk/process.h"
#include "disk/threads.h"

struct fixture {
    struct arena arena;
    char *path;
    struct disk_dir dir;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    return disk_working_directory(&f->arena, &f->path) != 0 || disk_open_path(f->path, &f->dir) != 0;
}

static int remove_one(void *user, const char *name)
{
    struct disk_dir *dir = user;
    return disk_remove_tree(*dir, name);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int number = disk_list(f->dir, remove_one, &f->dir);
    disk_close(f->dir);
    arena_release(&f->arena);
    free(f);
    return number;
}

static void put(struct fixture *f, struct disk_dir dir, const char *name, const char *text, unsigned mode)
{
    (void)f;
    assert_int_equal(disk_write_new(dir, name, text, strlen(text), mode, -1, false), 0);
}

static void holds(struct fixture *f, struct disk_dir dir, const char *name, const char *text)
{
    struct slice data;
    assert_int_equal(disk_read(&f->arena, dir, name, 1000, &data), 0);
    assert_string_equal(data.data, text);
}

static bool is_there(struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    return disk_stat(dir, name, &st) == 0;
}

static void files_are_written_read_and_described(void **state)
{
    struct fixture *f = *state;
    struct disk_stat st;
    struct slice data;
    const int64_t time = (int64_t)1234567890 * 1000000000 + 123456700;
    assert_int_equal(disk_write_new(f->dir, "\xe6\x97\xa5 \xf0\x9f\x98\x80", "abc", 3, 0666, time, true), 0);
    assert_int_equal(disk_stat(f->dir, "\xe6\x97\xa5 \xf0\x9f\x98\x80", &st), 0);
    assert_int_equal(st.type, DISK_FILE);
    assert_int_equal(st.size, 3);
    assert_int_equal(st.links, 1);
    assert_true(st.mtime == time);
    assert_int_equal(disk_write_new(f->dir, "\xe6\x97\xa5 \xf0\x9f\x98\x80", "x", 1, 0666, -1, false), EEXIST);
    assert_int_equal(disk_read(&f->arena, f->dir, "\xe6\x97\xa5 \xf0\x9f\x98\x80", 2, &data), EFBIG);
    assert_int_equal(disk_read(&f->arena, f->dir, "none", 2, &data), ENOENT);
    holds(f, f->dir, "\xe6\x97\xa5 \xf0\x9f\x98\x80", "abc");
}

static void names_that_would_lead_elsewhere_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = { "..", "a/b", "a\\b", "a:b", "C:" };
    struct disk_stat st;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(disk_write_new(f->dir, names[i], "", 0, 0666, -1, false), EINVAL);
        assert_int_equal(disk_make_dir(f->dir, names[i]), EINVAL);
        assert_int_equal(disk_stat(f->dir, names[i], &st), EINVAL);
    }
    assert_int_equal(disk_write_new(f->dir, "nul.txt", "", 0, 0666, -1, false), EINVAL);
    assert_int_equal(disk_make_dir(f->dir, "x."), EINVAL);
    put(f, f->dir, "x", "", 0666);
    assert_int_equal(disk_link(f->dir, "x", f->dir, "con"), EINVAL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(disk_rename(f->dir, "x", f->dir, names[i], DISK_REPLACE), EINVAL);
}

static void directories_are_opened_below_each_other(void **state)
{
    struct fixture *f = *state;
    struct disk_dir inner, deep;
    assert_int_equal(disk_make_dir(f->dir, "a"), 0);
    assert_int_equal(disk_make_dir(f->dir, "a"), EEXIST);
    assert_int_equal(disk_open_dir(f->dir, "a", &inner), 0);
    assert_int_equal(disk_make_private_dir(inner, "b"), 0);
    assert_int_equal(disk_open_below(f->dir, "a/b", &deep), 0);
    put(f, deep, "file", "text", 0666);
    disk_close(deep);
    assert_int_equal(disk_open_below(f->dir, "A\\B", &deep), 0); /* case is no difference here */
    holds(f, deep, "FILE", "text");
    disk_close(deep);
    assert_int_equal(disk_open_below(f->dir, "a/none", &deep), ENOENT);
    assert_int_equal(disk_open_below(f->dir, "a/b/file", &deep), ENOTDIR);
    assert_int_equal(disk_open_dir(inner, "none", &deep), ENOENT);
    disk_close(inner);
}

static int count_one(void *user, const char *name)
{
    int *count = user;
    assert_true(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    ++*count;
    return 0;
}

static void long_directories_are_listed_whole(void **state)
{
    struct fixture *f = *state;
    int count = 0;
    for (int i = 0; i < 300; i++)
        put(f, f->dir, arena_format(&f->arena, "a rather long name of a file, number %d", i), "", 0666);
    assert_int_equal(disk_list(f->dir, count_one, &count), 0);
    assert_int_equal(count, 300);
}

static void renames_replace_only_when_told(void **state)
{
    struct fixture *f = *state;
    put(f, f->dir, "old", "old", 0444);
    put(f, f->dir, "new", "new", 0666);
    assert_int_equal(disk_rename(f->dir, "new", f->dir, "old", DISK_NOREPLACE), EEXIST);
    assert_int_equal(disk_rename(f->dir, "new", f->dir, "old", DISK_EXCHANGE), ENOTSUP);
    assert_int_equal(disk_rename(f->dir, "new", f->dir, "old", DISK_REPLACE), 0);
    holds(f, f->dir, "old", "new");
    assert_false(is_there(f->dir, "new"));
    assert_int_equal(disk_rename(f->dir, "none", f->dir, "x", DISK_REPLACE), ENOENT);
}

static void directories_move_with_all_that_is_in_them(void **state)
{
    struct fixture *f = *state;
    struct disk_dir from, to, moved;
    assert_int_equal(disk_make_dir(f->dir, "from"), 0);
    assert_int_equal(disk_make_dir(f->dir, "to"), 0);
    assert_int_equal(disk_open_dir(f->dir, "from", &from), 0);
    assert_int_equal(disk_open_dir(f->dir, "to", &to), 0);
    put(f, from, "file", "text", 0444);
    disk_close(from);
    assert_int_equal(disk_rename(f->dir, "from", to, "there", DISK_NOREPLACE), 0);
    assert_int_equal(disk_open_below(f->dir, "to/there", &moved), 0);
    holds(f, moved, "file", "text");
    disk_close(moved);
    disk_close(to);
    assert_int_equal(disk_remove(f->dir, "to", DISK_DIRECTORY), ENOTEMPTY);
    assert_int_equal(disk_remove_tree(f->dir, "to"), 0);
    assert_false(is_there(f->dir, "to"));
}

static void hard_links_are_links(void **state)
{
    struct fixture *f = *state;
    struct disk_stat one, other;
    put(f, f->dir, "one", "text", 0666);
    assert_int_equal(disk_link(f->dir, "one", f->dir, "other"), 0);
    assert_int_equal(disk_link(f->dir, "one", f->dir, "other"), EEXIST);
    assert_int_equal(disk_stat(f->dir, "one", &one), 0);
    assert_int_equal(disk_stat(f->dir, "other", &other), 0);
    assert_int_equal(one.links, 2);
    assert_true(one.inode == other.inode && one.device == other.device);
}

/* Either there is a link, or it is said that there is none: never a "yes" with nothing behind it. */
static void symbolic_links_are_there_or_refused(void **state)
{
    struct fixture *f = *state;
    struct disk_stat st;
    char *target;
    put(f, f->dir, "file", "text", 0666);
    int number = disk_symlink("file", f->dir, "link");
    if (number == 0) {
        assert_int_equal(disk_stat(f->dir, "link", &st), 0);
        assert_int_equal(st.type, DISK_LINK);
        assert_int_equal(disk_read_link(&f->arena, f->dir, "link", &target), 0);
        assert_string_equal(target, "file");
    } else {
        assert_int_equal(number, EPERM);
        assert_false(is_there(f->dir, "link"));
    }
}

/* As virus scanners and indexers do: nobody may remove or rename it meanwhile. */
static HANDLE hold(const wchar_t *name)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

static DWORD WINAPI let_go(void *file)
{
    Sleep(30);
    return CloseHandle(file) ? 0 : 1;
}

static void what_is_held_for_a_moment_is_waited_for(void **state)
{
    struct fixture *f = *state;
    put(f, f->dir, "file", "text", 0666);
    HANDLE thread = CreateThread(NULL, 0, let_go, hold(L"file"), 0, NULL);
    assert_int_equal(disk_rename(f->dir, "file", f->dir, "other", DISK_NOREPLACE), 0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    thread = CreateThread(NULL, 0, let_go, hold(L"other"), 0, NULL);
    assert_int_equal(disk_remove(f->dir, "other", DISK_FILE), 0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static void what_is_held_for_long_is_said_to_be_in_use(void **state)
{
    struct fixture *f = *state;
    const char *found;
    assert_int_equal(disk_make_dir(f->dir, "a"), 0);
    struct disk_dir inner;
    assert_int_equal(disk_open_dir(f->dir, "a", &inner), 0);
    put(f, inner, "file", "text", 0444);
    disk_close(inner);
    assert_int_equal(disk_find_busy(&f->arena, f->dir, &found), 0);
    assert_null(found);
    HANDLE file = hold(L"a\\file");
    assert_int_equal(disk_find_busy(&f->arena, f->dir, &found), 0);
    assert_non_null(found);
    assert_string_equal(found, "a/file");
    assert_int_equal(disk_remove_tree(f->dir, "a"), EBUSY);
    CloseHandle(file);
    assert_int_equal(disk_remove_tree(f->dir, "a"), 0);
}

static void locks_keep_each_other_out(void **state)
{
    struct fixture *f = *state;
    struct disk_dir one, other;
    assert_int_equal(disk_make_dir(f->dir, "a"), 0);
    assert_int_equal(disk_open_dir(f->dir, "a", &one), 0);
    assert_int_equal(disk_open_dir(f->dir, "a", &other), 0);
    assert_int_equal(disk_lock(one, false), 0);
    assert_int_equal(disk_lock(other, false), EWOULDBLOCK);
    assert_int_equal(disk_lock_shared(other), EWOULDBLOCK);
    put(f, one, "made while locked", "", 0666);
    disk_close(one);
    assert_int_equal(disk_lock_shared(other), 0);
    assert_int_equal(disk_open_dir(f->dir, "a", &one), 0);
    assert_int_equal(disk_lock_shared(one), 0);
    disk_close(other);
    assert_int_equal(disk_open_dir(f->dir, "a", &other), 0);
    assert_int_equal(disk_lock(other, false), EWOULDBLOCK);
    disk_close(one);
    assert_int_equal(disk_lock(other, true), 0);
    disk_close(other);
}

static void paths_are_real_ones(void **state)
{
    struct fixture *f = *state;
    struct disk_stat one, other;
    char *real;
    put(f, f->dir, "File", "text", 0666);
    const char *path = path_join(&f->arena, f->path, "fILE");
    assert_int_equal(disk_real_path(&f->arena, path, &real), 0);
    assert_string_equal(path_name(real), "File");
    assert_int_equal(disk_stat_path(path, &one), 0);
    assert_int_equal(disk_stat(f->dir, "File", &other), 0);
    assert_true(one.inode == other.inode);
    assert_int_equal(disk_real_path(&f->arena, path_join(&f->arena, f->path, "none"), &real), ENOENT);
    assert_int_equal(disk_stat_path("relative", &one), ENOENT);
}

static void maps_show_the_contents(void **state)
{
    struct fixture *f = *state;
    struct disk_map map;
    put(f, f->dir, "file", "text", 0666);
    put(f, f->dir, "empty", "", 0666);
    assert_int_equal(disk_map(f->dir, "file", &map), 0);
    assert_int_equal(map.length, 4);
    assert_memory_equal(map.data, "text", 4);
    disk_unmap(&map);
    assert_int_equal(disk_map(f->dir, "empty", &map), 0);
    assert_int_equal(map.length, 0);
    disk_unmap(&map);
    assert_int_equal(disk_map(f->dir, ".", &map), EISDIR);
}

static void copies_are_copies(void **state)
{
    struct fixture *f = *state;
    size_t size = 300000;
    char *data = arena_alloc(&f->arena, size);
    struct slice copy;
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 7 % 251);
    assert_int_equal(disk_write_new(f->dir, "one", data, size, 0666, -1, false), 0);
    assert_int_equal(disk_copy_path(path_join(&f->arena, f->path, "one"), f->dir, "other", 0666, true), 0);
    assert_int_equal(disk_read(&f->arena, f->dir, "other", size, &copy), 0);
    assert_int_equal(copy.length, size);
    assert_memory_equal(copy.data, data, size);
    assert_int_equal(disk_clone(f->dir, "one", f->dir, "third", 0666, -1), EOPNOTSUPP); /* no ReFS */
    assert_false(is_there(f->dir, "third"));
}

static void contents_are_compared(void **state)
{
    struct fixture *f = *state;
    struct disk_stat st;
    size_t size = 40000;
    char *data = arena_alloc(&f->arena, size);
    memset(data, 'x', size);
    assert_int_equal(disk_write_new(f->dir, "file", data, size, 0666, -1, false), 0);
    assert_int_equal(disk_compare(f->dir, "file", data, size, &st), 0);
    assert_int_equal(st.size, size);
    assert_int_equal(disk_compare(f->dir, "file", data, size - 1, &st), ESTALE);
    data[size - 1] = 'y';
    assert_int_equal(disk_compare(f->dir, "file", data, size, &st), ESTALE);
    assert_int_equal(disk_compare(f->dir, "none", data, size, &st), ENOENT);
}

static void this_program_is_running(void **state)
{
    struct fixture *f = *state;
    const char *found;
    put(f, f->dir, "idle.exe", "no program", 0666);
    assert_int_equal(disk_find_busy(&f->arena, f->dir, &found), 0);
    assert_null(found);
    struct disk_dir here;
    const char *build = getenv("TEST_PROGRAMS");
    assert_non_null(build);
    assert_int_equal(disk_open_path(build, &here), 0);
    assert_int_equal(disk_find_busy(&f->arena, here, &found), 0);
    assert_non_null(found);
    assert_string_equal(found, "test_disk_win32.exe");
    disk_close(here);
}

/* ---- processes ----------------------------------------------------------------------------------------- */

static bool run(struct fixture *f, struct process *p, const char *what, struct process_result *result, struct cvenv_error *err)
{
    const char *program = path_join(&f->arena, getenv("TEST_PROGRAMS"), "child.exe");
    const char *const environment[] = { arena_format(&f->arena, "CHILD=%s", what), "NAME=\xe6\x97\xa5", NULL };
    p->program = program;
    p->environment = environment;
    p->cwd = f->path;
    if (p->output_limit == 0)
        p->output_limit = 1 << 20;
    return process_run(p, &f->arena, result, err);
}

static void arguments_and_statuses_go_through(void **state)
{
    struct fixture *f = *state;
    struct process_result result;
    struct cvenv_error err;
    const char *const exits[] = { "x", "37", NULL };
    struct process p = { .arguments = exits };
    assert_true(run(f, &p, "exit", &result, &err));
    assert_int_equal(result.status, 37);
    const char *const crash[] = { "x", "3221225477", NULL };
    p.arguments = crash;
    assert_true(run(f, &p, "exit", &result, &err));
    assert_int_equal(result.status, 128 + 11);
}

static void input_and_output_go_through(void **state)
{
    struct fixture *f = *state;
    struct process_result result;
    struct cvenv_error err;
    const char *const arguments[] = { "x", NULL };
    size_t size = 200000;
    char *data = arena_alloc(&f->arena, size);
    memset(data, 'x', size);
    struct process p = { .arguments = arguments, .input = { data, size } };
    assert_true(run(f, &p, "input", &result, &err));
    assert_int_equal(result.status, 0);
    assert_int_equal(result.output.length, size);
    assert_memory_equal(result.output.data, data, size);
    p.output_limit = 1000;
    assert_false(run(f, &p, "input", &result, &err));
    assert_int_equal(err.code, CVENV_ERROR_CHILD);
    assert_non_null(strstr(err.message, "printed too much"));
}

static void patience_has_an_end(void **state)
{
    struct fixture *f = *state;
    struct process_result result;
    struct cvenv_error err;
    const char *const arguments[] = { "x", NULL };
    struct process p = { .arguments = arguments, .timeout_ms = 500 };
    int64_t start = disk_clock();
    assert_false(run(f, &p, "sleep", &result, &err));
    assert_int_equal(err.code, CVENV_ERROR_CHILD);
    assert_non_null(strstr(err.message, "did not answer in time"));
    assert_true(disk_clock() - start < (int64_t)30 * 1000000000);
}

static void batch_files_are_no_programs(void **state)
{
    struct fixture *f = *state;
    struct process_result result;
    struct cvenv_error err;
    const char *const arguments[] = { "x", NULL }, *const environment[] = { NULL };
    struct process p = { .program = "C:\\x.bat", .arguments = arguments, .environment = environment, .cwd = f->path };
    assert_false(process_run(&p, &f->arena, &result, &err));
    p.program = "C:\\no\\such.exe";
    assert_false(process_run(&p, &f->arena, &result, &err));
    assert_int_equal(err.system, ENOENT);
}

static void add_one(void *user, int index)
{
    int *numbers = user;
    numbers[index]++;
}

static void all_work_is_done_once(void **state)
{
    (void)state;
    int numbers[200] = { 0 };
    assert_int_equal(threads_run(200, add_one, numbers), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(numbers[i], 1);
}

static void variables_have_no_case(void **state)
{
    (void)state;
    const char *const environment[] = { "Path=x", "USERPROFILE=C:\\me", "EMPTY=", NULL };
    assert_string_equal(variable_value(environment, "PATH"), "x");
    assert_string_equal(variable_value(environment, "PAT"), "");
    assert_string_equal(variable_home(environment), "C:\\me");
}

int main(void)
{
#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(files_are_written_read_and_described),
        WITH_DIRECTORY(names_that_would_lead_elsewhere_are_refused),
        WITH_DIRECTORY(directories_are_opened_below_each_other),
        WITH_DIRECTORY(long_directories_are_listed_whole),
        WITH_DIRECTORY(renames_replace_only_when_told),
        WITH_DIRECTORY(directories_move_with_all_that_is_in_them),
        WITH_DIRECTORY(hard_links_are_links),
        WITH_DIRECTORY(symbolic_links_are_there_or_refused),
        WITH_DIRECTORY(what_is_held_for_a_moment_is_waited_for),
        WITH_DIRECTORY(what_is_held_for_long_is_said_to_be_in_use),
        WITH_DIRECTORY(locks_keep_each_other_out),
        WITH_DIRECTORY(paths_are_real_ones),
        WITH_DIRECTORY(maps_show_the_contents),
        WITH_DIRECTORY(copies_are_copies),
        WITH_DIRECTORY(contents_are_compared),
        WITH_DIRECTORY(this_program_is_running),
        WITH_DIRECTORY(arguments_and_statuses_go_through),
        WITH_DIRECTORY(input_and_output_go_through),
        WITH_DIRECTORY(patience_has_an_end),
        WITH_DIRECTORY(batch_files_are_no_programs),
        cmocka_unit_test(all_work_is_done_once),
        cmocka_unit_test(variables_have_no_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
