/* SPDX-License-Identifier: MIT */
/* Owns the opening of store entries: from a wheel's path to its digest, from that to an entry that can be relied on. */
#include "seed/store.h"

#include <errno.h>
#include <time.h>

#include "base/digest.h"
#include "base/path.h"
#include "seed/manifest.h"
#include "seed/member_name.h"
#include "seed/shelf.h"

enum { WHEEL_LIMIT = 256 << 20, MANIFEST_LIMIT = 32 << 20, INDEX_LIMIT = 1024, KEY_DIGITS = 32, SETTLED_SECONDS = 2 };

/* ---- the shelf */

/* ESTALE, and *why, where others may write. */
static int check_trust(struct disk_dir dir, const char **why)
{
    int number = disk_distrust(dir, why);
    return number == 0 && *why != NULL ? ESTALE : number;
}

bool shelf_open(struct arena *a, const struct store *store, struct shelf *out, struct cvenv_error *err)
{
    *out = (struct shelf){ .path = store->path, .dir = DISK_NO_DIR, .kept = store->dir.handle >= 0 };
    const char *why = NULL;
    int number;
    if (out->kept) {
        out->path = path_join(a, store->path, SHELF_NAME);
        number = disk_open_dir(store->dir, SHELF_NAME, &out->dir);
        if (number == ENOENT) {
            number = disk_make_private_dir(store->dir, SHELF_NAME);
            if (number == 0 || number == EEXIST)
                number = disk_open_dir(store->dir, SHELF_NAME, &out->dir);
        }
        if (number == 0)
            number = check_trust(out->dir, &why);
    } else {
        number = disk_open_path(store->path, &out->dir);
    }
    if (number == 0 && !a->failed)
        return true;
    disk_close(out->dir);
    if (why != NULL)
        return error_set(err, CVENV_ERROR_SYSTEM, "%s: %s", out->path, why);
    return number != 0 ? error_system(err, number, "%s", out->path) : error_memory(err);
}

bool shelf_lock(const struct shelf *shelf, const struct store *store, struct cvenv_error *err)
{
    if (!shelf->kept)
        return true;
    int number;
    while ((number = disk_lock(shelf->dir, true)) == EINTR) {
        if (store->bytecode.interrupted != NULL && store->bytecode.interrupted(store->bytecode.user))
            return error_set(err, CVENV_ERROR_INTERRUPTED, "interrupted");
    }
    return number == 0 || error_system(err, number, "%s: locking", shelf->path);
}

/* ---- the index: digests of wheels that have been read */

/* What must be the same for a file to have the same contents. */
static const char *fingerprint(struct arena *a, const struct disk_stat *st)
{
    return arena_format(a, "%llu %llu %llu %lld %lld", (unsigned long long)st->device, (unsigned long long)st->inode,
                        (unsigned long long)st->size, (long long)st->mtime, (long long)st->ctime);
}

static const char *index_name(struct arena *a, const char *wheel_path)
{
    unsigned char digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    digest_sha256(wheel_path, strlen(wheel_path), digest);
    digest_hex(digest, hex);
    return arena_format(a, SHELF_INDEX "%.*s", KEY_DIGITS, hex);
}

/* The remembered digest of the wheel, or NULL. */
static const char *index_find(struct arena *a, const struct shelf *shelf, const char *wheel_path)
{
    struct disk_stat st;
    struct slice text, line;
    if (!shelf->kept || disk_stat_path(wheel_path, &st) != 0 ||
        disk_read(a, shelf->dir, index_name(a, wheel_path), INDEX_LIMIT, &text) != 0)
        return NULL;
    if (!slice_line(&text, &line) || !slice_is(line, fingerprint(a, &st)) || !slice_line(&text, &line))
        return NULL;
    return line.length == KEY_DIGITS ? arena_copy(a, line.data, line.length) : NULL;
}

/*
 * A file that was changed a moment ago could be changed again without its times telling. Failing is harmless: the wheel
 * is then read again the next time.
 */
static void index_remember(struct arena *a, const struct shelf *shelf, const char *wheel_path,
                           const struct disk_stat *st, const char *digest)
{
    char temporary[32];
    bool settled = (int64_t)time(NULL) - st->ctime / 1000000000 >= SETTLED_SECONDS;
    if (!shelf->kept || !settled || shelf_name(SHELF_NEW, temporary) != 0)
        return;
    const char *text = arena_format(a, "%s\n%s\n", fingerprint(a, st), digest);
    if (!a->failed && disk_write_new(shelf->dir, temporary, text, strlen(text), 0600, -1, false) == 0 &&
        disk_rename(shelf->dir, temporary, shelf->dir, index_name(a, wheel_path), DISK_REPLACE) != 0)
        disk_remove(shelf->dir, temporary, DISK_FILE);
}

