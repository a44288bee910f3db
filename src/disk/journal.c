/* SPDX-License-Identifier: MIT */
/*
 * Owns the journal of a merge: "cvenv journal 1 LAYER TARGET", TARGET being the directory's inode, then a line an operation,
 * "KIND INODE PATH", control characters and "%" in the path as %XX.
 */
#include <errno.h>
#include <stdlib.h>

#include "disk/merge.h"

#define JOURNAL "journal"

enum { JOURNAL_LIMIT = 64 << 20 };

static const char heading[] = "cvenv journal 1 ";

/* ---- writing ------------------------------------------------------------------------------------------- */

static void add_escaped(struct text *out, const char *path)
{
    for (; *path != '\0'; path++) {
        unsigned char c = (unsigned char)*path;
        if (c < 0x20 || c == 0x7f || c == '%')
            text_add_format(out, "%%%02x", c);
        else
            text_add_char(out, *path);
    }
}

static void format(struct text *out, const struct merge *m, uint64_t target)
{
    text_add_format(out, "%s%u %llu\n", heading, m->layer, (unsigned long long)target);
    for (size_t i = 0; i < m->count; i++) {
        const struct merge_operation *op = &m->operations[i];
        text_add_format(out, "%c %llu ", op->kind, (unsigned long long)op->inode);
        add_escaped(out, op->path);
        text_add_char(out, '\n');
    }
}

/* With --durable it is on the disk, and found there, before anything is renamed. */
static int sync_names(const struct merge *m)
{
    int number = m->durable ? disk_sync_dir(m->stage) : 0;
    return number == 0 && m->durable && m->home.handle >= 0 ? disk_sync_dir(m->home) : number;
}

int journal_write(const struct merge *m)
{
    struct disk_stat target;
    struct arena own = ARENA_INIT;
    struct text out = TEXT_INIT(&own);
    int number = disk_stat_dir(m->target, &target);
    if (number == 0) {
        format(&out, m, target.inode);
        number = own.failed ? ENOMEM : disk_write_new(m->stage, JOURNAL, out.data, out.length, 0666, -1, m->durable);
    }
    arena_release(&own);
    return number == 0 ? sync_names(m) : number;
}

int journal_remove(const struct merge *m)
{
    int number = disk_remove(m->stage, JOURNAL, DISK_FILE);
    return number == 0 && m->durable ? disk_sync_dir(m->stage) : number;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int hexadecimal(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL when it is not as add_escaped() writes it. */
static const char *unescape(struct arena *a, struct slice path)
{
    struct text out = TEXT_INIT(a);
    for (size_t i = 0; i < path.length; i++) {
        int high = 0, low = (unsigned char)path.data[i];
        if (low == '%') {
            high = i + 2 < path.length ? hexadecimal(path.data[i + 1]) : -1;
            low = high >= 0 ? hexadecimal(path.data[i + 2]) : -1;
            i += 2;
        }
        if (low < 0 || high * 16 + low == 0)
            return NULL;
        text_add_char(&out, (char)(high * 16 + low));
    }
    return text_string(&out);
}

/* Components that lead downwards: anything else was not written here. */
static bool is_below(const char *path)
{
    for (;; path++) {
        size_t length = strcspn(path, "/");
        if (length == 0 || (length == 1 && path[0] == '.') || (length == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        path += length;
        if (*path == '\0')
            return true;
    }
}

/* A number in the line, and the blank (or the end) behind it. */
static bool take_number(struct slice *line, uint64_t *out)
{
    size_t length = 0;
    *out = 0;
    for (; length < line->length && length < 20 && line->data[length] >= '0' && line->data[length] <= '9'; length++)
        *out = *out * 10 + (uint64_t)(line->data[length] - '0');
    if (length == 0 || (length < line->length && line->data[length] != ' '))
        return false;
    length += length < line->length;
    line->data += length;
    line->length -= length;
    return true;
}

static bool parse_operation(struct merge *m, struct slice line)
{
    uint64_t inode;
    if (line.length < 2 || line.data[1] != ' ' || memchr("NSD", line.data[0], 3) == NULL)
        return false;
    enum merge_kind kind = (enum merge_kind)line.data[0];
    line = (struct slice){ line.data + 2, line.length - 2 };
    const char *path = take_number(&line, &inode) ? unescape(m->arena, line) : NULL;
    return path != NULL && is_below(path) && merge_add(m, kind, path, inode);
}

/* A line that was cut off by the crash speaks of an operation that had not begun: so do those behind it. */
bool journal_parse(struct merge *m, struct slice text, uint64_t target)
{
    struct slice line;
    uint64_t layer, of;
    size_t length = sizeof heading - 1;
    if (!slice_line(&text, &line) || line.length < length || memcmp(line.data, heading, length) != 0)
        return false;
    line = (struct slice){ line.data + length, line.length - length };
    if (!take_number(&line, &layer) || !take_number(&line, &of) || of != target)
        return false;
    m->layer = (unsigned)layer;
    while (slice_line(&text, &line) && parse_operation(m, line))
        continue;
    return !m->arena->failed;
}

int journal_read(struct merge *m)
{
    struct slice text;
    struct disk_stat target;
    int number = disk_stat_dir(m->target, &target);
    if (number == 0)
        number = disk_read(m->arena, m->stage, JOURNAL, JOURNAL_LIMIT, &text);
    if (number == 0 && !journal_parse(m, text, target.inode))
        number = m->arena->failed ? ENOMEM : ENOENT;
    return number;
}
