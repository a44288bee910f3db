/* SPDX-License-Identifier: MIT */
/* What is remembered of interpreters, and for how long it is believed. */
#include "pretenders.h"

#include "interpreter/remember.h"

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

/* Writes a memory that was made so many days ago. */
static const char *old_memory(struct fixture *f, const char *name, int days)
{
    const char *path = at(f, arena_format(&f->arena, "cache/facts-1/%s", name));
    struct timespec times[2] = { { time(NULL) - (time_t)days * 86400, 0 }, { time(NULL) - (time_t)days * 86400, 0 } };
    write_file(path, "");
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    return path;
}

static void old_memories_go(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkdir(at(f, "cache/facts-1"), 0700), 0);
    const char *old = old_memory(f, "old", 91), *left = old_memory(f, ".left", 91), *recent = old_memory(f, "recent", 89);
    answers(f, "python", "python");
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(access(recent, F_OK), 0);
}

static int count_one(void *user, const char *name)
{
    (void)name;
    ++*(int *)user;
    return 0;
}

static void memories_are_not_too_many(void **state)
{
    struct fixture *f = *state;
    struct disk_dir directory;
    int count = 0;
    assert_int_equal(mkdir(at(f, "cache/facts-1"), 0700), 0);
    for (int i = 0; i < 700; i++)
        old_memory(f, arena_format(&f->arena, "%d", i), i % 80);
    answers(f, "python", "python");
    assert_int_equal(disk_open_path(at(f, "cache/facts-1"), &directory), 0);
    assert_int_equal(disk_list(directory, count_one, &count), 0);
    disk_close(directory);
    assert_int_equal(count, 501);
    answers(f, "python", "python");
    assert_int_equal(times_asked(f, "python"), 1);
}

int main(int argc, char **argv)
{
    int status;
    if (is_pretender(argc, argv, &status))
        return status;
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
        cmocka_unit_test_setup_teardown(old_memories_go, setup, teardown),
        cmocka_unit_test_setup_teardown(memories_are_not_too_many, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