/* ---- entries */

static const char *key_of(struct arena *a, const struct store *store, const char *digest)
{
    const struct facts *facts = store->facts;
    const char *key = arena_format(a, "%s-%s-%s", digest, facts->cache_tag, store->compile ? facts->magic : "nopyc");
    return member_name_fault(key) == NULL && strchr(key, '/') == NULL ? key : NULL;
}

static int read_manifest(struct arena *a, struct store_entry *entry, struct manifest *manifest, const char **why)
{
    struct slice text;
    struct disk_stat st;
    int number = disk_stat(entry->dir, SHELF_MANIFEST, &st);
    if (number == 0 && (*why = disk_doubt(&st)) != NULL)
        return ESTALE;
    if (number == 0)
        number = disk_read(a, entry->dir, SHELF_MANIFEST, MANIFEST_LIMIT, &text);
    if (number == 0 && !manifest_parse(a, text, manifest))
        number = a->failed ? ENOMEM : ESTALE;
    return number;
}

static int map_contents(struct store_entry *entry, const struct disk_stat *expected)
{
    int number = disk_map(entry->dir, SHELF_CONTENTS, &entry->contents);
    const struct disk_stat *st = &entry->contents.stat;
    if (number == 0 && (st->size != expected->size || st->inode != expected->inode || st->mtime != expected->mtime ||
                        st->ctime != expected->ctime)) /* nothing links to it: its ctime stays, and cannot be forged */
        number = ESTALE;
    return number;
}

static int open_tree(struct store_entry *entry, const char **why)
{
    struct disk_stat st;
    int number = disk_open_dir(entry->dir, SHELF_TREE, &entry->content.tree);
    if (number == 0)
        number = check_trust(entry->content.tree, why);
    if (number == 0)
        number = disk_stat_dir(entry->content.tree, &st);
    if (number == 0) {
        entry->content.device = st.device;
        entry->content.owner = st.owner;
    }
    return number;
}

static int fill_entry(struct arena *a, const struct shelf *shelf, struct store_entry *entry, const char **why)
{
    struct manifest m;
    int number = disk_open_dir(shelf->dir, entry->key, &entry->dir);
    if (number == 0)
        number = check_trust(entry->dir, why);
    if (number == 0 && shelf->kept && disk_lock_shared(entry->dir) == EWOULDBLOCK)
        number = ESTALE; /* it is being removed */
    if (number == 0)
        number = read_manifest(a, entry, &m, why);
    if (number == 0 && strcmp(m.key, entry->key) != 0)
        number = ESTALE; /* it was whole where it came from */
    if (number == 0)
        number = map_contents(entry, &m.contents);
    if (number != 0)
        return number;
    entry->name = m.name;
    entry->version = m.version;
    entry->info = m.info;
    entry->path = arena_format(a, "%s/%s/" SHELF_TREE, shelf->path, entry->key);
    entry->content = m.place;
    entry->content.tree = DISK_NO_DIR;
    entry->content.contents = entry->contents.data;
    entry->record = m.record;
    entry->scripts = m.scripts;
    return open_tree(entry, why);
}

/* 0 when there is such an entry, whole and as it was made; else an errno value, or *why, tells why not. */
static int open_entry(struct arena *a, const struct shelf *shelf, const char *key, struct store_entry *out, const char **why)
{
    *out = (struct store_entry){ .key = key, .dir = DISK_NO_DIR, .content.tree = DISK_NO_DIR };
    *why = NULL;
    int number = fill_entry(a, shelf, out, why);
    if (number != 0)
        store_close(out);
    else if (shelf->kept)
        shelf_touch(out->dir);
    return number;
}

void store_close(struct store_entry *entry)
{
    disk_unmap(&entry->contents);
    disk_close(entry->content.tree);
    disk_close(entry->dir);
    *entry = (struct store_entry){ .dir = DISK_NO_DIR, .content.tree = DISK_NO_DIR };
}

/* What a file or directory gives that is there, but is something else by now. */
static bool is_other_thing(int number)
{
    return number == ESTALE || number == ENOTDIR || number == EISDIR || number == EINVAL || number == ELOOP;
}

