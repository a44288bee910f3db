/* SPDX-License-Identifier: MIT */
/* Owns the files in which answers of interpreters are remembered, and the decision whether one still holds. */
#include "interpreter/remember.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/digest.h"
#include "base/path.h"
#include "interpreter/facts.h"

#define DIRECTORY "facts-1"

enum { FILE_LIMIT = 256 * 1024, LINKS_MAX = 40, IDENTITY_SIZE = 160, MOST_FILES = 500 };

static const int64_t longest_kept = (int64_t)90 * 86400 * 1000000000;

/* Times may be as coarse as the clock's tick, or as two seconds (FAT), which shows in full seconds. */
static const int64_t tick = 20000000, coarse_tick = 2000000000;

/* What tells a file from every other and from itself before a change; "absent" when it is not there. */
struct identity {
    char text[IDENTITY_SIZE];
    int64_t changed;
};

static void identify(int number, const struct disk_stat *st, struct identity *out)
{
    if (number != 0) {
        *out = (struct identity){ "absent", 0 };
        return;
    }
    snprintf(out->text, sizeof out->text, "%d:%" PRIx64 ":%" PRIx64 ":%" PRIx64 ":%" PRIx64 ":%" PRIx64, (int)st->type,
             st->device, st->inode, st->size, (uint64_t)st->mtime, (uint64_t)st->ctime);
    out->changed = st->ctime;
}

static void identify_file(const char *path, struct identity *out)
{
    struct disk_stat st;
    identify(disk_stat_path(path, &st), &st, out);
}

/* The last component itself, not what it links to; *target is where it links, NULL when it is no link. */
static void identify_link(struct arena *a, const char *path, struct identity *out, char **target)
{
    struct disk_dir parent = DISK_NO_DIR;
    struct disk_stat st;
    char *text;
    *target = NULL;
    int number = disk_open_path(path_parent(a, path), &parent);
    if (number == 0)
        number = disk_stat(parent, path_name(path), &st);
    identify(number, &st, out);
    if (number == 0 && st.type == DISK_LINK && disk_read_link(a, parent, path_name(path), &text) == 0)
        *target = path_join(a, path_parent(a, path), text);
    disk_close(parent);
}

/* The name of the file in which `m` is remembered. */
static void name_of(struct arena *a, const struct memory *m, char name[DIGEST_HEX_SIZE])
{
    struct text key = TEXT_INIT(a);
    unsigned char digest[DIGEST_SIZE];
    text_add(&key, m->executable, strlen(m->executable) + 1);
    text_add_string(&key, m->search_path);
    digest_sha256(text_string(&key), key.length, digest);
    digest_hex(digest, name);
}

/* The first line: who wrote the file, and what it adds up to, its name included (it may have been renamed). */
static const char *heading(struct arena *a, const char *name, struct slice rest)
{
    unsigned char digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    struct text all = TEXT_INIT(a);
    text_add_string(&all, name);
    text_add(&all, rest.data, rest.length);
    digest_sha256(text_string(&all), all.length, digest);
    digest_hex(digest, hex);
    return arena_format(a, "cvenv %s %s", CVENV_VERSION, hex);
}

/* ---- finding --------------------------------------------------------------------------------------------- */

static bool read_remembered(struct arena *a, const struct memory *m, const char *name, struct slice *out)
{
    struct disk_dir directory;
    struct disk_map map = { 0 };
    if (m->cache.handle == DISK_NO_DIR.handle || disk_open_dir(m->cache, DIRECTORY, &directory) != 0)
        return false;
    int number = disk_map(directory, name, &map);
    disk_close(directory);
    if (number != 0)
        return false;
    bool usable = disk_doubt(&map.stat) == NULL && map.length <= FILE_LIMIT;
    if (usable)
        *out = (struct slice){ arena_copy(a, (const char *)map.data, map.length), map.length };
    disk_unmap(&map);
    return usable && !a->failed;
}

/* Do all lines "KEY = IDENTITY PATH" still tell the truth? */
static bool all_hold(struct arena *a, struct slice rest, const char *key, bool is_link)
{
    struct slice value;
    while (facts_next(&rest, key, &value)) {
        const char *blank = memchr(value.data, ' ', value.length);
        if (blank == NULL)
            return false;
        size_t length = (size_t)(blank - value.data);
        const char *path = facts_decode(a, (struct slice){ blank + 1, value.length - length - 1 });
        struct identity now;
        char *target;
        if (path == NULL)
            return false;
        if (is_link)
            identify_link(a, path, &now, &target);
        else
            identify_file(path, &now);
        if (!slice_is((struct slice){ value.data, length }, now.text))
            return false;
    }
    return true;
}

