/* SPDX-License-Identifier: MIT */
/* The store: built once, opened without running anything, and never used when it is not what it was. */
#include "store_fixture.h"

/* ---- what an entry holds */

static void holds_all_files_of_the_wheel(void **state)
{
    (void)state;
    struct store_entry entry = opened();
    assert_string_equal(entry.name, "demo");
    assert_string_equal(entry.version, "1.0");
    assert_string_equal(entry.info, INFO);
    assert_int_equal(entry.scripts.count, 1);
    assert_string_equal(entry.scripts.items[0].module, "demo");
    assert_int_equal(entry.content.file_count, MEMBERS + 3);
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct place_file *file = find_file(&entry, members[i].name);
        struct stat st;
        assert_non_null(file);
        assert_int_equal(file->size, members[i].data.length);
        assert_memory_equal(entry.content.contents + file->offset, members[i].data.data, members[i].data.length);
        assert_int_equal(file->mode, members[i].mode == ZIP_EXECUTABLE ? 0777 : 0666);
        assert_false(file->bytecode);
        assert_int_equal(file->mtime, 1770091506000000000);
        assert_int_equal(stat(entry_path(&entry, arena_format(&arena, "tree/%s", members[i].name)), &st), 0);
        assert_int_equal(st.st_size, file->size);
        assert_int_equal(st.st_ino, file->inode);
        assert_int_equal(st.st_mtim.tv_sec, 1770091506);
    }
    assert_null(find_file(&entry, INFO "/RECORD"));
    store_close(&entry);
}

static void lists_parents_before_children(void **state)
{
    (void)state;
    struct store_entry entry = opened();
    const char *const expected[] = {
        "", "demo", INFO, "demo/__pycache__", "demo/sub", "demo/sub/deep", "demo/sub/deep/__pycache__"
    };
    assert_int_equal(entry.content.directory_count, 7);
    for (size_t i = 0; i < 7; i++)
        assert_string_equal(entry.content.directories[i], expected[i]);
    for (size_t i = 1; i < entry.content.file_count; i++)
        assert_true(entry.content.files[i].directory >= entry.content.files[i - 1].directory);
    store_close(&entry);
}

/* Bytecode names its source by time and size (PEP 3147), so that Python takes it as it is. */
static void holds_bytecode_that_python_accepts(void **state)
{
    (void)state;
    struct store_entry entry = opened();
    const struct place_file *file = find_file(&entry, pyc("demo/sub/deep", "mod"));
    assert_non_null(file);
    assert_true(file->bytecode);
    assert_int_equal(file->mode, 0666);
    assert_null(find_file(&entry, pyc("demo", "wrong")));
    assert_non_null(find_file(&entry, pyc("demo", "run")));
    const unsigned char *code = entry.content.contents + file->offset;
    const size_t time_at = facts.minor >= 7 ? 8 : 4;
    assert_int_equal(code[time_at] | code[time_at + 1] << 8 | code[time_at + 2] << 16 |
                         (unsigned)code[time_at + 3] << 24,
                     1770091506);
    assert_int_equal(code[time_at + 4], members[1].data.length);
    assert_true(reports > 0);
    store_close(&entry);
}

static void knows_the_rows_of_record(void **state)
{
    (void)state;
    struct store_entry entry = opened();
    struct record record;
    struct cvenv_error err;
    assert_true(record_parse(&arena, entry.record, &record, &err));
    assert_int_equal(record.count, MEMBERS + 3);
    for (size_t i = 1; i < record.count; i++)
        assert_true(strcmp(record.rows[i - 1].path, record.rows[i].path) < 0);
    assert_string_equal(record.rows[0].path, INFO "/METADATA");
    assert_string_equal(record.rows[3].path, "demo/__init__.py");
    assert_string_equal(record.rows[3].hash, record_row_of(&arena, "", members[0].data).hash);
    assert_string_equal(record.rows[3].size, "6");
    assert_string_equal(record.rows[4].path, pyc("demo", "__init__"));
    assert_string_equal(record.rows[4].hash, "");
    store_close(&entry);
}

static void holds_no_bytecode_when_not_asked_to(void **state)
{
    (void)state;
    store.compile = false;
    store.bytecode.executable = "/nonexistent";
    struct store_entry entry = opened();
    assert_int_equal(entry.content.file_count, MEMBERS);
    store_close(&entry);
    assert_int_equal(reports, 0);
}

/* ---- used again */

static void starts_no_process_the_second_time(void **state)
{
    (void)state;
    const char *path;
    built("manifest", &path);
    store.bytecode.executable = "/nonexistent";
    assert_rebuilt(false);
}

