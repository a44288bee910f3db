/* SPDX-License-Identifier: MIT */
/* Owns reading zip archives, so strictly that no two readers can see two different archives in one file. */
#include "seed/archive.h"

#include <stdlib.h>
#include <zlib.h>

#include "seed/member_name.h"

/* Sizes of the fixed parts of the records (APPNOTE.TXT 4.3.7, 4.3.9, 4.3.12, 4.3.16). */
enum { LOCAL_SIZE = 30, DESCRIPTOR_SIZE = 12, CENTRAL_SIZE = 46, END_SIZE = 22 };
enum { MAX_ENTRIES = 20000, MAX_SIZE = 64 << 20, MAX_TOTAL = 256 << 20 };
/* APPNOTE.TXT 4.4.4: the bits that say nothing about how to read an entry, or what is understood here. */
enum { FLAG_DESCRIPTOR = 0x0008, FLAG_UTF8 = 0x0800, FLAGS_KNOWN = 0x0006 | FLAG_DESCRIPTOR | FLAG_UTF8 };
enum { EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_PATH = 0x7075 };
enum { TYPE_MASK = 0170000, TYPE_DIRECTORY = 0040000, TYPE_REGULAR = 0100000 };

static unsigned read16(const unsigned char *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

static uint32_t read32(const unsigned char *p)
{
    return read16(p) | (uint32_t)read16(p + 2) << 16;
}

static bool refuse(struct cvenv_error *err, const char *reason)
{
    return error_set(err, CVENV_ERROR_SEED, "not a zip archive to be trusted: %s", reason);
}

static bool refuse_entry(struct cvenv_error *err, const struct archive_entry *entry, const char *reason)
{
    return error_set(err, CVENV_ERROR_SEED, "archive member '%s' %s", entry->name, reason);
}

/* Days from 1970-01-01 to a Gregorian date; years are counted from March, so that leap days come last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int m = month <= 2 ? month + 9 : month - 3;
    return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* APPNOTE.TXT 4.4.6; a month or day of 0 is taken as 1. */
static int64_t time_from_dos(unsigned date, unsigned time)
{
    int month = (int)(date >> 5 & 15), day = (int)(date & 31);
    int64_t days = days_since_1970(1980 + (int)(date >> 9), month == 0 ? 1 : month, day == 0 ? 1 : day);
    int64_t seconds = (int64_t)(time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2;
    return (days * 86400 + seconds) * 1000000000;
}

/* Extra fields must fit, and may not give the entry another size or another name. */
static bool extra_is_plain(const unsigned char *extra, size_t length)
{
    while (length >= 4) {
        unsigned id = read16(extra), size = read16(extra + 2);
        if (size > length - 4 || id == EXTRA_ZIP64 || id == EXTRA_UNICODE_PATH)
            return false;
        extra += 4 + size;
        length -= 4 + size;
    }
    return length == 0;
}

/* A directory is what its name ends in "/" for; the attributes must agree. Only the bits of a regular file count. */
static bool read_type(struct archive_entry *entry, bool slash, uint32_t attributes)
{
    unsigned mode = attributes >> 16, type = mode & TYPE_MASK;
    entry->directory = slash;
    if (type != 0 && type != (slash ? TYPE_DIRECTORY : TYPE_REGULAR))
        return false;
    if (type == TYPE_REGULAR)
        entry->mode = mode & 07777;
    return true;
}

static bool check_entry(const struct archive_entry *entry, unsigned flags, struct cvenv_error *err)
{
    if ((flags & ~(unsigned)FLAGS_KNOWN) != 0)
        return refuse_entry(err, entry, "is encrypted or of an unknown kind");
    if (entry->method != 0 && entry->method != Z_DEFLATED)
        return refuse_entry(err, entry, "is compressed by a method other than deflate");
    if (entry->size > MAX_SIZE || entry->packed > MAX_SIZE)
        return refuse_entry(err, entry, "is larger than 64 MiB");
    if ((entry->method == 0 && entry->size != entry->packed) || (entry->directory && entry->size + entry->packed != 0))
        return refuse_entry(err, entry, "has a size that cannot be true");
    return true;
}

/* `name` is a copy of `length` bytes; a NUL among them would be the end of it. */
static bool check_name(const char *name, size_t length, unsigned flags, struct cvenv_error *err)
{
    const char *fault = strlen(name) == length ? member_name_fault(name) : "has a control character";
    for (size_t i = 0; fault == NULL && (flags & FLAG_UTF8) == 0 && i < length; i++) {
        if ((unsigned char)name[i] >= 0x80)
            fault = "is in an unknown character set";
    }
    return fault == NULL || error_set(err, CVENV_ERROR_SEED, "archive member name '%.255s' %s", name, fault);
}

/* Reads the central header at *at, which ends before `end`, and moves *at behind it. */
static bool read_central(struct arena *a, const unsigned char **at, const unsigned char *end, struct archive_entry *out,
                         struct cvenv_error *err)
{
    const unsigned char *p = *at;
    if (end - p < CENTRAL_SIZE || memcmp(p, "PK\1\2", 4) != 0)
        return refuse(err, "its directory is damaged");
    size_t length = read16(p + 28), extra = read16(p + 30), comment = read16(p + 32);
    if ((size_t)(end - p) < CENTRAL_SIZE + length + extra + comment)
        return refuse(err, "its directory is cut off");
    bool slash = length > 0 && p[CENTRAL_SIZE + length - 1] == '/';
    size_t known = slash ? length - 1 : length;
    *out = (struct archive_entry){ .name = arena_copy(a, (const char *)p + CENTRAL_SIZE, known),
                                   .size = read32(p + 24),
                                   .packed = read32(p + 20),
                                   .offset = read32(p + 42),
                                   .crc = read32(p + 16),
                                   .method = read16(p + 10),
                                   .mtime = time_from_dos(read16(p + 14), read16(p + 12)) };
    if (!check_name(out->name, known, read16(p + 8), err))
        return false;
    if (read16(p + 34) != 0 || !extra_is_plain(p + CENTRAL_SIZE + length, extra))
        return refuse_entry(err, out, "has more than one size, place or name");
    if (!read_type(out, slash, read32(p + 38)))
        return refuse_entry(err, out, "is neither a file nor a directory");
    *at = p + CENTRAL_SIZE + length + extra + comment;
    return check_entry(out, read16(p + 8), err);
}

/* Are the CRC and sizes at `p` (in the order that local headers and descriptors have) those of the entry? */
static bool sizes_agree(const struct archive_entry *entry, const unsigned char *p)
{
    return read32(p) == entry->crc && read32(p + 4) == entry->packed && read32(p + 8) == entry->size;
}

/* Bytes of the descriptor at `p`, with or without its signature; 0 when there is none that agrees. */
static size_t descriptor_length(const struct archive_entry *entry, const unsigned char *p, size_t left)
{
    if (left >= 4 + DESCRIPTOR_SIZE && memcmp(p, "PK\7\10", 4) == 0 && sizes_agree(entry, p + 4))
        return 4 + DESCRIPTOR_SIZE;
    return left >= DESCRIPTOR_SIZE && sizes_agree(entry, p) ? DESCRIPTOR_SIZE : 0;
}

/* Checks that the local header says what the directory says; *end is set to where the entry ends. */
static bool check_local(const struct archive_entry *entry, const unsigned char *data, size_t limit, size_t *end,
                        struct cvenv_error *err)
{
    static const unsigned char none[DESCRIPTOR_SIZE] = { 0 };
    const unsigned char *p = data + entry->offset;
    size_t left = limit - (size_t)entry->offset;
    if (left < LOCAL_SIZE || memcmp(p, "PK\3\4", 4) != 0)
        return refuse_entry(err, entry, "is not where the directory says");
    size_t length = read16(p + 26), extra = read16(p + 28);
    if (left - LOCAL_SIZE < length + extra || left - LOCAL_SIZE - length - extra < entry->packed)
        return refuse_entry(err, entry, "is cut off");
    bool later = (read16(p + 6) & FLAG_DESCRIPTOR) != 0;
    size_t known = strlen(entry->name);
    if (length != known + entry->directory || memcmp(p + LOCAL_SIZE, entry->name, known) != 0 ||
        (read16(p + 6) & ~(unsigned)FLAGS_KNOWN) != 0 || read16(p + 8) != entry->method ||
        !extra_is_plain(p + LOCAL_SIZE + length, extra) ||
        !(sizes_agree(entry, p + 14) || (later && memcmp(p + 14, none, sizeof none) == 0)))
        return refuse_entry(err, entry, "has a header that contradicts the directory");
    if (!check_name(entry->name, known, read16(p + 6), err))
        return false;
    size_t used = LOCAL_SIZE + length + extra + (size_t)entry->packed;
    size_t descriptor = later ? descriptor_length(entry, p + used, left - used) : 0;
    if (later && descriptor == 0)
        return refuse_entry(err, entry, "has a descriptor that contradicts the directory");
    *end = (size_t)entry->offset + used + descriptor;
    return true;
}

/* Those at one place stay in the order of the directory: qsort() alone promises nothing of the kind. */
static int by_offset(const void *x, const void *y)
{
    const struct archive_entry *a = *(const struct archive_entry *const *)x;
    const struct archive_entry *b = *(const struct archive_entry *const *)y;
    return a->offset != b->offset ? (a->offset > b->offset) - (a->offset < b->offset) : (a > b) - (a < b);
}

static int by_name(const void *x, const void *y)
{
    const struct archive_entry *a = *(const struct archive_entry *const *)x;
    const struct archive_entry *b = *(const struct archive_entry *const *)y;
    return member_name_compare(a->name, b->name);
}

/* Every byte before the directory belongs to exactly one entry: nothing overlaps, nothing hides between them. */
static bool check_layout(const struct archive *archive, size_t limit, struct cvenv_error *err)
{
    const struct archive_entry **order = archive->sorted;
    qsort(order, archive->count, sizeof *order, by_offset);
    size_t end = 0;
    for (size_t i = 0; i < archive->count; i++) {
        if (order[i]->offset != end)
            return refuse_entry(err, order[i],
                                order[i]->offset < end ? "overlaps another" : "has unknown bytes before it");
        if (!check_local(order[i], archive->data, limit, &end, err))
            return false;
    }
    return end == limit || refuse(err, "it has unknown bytes before its directory");
}

/* Leaves archive->sorted in the order that archive_find wants. */
static bool check_names(const struct archive *archive, struct cvenv_error *err)
{
    const struct archive_entry **order = archive->sorted;
    qsort(order, archive->count, sizeof *order, by_name);
    for (size_t i = 1; i < archive->count; i++) {
        const char *fault = member_name_conflict(order[i - 1]->name, order[i - 1]->directory, order[i]->name);
        if (fault != NULL)
            return refuse_entry(err, order[i], fault);
    }
    return true;
}

static bool read_directory(struct arena *a, struct archive *archive, const unsigned char *at, const unsigned char *end,
                           struct cvenv_error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < archive->count; i++) {
        if (!read_central(a, &at, end, &archive->entries[i], err))
            return false;
        archive->sorted[i] = &archive->entries[i];
        total += archive->entries[i].size;
    }
    if (total > MAX_TOTAL)
        return refuse(err, "it unpacks to more than 256 MiB");
    return at == end || refuse(err, "its directory has more than it should");
}

/* The end record must be the last bytes of the file: no comment, no other one that another reader could find. */
bool archive_open(struct arena *a, const void *data, size_t length, struct archive *out, struct cvenv_error *err)
{
    const unsigned char *bytes = data;
    if (length > MAX_TOTAL)
        return refuse(err, "it is larger than 256 MiB");
    if (length < END_SIZE || memcmp(bytes + length - END_SIZE, "PK\5\6", 4) != 0)
        return refuse(err, "it does not end as one");
    const unsigned char *end = bytes + length - END_SIZE;
    size_t count = read16(end + 10), size = read32(end + 12), offset = read32(end + 16), limit = length - END_SIZE;
    if (read32(end + 4) != 0 || read16(end + 8) != count || read16(end + 20) != 0)
        return refuse(err, "it is in several parts or has a comment");
    if (offset > limit || size != limit - offset)
        return refuse(err, "its directory is not where it should be");
    if (count > MAX_ENTRIES)
        return refuse(err, "it has more than 20000 members");
    *out = (struct archive){ .data = bytes, .length = length, .count = count };
    out->entries = arena_array(a, count, sizeof *out->entries);
    out->sorted = arena_array(a, count, sizeof *out->sorted);
    if (out->entries == NULL || out->sorted == NULL)
        return error_memory(err);
    if (!read_directory(a, out, bytes + offset, end, err))
        return false;
    if (a->failed)
        return error_memory(err);
    return check_layout(out, offset, err) && check_names(out, err);
}

const struct archive_entry *archive_find(const struct archive *archive, const char *name)
{
    const struct archive_entry key = { .name = name }, *wanted = &key;
    const struct archive_entry *const *found =
        archive->count == 0 ? NULL
                            : bsearch(&wanted, archive->sorted, archive->count, sizeof *archive->sorted, by_name);
    return found != NULL && strcmp((*found)->name, name) == 0 ? *found : NULL;
}

static bool inflate_into(const unsigned char *from, const struct archive_entry *entry, unsigned char *to,
                         struct cvenv_error *err)
{
    z_stream stream = { 0 };
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return error_memory(err);
    unsigned char spare[1]; /* where an entry of no bytes would go, and what shows that there are too many */
    stream.next_in = (z_const Bytef *)(uintptr_t)from;
    stream.avail_in = (uInt)entry->packed;
    stream.next_out = entry->size > 0 ? to : spare;
    stream.avail_out = entry->size > 0 ? (uInt)entry->size : sizeof spare;
    int result = inflate(&stream, Z_FINISH);
    bool whole = result == Z_STREAM_END && stream.avail_in == 0 && stream.total_out == entry->size;
    inflateEnd(&stream);
    if (result == Z_MEM_ERROR)
        return error_memory(err);
    return whole || refuse_entry(err, entry, "is damaged");
}

bool archive_extract(const struct archive *archive, const struct archive_entry *entry, void *buffer,
                     struct cvenv_error *err)
{
    const unsigned char *header = archive->data + entry->offset;
    const unsigned char *from = header + LOCAL_SIZE + read16(header + 26) + read16(header + 28);
    if (entry->method == Z_DEFLATED) {
        if (!inflate_into(from, entry, buffer, err))
            return false;
    } else if (entry->size > 0) {
        memcpy(buffer, from, (size_t)entry->size);
    }
    uLong crc = entry->size > 0 ? crc32(0, buffer, (uInt)entry->size) : crc32(0, NULL, 0);
    return crc == entry->crc || refuse_entry(err, entry, "has a wrong checksum");
}
