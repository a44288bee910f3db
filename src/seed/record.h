/* SPDX-License-Identifier: MIT */
/* RECORD: the list of installed files (Recording Installed Projects specification; CSV of Python's csv module). */
#ifndef SEED_RECORD_H
#define SEED_RECORD_H

#include "base/text.h"

/* What ends a row that csv.writer writes: pip has always left it at its default. */
#define RECORD_LINE_END "\r\n"

struct record_row {
    const char *path;
    const char *hash; /* "sha256=…", or "" */
    const char *size; /* decimal, or "" */
};

struct record {
    struct record_row *rows;
    size_t count;
};

/* Reads a RECORD: rows of three fields, without control characters. */
bool record_parse(struct arena *a, struct slice text, struct record *out, struct cvenv_error *err);
/* The row of a file with these contents. */
struct record_row record_row_of(struct arena *a, const char *path, struct slice contents);
/* Puts the rows in the order in which pip writes them: by path, as Python compares strings. */
void record_sort(struct record *record);
/* Appends one row, quoted as csv.writer quotes; `line_end` is what pip's csv writer used. */
void record_add(struct text *out, const char *path, const char *hash, const char *size, const char *line_end);
/*
 * Appends all of `sorted` (rows as text, in pip's order) and the `count` rows of `more` (in any order), each at its
 * place: the RECORD that pip would have written for them all.
 */
void record_merge(struct text *out, struct slice sorted, const struct record_row *more, size_t count,
                  const char *line_end);

#endif