/* The index knows the digest of a file that did not change: the wheel itself is not read then. */
static void remembers_the_digest_of_a_settled_wheel(void **state)
{
    (void)state;
    const char *path;
    struct stat st;
    sleep(2); /* until its times can be relied on */
    built("manifest", &path);
    assert_int_equal(stat(wheel_path, &st), 0);
    assert_int_equal(chmod(cache_path, 0700), 0);
    assert_int_equal(system(arena_format(&arena, "ls '%s'/wheels-1/index-* >/dev/null", cache_path)), 0);
    assert_rebuilt(false);
    struct zip_member changed[MEMBERS];
    memcpy(changed, members, sizeof members);
    changed[0].data = slice_of("x = 2\n");
    write_wheel(changed, MEMBERS);
    struct store_entry entry = opened();
    assert_memory_equal(entry.content.contents + find_file(&entry, "demo/__init__.py")->offset, "x = 2\n", 6);
    store_close(&entry);
    assert_true(reports > 0);
}

static void builds_in_a_scratch_directory(void **state)
{
    (void)state;
    disk_close(store.dir);
    store.dir = DISK_NO_DIR;
    assert_rebuilt(true);
    open_cache();
    assert_int_not_equal(access(arena_format(&arena, "%s/wheels-1", cache_path), F_OK), 0);
}

/* ---- what is not to be trusted; tests/faults/test_store_trust.py alters entries in every way */

static void refuses_a_shelf_that_others_can_write(void **state)
{
    (void)state;
    const char *path;
    built("manifest", &path);
    assert_int_equal(chmod(arena_format(&arena, "%s/wheels-1", cache_path), 0777), 0);
    assert_refused(CVENV_ERROR_SYSTEM, "wheels-1");
    assert_int_equal(chmod(arena_format(&arena, "%s/wheels-1", cache_path), 0700), 0);
    assert_rebuilt(false);
}

static void refuses_a_shelf_that_is_no_directory(void **state)
{
    (void)state;
    write_bytes(arena_format(&arena, "%s/wheels-1", cache_path), "", 0);
    assert_refused(CVENV_ERROR_SYSTEM, "wheels-1");
}

static void discards_only_what_was_opened(void **state)
{
    (void)state;
    struct store_entry first = opened();
    store_discard(&store, &first);
    assert_int_not_equal(access(entry_path(&first, "manifest"), F_OK), 0);
    struct store_entry second = opened();
    store_discard(&store, &first); /* somebody has built it anew already */
    assert_int_equal(access(entry_path(&second, "manifest"), F_OK), 0);
    store_close(&first);
    store_close(&second);
}

/* ---- things that go wrong */

static void assert_shelf_is_clean(void)
{
    assert_int_not_equal(system(arena_format(&arena, "ls -A '%s/wheels-1' | grep -q '^[.]'", cache_path)), 0);
}

static void leaves_nothing_behind_of_a_bad_wheel(void **state)
{
    (void)state;
    struct slice zip = wheel_make(&arena, INFO, members, MEMBERS);
    char *data = arena_copy(&arena, zip.data, zip.length);
    data[30 + strlen("demo/__init__.py")] ^= 1;
    write_bytes(wheel_path, data, zip.length);
    assert_refused(CVENV_ERROR_SEED, "demo-1.0-py3-none-any.whl");
    assert_shelf_is_clean();
    assert_int_equal(unlink(wheel_path), 0);
    assert_refused(CVENV_ERROR_SEED, "demo-1.0-py3-none-any.whl: No such file");
}

static void says_when_compiling_fails(void **state)
{
    (void)state;
    store.bytecode.executable = "/bin/false";
    assert_refused(CVENV_ERROR_CHILD, "/bin/false: byte-compiling failed (exit status 1)");
    store.bytecode.executable = "/bin/echo";
    assert_refused(CVENV_ERROR_CHILD, "/bin/echo");
    assert_shelf_is_clean();
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void stops_when_interrupted(void **state)
{
    (void)state;
    store.bytecode.interrupted = always;
    assert_refused(CVENV_ERROR_INTERRUPTED, "interrupted");
    assert_shelf_is_clean();
}

static void does_not_obey_the_callers_variables(void **state)
{
    (void)state;
    const char *const variables[] = { "PYTHONHOME=/nonexistent",
                                      "PYTHONPATH=/nonexistent",
                                      "PYTHONOPTIMIZE=2",
                                      "SOURCE_DATE_EPOCH=1",
                                      "PYTHONPYCACHEPREFIX=/nonexistent",
                                      "PATH=/usr/bin:/bin",
                                      NULL };
    store.bytecode.environment = variables;
    struct store_entry entry = opened();
    const struct place_file *file = find_file(&entry, pyc("demo", "__init__"));
    assert_non_null(file);
    assert_int_equal(entry.content.contents[file->offset + (facts.minor >= 7 ? 4 : 0)] & 3,
                     facts.minor >= 7 ? 0 : entry.content.contents[file->offset] & 3);
    store_close(&entry);
}

/* ---- many at once, and upkeep */

static void is_built_once_by_many(void **state)
{
    (void)state;
    enum { MANY = 8 };
    int results[2];
    assert_int_equal(pipe(results), 0);
    for (int i = 0; i < MANY; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct store_entry entry;
            struct cvenv_error err;
            disk_close(store.dir);
            bool ok =
                disk_open_path(cache_path, &store.dir) == 0 && store_open(&arena, &store, wheel_path, &entry, &err);
            char answer = !ok ? 'x' : reports > 0 ? 'b' : 'o';
            _exit(write(results[1], &answer, 1) == 1 ? 0 : 1);
        }
    }
    int counts[256] = { 0 };
    for (int i = 0; i < MANY; i++) {
        char answer;
        assert_int_equal(read(results[0], &answer, 1), 1);
        counts[(unsigned char)answer]++;
        assert_true(wait(NULL) > 0);
    }
    close(results[0]);
    close(results[1]);
    assert_int_equal(counts['b'], 1);
    assert_int_equal(counts['o'], MANY - 1);
    assert_shelf_is_clean();
}

