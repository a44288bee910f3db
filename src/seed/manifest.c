/* SPDX-License-Identifier: MIT */
/* Owns the format of manifests: written once, read in one pass at every use of the store. */
#include "seed/manifest.h"

#include <stdio.h>
#include <zlib.h>

#include "seed/member_name.h"

static const char format[] = "cvenv wheel 1 ";

enum { CRC_DIGITS = 8, HEADER_SIZE = sizeof format - 1 + CRC_DIGITS + 1, MOST = 100000 };

/* ---- writing */

static void add_field(struct text *out, const char *field)
{
    text_add(out, field, strlen(field) + 1);
}

static void add_end(struct text *out)
{
    text_add_char(out, '\0');
}

static void add_file(struct text *out, const struct place_file *file)
{
    text_add_format(out, "%c %u %lu %llu %llu %llu %llu ", file->bytecode ? 'b' : 's', file->mode,
                    (unsigned long)file->directory, (unsigned long long)file->size, (unsigned long long)file->mtime,
                    (unsigned long long)file->inode, (unsigned long long)file->offset);
    add_field(out, file->name);
}

static void add_body(struct text *out, const struct manifest *m)
{
    add_field(out, m->key);
    add_field(out, m->name);
    add_field(out, m->version);
    add_field(out, m->info);
    text_add_format(out, "%llu %llu %llu %llu", (unsigned long long)m->contents.size,
                    (unsigned long long)m->contents.mtime, (unsigned long long)m->contents.ctime,
                    (unsigned long long)m->contents.inode);
    add_end(out);
    text_add_format(out, "%zu %zu %zu", m->place.directory_count, m->place.file_count, m->scripts.count);
    add_end(out);
    for (size_t i = 0; i < m->place.directory_count; i++)
        add_field(out, m->place.directories[i]);
    for (size_t i = 0; i < m->place.file_count; i++)
        add_file(out, &m->place.files[i]);
    for (size_t i = 0; i < m->scripts.count; i++) {
        add_field(out, m->scripts.items[i].gui ? "g" : "c");
        add_field(out, m->scripts.items[i].name);
        add_field(out, m->scripts.items[i].module);
        add_field(out, m->scripts.items[i].attribute);
    }
    text_add(out, m->record.data, m->record.length);
}

void manifest_format(struct text *out, const struct manifest *manifest)
{
    struct text body = TEXT_INIT(out->arena);
    add_body(&body, manifest);
    uLong crc = crc32(0, (const Bytef *)text_string(&body), (uInt)body.length);
    text_add_format(out, "%s%08lx", format, crc);
    add_end(out);
    text_add(out, body.data, body.length);
}

/* ---- reading */

struct reader {
    const char *at, *end;
    bool ok; /* false once anything was not as it should be */
};

static const char *take_field(struct reader *r)
{
    const char *field = r->at, *nul = r->at < r->end ? memchr(r->at, '\0', (size_t)(r->end - r->at)) : NULL;
    if (nul == NULL) {
        r->ok = false;
        return "";
    }
    r->at = nul + 1;
    return field;
}

/* A number that `stop` follows. Fields end in NUL, so that this never runs past the end of one. */
static uint64_t take_number(struct reader *r, const char **at, char stop)
{
    const char *p = *at;
    uint64_t number = 0; /* times before 1970 are written as what they are modulo 2^64 */
    for (; *p >= '0' && *p <= '9' && p - *at < 20; p++)
        number = number * 10 + (uint64_t)(*p - '0');
    if (p == *at || *p != stop) {
        r->ok = false;
        return 0;
    }
    *at = stop != '\0' ? p + 1 : p;
    return number;
}

