/* SPDX-License-Identifier: MIT */
/* Fuzzing entry_points.txt: no name leaves the scripts directory, nothing but names gets into a script. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seed/entry_points.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_only(const char *string, const char *marks)
{
    check(string[0] != '\0');
    for (; *string != '\0'; string++)
        check((unsigned char)*string < 0x80 && (isalnum((unsigned char)*string) || strchr(marks, *string) != NULL));
}

static void check_points(const struct entry_points *points)
{
    for (size_t i = 0; i < points->count; i++) {
        check_only(points->items[i].name, "._-");
        check(points->items[i].name[0] != '.' && points->items[i].name[0] != '-');
        check_only(points->items[i].module, "._");
        check_only(points->items[i].attribute, "._");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct entry_points points, versioned;
    struct cvenv_error err;
    if (entry_points_parse(&arena, (struct slice){ (const char *)data, size }, &points, &err)) {
        check_points(&points);
        check(entry_points_version(&arena, &points, 3, 13, &versioned));
        check(versioned.count <= points.count + 5);
        check_points(&versioned);
    } else {
        check(err.code == CVENV_ERROR_SEED && err.message[0] != '\0');
    }
    arena_release(&arena);
    return 0;
}