/* Once: what is built in its place is whole. */
static void report_altered(struct arena *a, const struct shelf *shelf, const struct store *store, const char *key, int number,
                           const char *why)
{
    if (why == NULL)
        why = number == ENOENT ? "a file is missing" : is_other_thing(number) ? "not as it was stored" : strerror(number);
    const char *message = arena_format(a, "the cache was altered and is made anew: %s/%s: %s", shelf->path, key, why);
    if (store->bytecode.report != NULL)
        store->bytecode.report(store->bytecode.user, CVENV_REPORT_WARNING, message);
}

/* With the lock held: another process may have built it while this one waited. */
static bool find_or_build(struct arena *a, const struct shelf *shelf, const struct store *store, const char *wheel_path,
                          struct slice wheel, const char *key, struct store_entry *out, struct cvenv_error *err)
{
    struct disk_stat there;
    const char *why;
    int number = open_entry(a, shelf, key, out, &why);
    if (number == 0)
        return true;
    if (number == EMFILE || number == ENFILE || number == ENOMEM) /* that says nothing about the entry */
        return error_system(err, number, "%s/%s", shelf->path, key);
    if (number != ENOENT || disk_stat(shelf->dir, key, &there) == 0)
        report_altered(a, shelf, store, key, number, why);
    number = shelf_remove(shelf, key);
    if (number != 0 && number != ENOENT)
        return error_system(err, number, "%s/%s: removing what is not to be trusted", shelf->path, key);
    if (!shelf_build(shelf, store, wheel_path, wheel, key, err))
        return false;
    number = open_entry(a, shelf, key, out, &why);
    return number == 0 || error_system(err, number, "%s/%s: reading back what was written", shelf->path, key);
}

/* Reads the wheel (a mapping would not survive that somebody cuts the file) and tells its digest. */
static bool read_wheel(struct arena *a, const char *path, struct slice *wheel, struct disk_stat *st,
                       char hex[DIGEST_HEX_SIZE], struct cvenv_error *err)
{
    unsigned char digest[DIGEST_SIZE];
    int number = disk_stat_path(path, st);
    if (number == 0)
        number = disk_read_path(a, path, WHEEL_LIMIT, wheel);
    if (number != 0) {
        error_system(err, number, "%s", path);
        err->code = number == ENOMEM ? err->code : CVENV_ERROR_SEED; /* it is not the cache that is in the way */
        return false;
    }
    digest_sha256(wheel->data, wheel->length, digest);
    digest_hex(digest, hex);
    hex[KEY_DIGITS] = '\0';
    return true;
}

static bool open_by_reading(struct arena *a, const struct shelf *shelf, const struct store *store,
                            const char *wheel_path, struct store_entry *out, struct cvenv_error *err)
{
    static const struct store_limits limits = STORE_LIMITS_INIT;
    struct arena own = ARENA_INIT;
    struct slice wheel;
    struct disk_stat before, after;
    char hex[DIGEST_HEX_SIZE];
    bool ok = read_wheel(&own, wheel_path, &wheel, &before, hex, err);
    const char *key = ok ? key_of(a, store, hex) : NULL;
    if (ok && a->failed)
        ok = error_memory(err);
    if (ok && key == NULL)
        ok = error_set(err, CVENV_ERROR_VALUE, "'%s' is no cache tag", store->facts->cache_tag);
    ok = ok && find_or_build(a, shelf, store, wheel_path, wheel, key, out, err);
    if (ok && disk_stat_path(wheel_path, &after) == 0 && strcmp(fingerprint(a, &before), fingerprint(a, &after)) == 0)
        index_remember(a, shelf, wheel_path, &before, hex);
    if (ok && shelf->kept)
        shelf_prune(&own, shelf, &limits);
    arena_release(&own);
    return ok;
}

bool store_open(struct arena *a, const struct store *store, const char *wheel_path, struct store_entry *out,
                struct cvenv_error *err)
{
    struct shelf shelf;
    const char *why;
    *out = (struct store_entry){ .dir = DISK_NO_DIR, .content.tree = DISK_NO_DIR };
    if (!shelf_open(a, store, &shelf, err))
        return false;
    const char *digest = index_find(a, &shelf, wheel_path);
    const char *key = digest != NULL ? key_of(a, store, digest) : NULL;
    bool ok = key != NULL && open_entry(a, &shelf, key, out, &why) == 0;
    if (!ok)
        ok = shelf_lock(&shelf, store, err) && open_by_reading(a, &shelf, store, wheel_path, out, err);
    disk_close(shelf.dir);
    if (ok && a->failed) {
        store_close(out);
        return error_memory(err);
    }
    return ok;
}
