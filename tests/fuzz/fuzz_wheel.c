/* SPDX-License-Identifier: MIT */
/*
 * Fuzzing wheels. The input is the text of the metadata, four parts that NUL bytes separate (WHEEL, entry_points.txt,
 * RECORD, the name of one more member), put into an archive that is correct: so the fuzzer reaches what lies behind the
 * zip reader.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seed/wheel.h"
#include "../unit/zip_maker.h"

#define INFO "demo-1.0.dist-info"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static const char *take_part(struct arena *a, const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size > 0 ? memchr(*data, 0, *size) : NULL;
    size_t length = end != NULL ? (size_t)(end - *data) : *size;
    const char *part = arena_copy(a, (const char *)*data, length);
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return part;
}

/* What goes into a script is names and nothing else; what is extracted has the hash that RECORD gives. */
static void check_wheel(struct arena *a, const struct wheel *wheel)
{
    struct cvenv_error err;
    check(strcmp(wheel->info, INFO) == 0);
    for (size_t i = 0; i < wheel->scripts.count; i++) {
        const struct entry_point *point = &wheel->scripts.items[i];
        check(strchr(point->name, '/') == NULL && point->name[0] != '.' && point->name[0] != '\0');
        check(strpbrk(point->module, "\n;() '\"") == NULL && strpbrk(point->attribute, "\n;() '\"") == NULL);
        struct slice script = wheel_script(a, point, "/v/bin/python3", "24.2", false);
        check(script.length == strlen(script.data));
    }
    for (size_t i = 0; i < wheel->archive.count; i++)
        wheel_extract(wheel, i, arena_alloc(a, (size_t)wheel->archive.entries[i].size), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct wheel wheel;
    struct cvenv_error err;
    const char *wheel_text = take_part(&arena, &data, &size), *entry_points = take_part(&arena, &data, &size);
    const char *record = take_part(&arena, &data, &size), *name = take_part(&arena, &data, &size);
    const struct zip_member members[] = {
        { INFO "/METADATA", { "Name: demo\n", 11 }, 0, ZIP_FILE, 0, NULL },
        { INFO "/WHEEL", slice_of(wheel_text), 8, ZIP_FILE, 0, NULL },
        { INFO "/entry_points.txt", slice_of(entry_points), 8, ZIP_FILE, 0, NULL },
        { strlen(name) < 60000 ? name : "x", slice_of("x"), 0, ZIP_FILE, 0x0800, NULL },
        { INFO "/RECORD", slice_of(record), 8, ZIP_FILE, 0, NULL },
    };
    for (int own_record = 0; own_record < 2; own_record++) {
        struct slice zip = own_record ? zip_make(&arena, members, 5) : wheel_make(&arena, INFO, members, 4);
        if (wheel_open(&arena, "/w/demo-1.0-py3-none-any.whl", zip.data, zip.length, 3, 11, &wheel, &err))
            check_wheel(&arena, &wheel);
        else
            check(err.code == CVENV_ERROR_SEED && err.message[0] != '\0');
    }
    arena_release(&arena);
    return 0;
}
