/* SPDX-License-Identifier: MIT */
/* RECORD: the list of installed files (Recording Installed Projects specification; CSV as Python's csv module). Pure. */
#ifndef SEED_RECORD_H
#define SEED_RECORD_H

#include "base/text.h"

struct record_row {
    const char *path;
    const char *hash; /* "sha256=…", or "" */
    const char *size; /* decimal, or "" */
};

struct record {
    struct record_row *rows;
    size_t count;
};

bool record_parse(struct arena *a, struct slice text, struct record *out, struct cvenv_error *err);
/* Appends one row, quoted as csv.writer quotes with lineterminator "\n"; `line_end` is what pip's csv writer used. */
void record_add(struct text *out, const char *path, const char *hash, const char *size, const char *line_end);

#endif
