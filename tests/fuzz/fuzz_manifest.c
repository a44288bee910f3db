/* SPDX-License-Identifier: MIT */
/*
 * Fuzzing manifests of the store: whatever is accepted names only files within the tree and bytes within the contents,
 * and is written as it was read. The checksum is put right, so that the fuzzer need not find it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "seed/manifest.h"

enum { CRC_AT = 14, BODY_AT = 23 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_manifest(struct arena *a, const struct manifest *m, struct slice text)
{
    for (size_t i = 0; i < m->place.file_count; i++) {
        const struct place_file *file = &m->place.files[i];
        check(file->directory < m->place.directory_count);
        check(file->offset <= m->contents.size && file->size <= m->contents.size - file->offset);
        check(file->name[0] != '\0' && strchr(file->name, '/') == NULL && strcmp(file->name, "..") != 0);
    }
    for (size_t i = 1; i < m->place.directory_count; i++) {
        const char *path = m->place.directories[i];
        check(path[0] != '/' && path[0] != '\0' && strncmp(path, "../", 3) != 0 && strstr(path, "/../") == NULL);
    }
    check(m->record.data + m->record.length == text.data + text.length);
    struct text out = TEXT_INIT(a);
    struct manifest back;
    manifest_format(&out, m);
    check(manifest_parse(a, (struct slice){ text_string(&out), out.length }, &back));
    check(back.place.file_count == m->place.file_count && back.record.length == m->record.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct manifest m;
    char *text = arena_copy(&arena, (const char *)data, size), crc[9];
    manifest_parse(&arena, (struct slice){ text, size }, &m);
    if (size >= BODY_AT) {
        snprintf(crc, sizeof crc, "%08lx", crc32(0, (const Bytef *)text + BODY_AT, (uInt)(size - BODY_AT)));
        memcpy(text + CRC_AT, crc, sizeof crc);
        if (manifest_parse(&arena, (struct slice){ text, size }, &m))
            check_manifest(&arena, &m, (struct slice){ text, size });
    }
    arena_release(&arena);
    return 0;
}
