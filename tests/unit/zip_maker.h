/* SPDX-License-Identifier: MIT */
/* Makes zip archives and wheels in memory, for tests: correct ones, which the tests then spoil. */
#ifndef TESTS_ZIP_MAKER_H
#define TESTS_ZIP_MAKER_H

#include <string.h>
#include <zlib.h>

#include "base/text.h"
#include "seed/record.h"

enum { ZIP_FILE = 0100644, ZIP_EXECUTABLE = 0100755, ZIP_DIRECTORY = 0040755, ZIP_LINK = 0120777 };

struct zip_member {
    const char *name;
    struct slice data;
    unsigned method; /* 0 or 8 */
    unsigned mode;   /* with the type */
    unsigned flags;
    const char *extra; /* 5 bytes of extra field, or NULL */
};

static inline struct slice slice_of(const char *string)
{
    return (struct slice){ string, strlen(string) };
}

static inline void add16(struct text *out, unsigned value)
{
    text_add_char(out, (char)(value & 255));
    text_add_char(out, (char)(value >> 8 & 255));
}

static inline void add32(struct text *out, unsigned long value)
{
    add16(out, (unsigned)(value & 65535));
    add16(out, (unsigned)(value >> 16 & 65535));
}

static inline struct slice deflated(struct arena *a, struct slice data)
{
    z_stream stream = { 0 };
    size_t most = compressBound((uLong)data.length) + 16;
    unsigned char *out = arena_alloc(a, most);
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (z_const Bytef *)(uintptr_t)data.data;
    stream.avail_in = (uInt)data.length;
    stream.next_out = out;
    stream.avail_out = (uInt)most;
    deflate(&stream, Z_FINISH);
    size_t length = stream.total_out;
    deflateEnd(&stream);
    return (struct slice){ (const char *)out, length };
}

/* What the local and the central header have in common; 2026-02-03 04:05:06. */
static inline void zip_common(struct text *out, const struct zip_member *m, unsigned long crc, size_t packed)
{
    add16(out, m->flags);
    add16(out, m->method);
    add16(out, 4 << 11 | 5 << 5 | 6 / 2);
    add16(out, (2026 - 1980) << 9 | 2 << 5 | 3);
    add32(out, crc);
    add32(out, packed);
    add32(out, m->data.length);
    add16(out, (unsigned)strlen(m->name));
    add16(out, m->extra != NULL ? 5 : 0);
}

static inline struct slice zip_make(struct arena *a, const struct zip_member *members, size_t count)
{
    struct text out = TEXT_INIT(a), directory = TEXT_INIT(a);
    for (size_t i = 0; i < count; i++) {
        const struct zip_member *m = &members[i];
        unsigned long crc = crc32(crc32(0, NULL, 0), (const Bytef *)m->data.data, (uInt)m->data.length);
        struct slice packed = m->method == 8 ? deflated(a, m->data) : m->data;
        size_t offset = out.length;
        text_add(&out, "PK\3\4\24\0", 6);
        zip_common(&out, m, crc, packed.length);
        text_add_string(&out, m->name);
        text_add(&out, m->extra, m->extra != NULL ? 5 : 0);
        text_add(&out, packed.data, packed.length);
        text_add(&directory, "PK\1\2\24\3\24\0", 8);
        zip_common(&directory, m, crc, packed.length);
        text_add(&directory, "\0\0\0\0\0\0", 6); /* comment, disk, internal attributes */
        add32(&directory, (unsigned long)m->mode << 16);
        add32(&directory, offset);
        text_add_string(&directory, m->name);
        text_add(&directory, m->extra, m->extra != NULL ? 5 : 0);
    }
    size_t offset = out.length;
    text_add(&out, directory.data, directory.length);
    text_add(&out, "PK\5\6\0\0\0\0", 8);
    add16(&out, (unsigned)count);
    add16(&out, (unsigned)count);
    add32(&out, directory.length);
    add32(&out, offset);
    add16(&out, 0);
    return (struct slice){ text_string(&out), out.length };
}

/* Adds the RECORD that lists all members as the last one, and makes the archive. `info` is the .dist-info directory. */
static inline struct slice wheel_make(struct arena *a, const char *info, const struct zip_member *members, size_t count)
{
    struct zip_member all[64];
    struct text record = TEXT_INIT(a);
    const char *name = arena_format(a, "%s/RECORD", info);
    for (size_t i = 0; i < count; i++) {
        all[i] = members[i];
        if ((members[i].mode & 0170000) == (ZIP_DIRECTORY & 0170000))
            continue;
        struct record_row row = record_row_of(a, members[i].name, members[i].data);
        record_add(&record, row.path, row.hash, row.size, "\n");
    }
    record_add(&record, name, "", "", "\n");
    all[count] = (struct zip_member){ name, { text_string(&record), record.length }, 8, 0664, 0, NULL };
    return zip_make(a, all, count + 1);
}

#endif