static void removes_what_dead_builders_left(void **state)
{
    (void)state;
    const char *shelf = arena_format(&arena, "%s/wheels-1", cache_path);
    assert_int_equal(mkdir(shelf, 0700), 0);
    assert_int_equal(mkdir(arena_format(&arena, "%s/.new-deadbeef", shelf), 0700), 0);
    write_bytes(arena_format(&arena, "%s/.new-deadbeef/contents", shelf), "half", 4);
    write_bytes(arena_format(&arena, "%s/.old-deadbeef", shelf), "", 0);
    assert_rebuilt(true);
    assert_shelf_is_clean();
}

static void set_used(const struct store_entry *entry, long days_ago)
{
    const struct timespec then = { time(NULL) - days_ago * 86400, 0 }, times[2] = { then, then };
    assert_int_equal(utimensat(AT_FDCWD, entry_path(entry, "used"), times, 0), 0);
}

static void notes_its_use_once_a_day(void **state)
{
    (void)state;
    struct store_entry entry = opened();
    const char *used = entry_path(&entry, "used");
    struct stat st;
    set_used(&entry, 3);
    store_close(&entry);
    assert_rebuilt(true);
    assert_int_equal(stat(used, &st), 0);
    assert_true(time(NULL) - st.st_mtime < 60);
}

static void prunes_what_is_old_or_too_much_but_nothing_in_use(void **state)
{
    (void)state;
    const struct store_limits none = { INT64_MAX, 0 }, plenty = STORE_LIMITS_INIT,
                              month = { (int64_t)30 * 86400, UINT64_MAX };
    struct store_entry entry = opened();
    const char *manifest = entry_path(&entry, "manifest");
    assert_int_equal(store_prune(&store, &none), 0);
    assert_int_equal(access(manifest, F_OK), 0); /* in use */
    set_used(&entry, 60);
    store_close(&entry);
    assert_int_equal(store_prune(&store, &plenty), 0);
    assert_int_equal(access(manifest, F_OK), 0);
    assert_int_equal(store_prune(&store, &month), 0);
    assert_int_not_equal(access(manifest, F_OK), 0);
    built("manifest", &manifest);
    assert_int_equal(store_prune(&store, &none), 0);
    assert_int_not_equal(access(manifest, F_OK), 0);
    assert_shelf_is_clean();
}

int main(void)
{
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        STORE_TEST(holds_all_files_of_the_wheel),
        STORE_TEST(lists_parents_before_children),
        STORE_TEST(holds_bytecode_that_python_accepts),
        STORE_TEST(knows_the_rows_of_record),
        STORE_TEST(holds_no_bytecode_when_not_asked_to),
        STORE_TEST(starts_no_process_the_second_time),
        STORE_TEST(remembers_the_digest_of_a_settled_wheel),
        STORE_TEST(builds_in_a_scratch_directory),
        STORE_TEST(refuses_a_shelf_that_others_can_write),
        STORE_TEST(refuses_a_shelf_that_is_no_directory),
        STORE_TEST(discards_only_what_was_opened),
        STORE_TEST(leaves_nothing_behind_of_a_bad_wheel),
        STORE_TEST(says_when_compiling_fails),
        STORE_TEST(stops_when_interrupted),
        STORE_TEST(does_not_obey_the_callers_variables),
        STORE_TEST(is_built_once_by_many),
        STORE_TEST(removes_what_dead_builders_left),
        STORE_TEST(notes_its_use_once_a_day),
        STORE_TEST(prunes_what_is_old_or_too_much_but_nothing_in_use),
    };
    if (!find_facts()) {
        printf("skipped: no python3 on PATH that answers\n");
        return 77;
    }
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