bool remember_find(struct arena *a, const struct memory *m, struct slice *answer)
{
    struct slice rest, first;
    char name[DIGEST_HEX_SIZE];
    name_of(a, m, name);
    if (!read_remembered(a, m, name, &rest) || !slice_line(&rest, &first) || !slice_is(first, heading(a, name, rest)))
        return false;
    *answer = rest;
    return all_hold(a, rest, "link", true) && all_hold(a, rest, "file", false);
}

/* ---- keeping --------------------------------------------------------------------------------------------- */

/* Notes one identity; false when the file changed so lately that a change after the answer could look the same. */
static bool note(struct text *out, const char *key, const struct identity *identity, const char *path, int64_t asked)
{
    text_add_format(out, "%s = %s ", key, identity->text);
    facts_encode(out, path);
    text_add_char(out, '\n');
    return identity->changed < asked - (identity->changed % 1000000000 == 0 ? coarse_tick : tick);
}

static bool note_links(struct arena *a, const char *path, struct text *out, int64_t asked)
{
    char *target = NULL;
    for (int i = 0; i < LINKS_MAX; i++) {
        struct identity identity;
        identify_link(a, path, &identity, &target);
        if (!note(out, "link", &identity, path, asked))
            return false;
        if (target == NULL)
            return true;
        path = target;
    }
    return false;
}

static bool note_file(const char *path, struct text *out, int64_t asked)
{
    struct identity identity;
    identify_file(path, &identity);
    return note(out, "file", &identity, path, asked);
}

static bool note_all(struct arena *a, const struct memory *m, struct slice answer, struct text *out, int64_t asked)
{
    struct slice body, value;
    if (!facts_body(answer, &body) || !note_links(a, m->executable, out, asked) ||
        !note_file(m->executable, out, asked))
        return false;
    while (facts_next(&body, "watch", &value)) {
        const char *path = facts_decode(a, value);
        if (path == NULL || !note_file(path, out, asked))
            return false;
    }
    return true;
}

struct pruning {
    struct disk_dir directory;
    int64_t now;
    size_t kept;
};

static int prune_one(void *user, const char *name)
{
    struct pruning *p = user;
    struct disk_stat st;
    if (disk_stat(p->directory, name, &st) != 0)
        return 0;
    if (p->now - st.mtime > longest_kept || p->kept >= MOST_FILES)
        disk_remove(p->directory, name, DISK_FILE);
    else
        p->kept++;
    return 0;
}

/* Whose answer goes asks again: when there are too many, it does not matter which of them go. */
static void prune(struct disk_dir directory, int64_t now)
{
    struct pruning p = { directory, now, 0 };
    disk_list(directory, prune_one, &p);
}

static void write_remembered(const struct memory *m, const char *name, struct slice text, int64_t now)
{
    struct disk_dir directory;
    char temporary[16] = ".";
    int number = disk_make_private_dir(m->cache, DIRECTORY);
    if ((number != 0 && number != EEXIST) || disk_open_dir(m->cache, DIRECTORY, &directory) != 0)
        return;
    prune(directory, now);
    if (disk_random_name(temporary + 1, sizeof temporary - 1) == 0 &&
        disk_write_new(directory, temporary, text.data, text.length, 0600, -1, false) == 0 &&
        disk_rename(directory, temporary, directory, name, DISK_REPLACE) != 0)
        disk_remove(directory, temporary, DISK_FILE);
    disk_close(directory);
}

void remember_keep(struct arena *a, const struct memory *m, struct slice answer, int64_t asked)
{
    struct text notes = TEXT_INIT(a), all = TEXT_INIT(a);
    char name[DIGEST_HEX_SIZE];
    if (m->cache.handle == DISK_NO_DIR.handle || !note_all(a, m, answer, &notes, asked))
        return;
    text_add(&notes, answer.data, answer.length);
    struct slice rest = { text_string(&notes), notes.length };
    name_of(a, m, name);
    text_add_format(&all, "%s\n", heading(a, name, rest));
    text_add(&all, rest.data, rest.length);
    struct slice text = { text_string(&all), all.length };
    if (!a->failed && text.length <= FILE_LIMIT)
        write_remembered(m, name, text, asked);
}
