/* SPDX-License-Identifier: MIT */
/* Owns the journal of a merge: a line an operation, "KIND INODE PATH", control characters and "%" in the path as %XX. */
#include "disk/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOURNAL_LIMIT = 64 << 20 };

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

static const char *unescape(struct arena *a, struct slice path)
{
    struct text out = TEXT_INIT(a);
    for (size_t i = 0; i < path.length; i++) {
        unsigned c = (unsigned char)path.data[i];
        if (c == '%' && path.length - i > 2 && sscanf(path.data + i + 1, "%2x", &c) == 1)
            i += 2;
        text_add_char(&out, (char)c);
    }
    return text_string(&out);
}

static void journal_name(char name[32], unsigned layer)
{
    snprintf(name, 32, "journal-%u", layer);
}

int journal_write(const struct merge *m)
{
    struct text out = TEXT_INIT(m->arena);
    for (size_t i = 0; i < m->count; i++) {
        const struct merge_operation *op = &m->operations[i];
        text_add_format(&out, "%c %llu ", op->kind, (unsigned long long)op->inode);
        add_escaped(&out, op->path);
        text_add_char(&out, '\n');
    }
    const char *data = text_string(&out);
    if (m->arena->failed)
        return ENOMEM;
    char name[32];
    journal_name(name, m->layer);
    return disk_write_new(m->stage, name, data, out.length, 0666, -1, m->durable);
}

/* A line that was cut off by the crash speaks of an operation that had not begun. */
static bool parse_line(struct arena *a, struct slice line, struct merge_operation *op)
{
    if (line.length < 5 || strchr("NSD", line.data[0]) == NULL)
        return false;
    const char *copy = arena_copy(a, line.data, line.length);
    char *end;
    op->kind = (enum merge_kind)copy[0];
    op->inode = strtoull(copy + 2, &end, 10);
    if (*end != ' ')
        return false;
    op->path = unescape(a, (struct slice){ end + 1, strlen(end + 1) });
    return !a->failed;
}

int journal_read(struct merge *m)
{
    char name[32];
    struct slice rest, line;
    journal_name(name, m->layer);
    int number = disk_read(m->arena, m->stage, name, JOURNAL_LIMIT, &rest);
    if (number != 0)
        return number;
    size_t lines = 0;
    for (size_t i = 0; i < rest.length; i++)
        lines += rest.data[i] == '\n';
    m->count = 0;
    m->operations = arena_array(m->arena, lines + 1, sizeof *m->operations);
    if (m->operations == NULL)
        return ENOMEM;
    while (m->count < lines && slice_line(&rest, &line))
        if (parse_line(m->arena, line, &m->operations[m->count]))
            m->count++;
    return m->arena->failed ? ENOMEM : 0;
}