static bool is_component(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void take_directories(struct arena *a, struct reader *r, struct manifest *out)
{
    const char **directories = arena_array(a, out->place.directory_count, sizeof *directories);
    for (size_t i = 0; directories != NULL && r->ok && i < out->place.directory_count; i++) {
        directories[i] = take_field(r);
        r->ok = r->ok && (i == 0 ? directories[i][0] == '\0' : member_name_fault(directories[i]) == NULL);
    }
    out->place.directories = directories;
}

static void take_file(struct reader *r, const struct manifest *m, uint32_t least, struct place_file *out)
{
    const char *at = take_field(r);
    out->bytecode = at[0] == 'b';
    if ((at[0] != 'b' && at[0] != 's') || at[1] != ' ') {
        r->ok = false;
        return;
    }
    at += 2;
    out->mode = (unsigned)take_number(r, &at, ' ');
    uint64_t directory = take_number(r, &at, ' ');
    out->directory = (uint32_t)directory;
    out->size = take_number(r, &at, ' ');
    out->mtime = (int64_t)take_number(r, &at, ' ');
    out->inode = take_number(r, &at, ' ');
    out->offset = take_number(r, &at, ' ');
    out->name = at;
    r->ok = r->ok && (out->mode == 0666 || out->mode == 0777) && directory >= least &&
            directory < m->place.directory_count && out->offset <= m->contents.size &&
            out->size <= m->contents.size - out->offset && is_component(at);
}

static void take_files(struct arena *a, struct reader *r, struct manifest *out)
{
    struct place_file *files = arena_array(a, out->place.file_count, sizeof *files);
    uint32_t directory = 0;
    for (size_t i = 0; files != NULL && r->ok && i < out->place.file_count; i++) {
        take_file(r, out, directory, &files[i]);
        directory = files[i].directory;
    }
    out->place.files = files;
}

static void take_scripts(struct arena *a, struct reader *r, struct manifest *out)
{
    out->scripts.items = arena_array(a, out->scripts.count, sizeof *out->scripts.items);
    for (size_t i = 0; out->scripts.items != NULL && r->ok && i < out->scripts.count; i++) {
        struct entry_point *point = &out->scripts.items[i];
        point->gui = take_field(r)[0] == 'g';
        point->name = take_field(r);
        point->module = take_field(r);
        point->attribute = take_field(r);
        r->ok = r->ok && is_component(point->name);
    }
}

static size_t take_count(struct reader *r, const char **at, char stop)
{
    uint64_t count = take_number(r, at, stop);
    r->ok = r->ok && count <= MOST;
    return (size_t)count;
}

static bool is_whole(struct slice text)
{
    if (text.length < HEADER_SIZE || memcmp(text.data, format, sizeof format - 1) != 0)
        return false;
    char expected[CRC_DIGITS + 1];
    uLong crc = crc32(0, (const Bytef *)text.data + HEADER_SIZE, (uInt)(text.length - HEADER_SIZE));
    snprintf(expected, sizeof expected, "%08lx", crc);
    return memcmp(text.data + sizeof format - 1, expected, sizeof expected) == 0;
}

bool manifest_parse(struct arena *a, struct slice text, struct manifest *out)
{
    *out = (struct manifest){ 0 };
    if (!is_whole(text))
        return false;
    struct reader r = { text.data + HEADER_SIZE, text.data + text.length, true };
    out->key = take_field(&r);
    out->name = take_field(&r);
    out->version = take_field(&r);
    out->info = take_field(&r);
    const char *at = take_field(&r);
    out->contents.size = take_number(&r, &at, ' ');
    out->contents.mtime = (int64_t)take_number(&r, &at, ' ');
    out->contents.ctime = (int64_t)take_number(&r, &at, ' ');
    out->contents.inode = take_number(&r, &at, '\0');
    at = take_field(&r);
    out->place.directory_count = take_count(&r, &at, ' ');
    out->place.file_count = take_count(&r, &at, ' ');
    out->scripts.count = take_count(&r, &at, '\0');
    if (!r.ok || out->place.directory_count == 0 || !is_component(out->info))
        return false;
    take_directories(a, &r, out);
    take_files(a, &r, out);
    take_scripts(a, &r, out);
    out->record = (struct slice){ r.at, (size_t)(r.end - r.at) };
    return r.ok && !a->failed;
}
