/* SPDX-License-Identifier: MIT */
/* Owns the rows of a RECORD: reading them, ordering them and writing them as pip does. */
#include "seed/record.h"

#include <stdlib.h>

#include "base/digest.h"

static bool refuse(struct cvenv_error *err, size_t number, const char *reason)
{
    return error_set(err, CVENV_ERROR_SEED, "RECORD, line %zu: %s", number, reason);
}

/* Copies the quoted field at `at` (behind its opening quote) over itself without quotes; NULL when it is not closed. */
static char *unquote(char *at, const char *end)
{
    char *to = at;
    for (const char *from = at; from < end; from++) {
        if (*from == '"' && (++from == end || *from != '"')) {
            *to = '\0';
            return at + (from - at);
        }
        *to++ = *from;
    }
    return NULL;
}

/* Takes one field off the line between *at and `end`: NUL-terminated in place. `last`: no comma may follow. */
static bool take_field(char **at, char *end, bool last, const char **field)
{
    char *start = *at, *stop;
    if (start < end && *start == '"') {
        *field = start + 1;
        stop = unquote(start + 1, end);
    } else {
        *field = start;
        stop = memchr(start, ',', (size_t)(end - start));
        stop = stop != NULL ? stop : end;
        if (memchr(start, '"', (size_t)(stop - start)) != NULL)
            return false;
    }
    if (stop == NULL || (last ? stop != end : stop == end || *stop != ','))
        return false;
    *at = stop + 1;
    *stop = '\0';
    return true;
}

static bool has_control(struct slice line)
{
    for (size_t i = 0; i < line.length; i++) {
        if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
            return true;
    }
    return false;
}

static size_t count_lines(struct slice text)
{
    size_t count = 0;
    for (struct slice line; slice_line(&text, &line);)
        count++;
    return count;
}

bool record_parse(struct arena *a, struct slice text, struct record *out, struct cvenv_error *err)
{
    size_t number = 0;
    *out = (struct record){ arena_array(a, count_lines(text), sizeof *out->rows), 0 };
    char *copy = arena_copy(a, text.data, text.length);
    if (a->failed)
        return error_memory(err);
    struct slice rest = { copy, text.length };
    for (struct slice line; slice_line(&rest, &line);) {
        number++;
        if (line.length == 0)
            continue;
        if (has_control(line))
            return refuse(err, number, "a control character");
        struct record_row *row = &out->rows[out->count++];
        char *at = copy + (line.data - copy), *end = at + line.length;
        if (!take_field(&at, end, false, &row->path) || !take_field(&at, end, false, &row->hash) ||
            !take_field(&at, end, true, &row->size))
            return refuse(err, number, "not three fields");
        if (row->path[0] == '\0')
            return refuse(err, number, "no path");
    }
    return true;
}

struct record_row record_row_of(struct arena *a, const char *path, struct slice contents)
{
    unsigned char digest[DIGEST_SIZE];
    char base64[DIGEST_BASE64_SIZE];
    digest_sha256(contents.data, contents.length, digest);
    digest_base64(digest, base64);
    return (struct record_row){ path, arena_format(a, "sha256=%s", base64), arena_format(a, "%zu", contents.length) };
}

/* UTF-8 compares byte by byte as Python compares strings, by code points. */
static int by_path(const void *x, const void *y)
{
    const struct record_row *a = x, *b = y;
    return strcmp(a->path, b->path);
}

void record_sort(struct record *record)
{
    qsort(record->rows, record->count, sizeof *record->rows, by_path);
}

/* csv.QUOTE_MINIMAL: only what would be misread is quoted. */
static void add_field(struct text *out, const char *field)
{
    if (field[strcspn(field, ",\"\r\n")] == '\0') {
        text_add_string(out, field);
        return;
    }
    text_add_char(out, '"');
    for (; *field != '\0'; field++)
        text_add(out, *field == '"' ? "\"\"" : field, *field == '"' ? 2 : 1);
    text_add_char(out, '"');
}

void record_add(struct text *out, const char *path, const char *hash, const char *size, const char *line_end)
{
    add_field(out, path);
    text_add_char(out, ',');
    add_field(out, hash);
    text_add_char(out, ',');
    add_field(out, size);
    text_add_string(out, line_end);
}

/* Does the path of the row `line` come before `path`? Reads through the quotes that the row may have. */
static bool comes_before(struct slice line, const char *path)
{
    size_t i = line.length > 0 && line.data[0] == '"' ? 1 : 0;
    const bool quoted = i == 1;
    for (; i < line.length; i++, path++) {
        if (quoted && line.data[i] == '"' && (++i == line.length || line.data[i] != '"'))
            break;
        if (!quoted && line.data[i] == ',')
            break;
        if (line.data[i] != *path)
            return (unsigned char)line.data[i] < (unsigned char)*path;
    }
    return *path != '\0';
}

void record_merge(struct text *out, struct slice sorted, const struct record_row *more, size_t count,
                  const char *line_end)
{
    struct record extra = { arena_array(out->arena, count, sizeof *more), count };
    if (extra.rows == NULL)
        return;
    if (count > 0)
        memcpy(extra.rows, more, count * sizeof *more);
    record_sort(&extra);
    const char *start = sorted.data;
    for (size_t i = 0; i < count; i++) {
        for (struct slice rest = sorted, line; slice_line(&rest, &line) && comes_before(line, extra.rows[i].path);)
            sorted = rest;
        text_add(out, start, (size_t)(sorted.data - start));
        start = sorted.data;
        record_add(out, extra.rows[i].path, extra.rows[i].hash, extra.rows[i].size, line_end);
    }
    text_add(out, start, sorted.length);
}
