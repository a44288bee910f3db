/* SPDX-License-Identifier: MIT */
/* Fuzzing RECORD: what is read is written so that it reads back the same, also when rows are merged into it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seed/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool same_row(const struct record_row *a, const struct record_row *b)
{
    return strcmp(a->path, b->path) == 0 && strcmp(a->hash, b->hash) == 0 && strcmp(a->size, b->size) == 0;
}

/* The rows from the `from`th on as text; sorted, as they are in the record. */
static struct slice written(struct arena *a, const struct record *record, size_t from)
{
    struct text out = TEXT_INIT(a);
    for (size_t i = from; i < record->count; i++)
        record_add(&out, record->rows[i].path, record->rows[i].hash, record->rows[i].size, RECORD_LINE_END);
    return (struct slice){ text_string(&out), out.length };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct record record, back, merged;
    struct cvenv_error err;
    if (record_parse(&arena, (struct slice){ (const char *)data, size }, &record, &err)) {
        record_sort(&record);
        check(record_parse(&arena, written(&arena, &record, 0), &back, &err) && back.count == record.count);
        for (size_t i = 0; i < record.count; i++)
            check(same_row(&record.rows[i], &back.rows[i]));
        size_t few = record.count < 5 ? record.count : 5;
        struct text out = TEXT_INIT(&arena);
        record_merge(&out, written(&arena, &record, few), record.rows, few, RECORD_LINE_END);
        check(record_parse(&arena, (struct slice){ text_string(&out), out.length }, &merged, &err));
        check(merged.count == record.count);
        for (size_t i = 0; i < record.count; i++)
            check(strcmp(merged.rows[i].path, record.rows[i].path) == 0);
    } else {
        check(err.code == CVENV_ERROR_SEED && err.message[0] != '\0');
    }
    arena_release(&arena);
    return 0;
}
