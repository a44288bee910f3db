/* SPDX-License-Identifier: MIT */
/* Fuzzing the zip reader: whatever is opened has only names that are safe, and is extracted without a byte too many. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seed/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *name)
{
    check(name[0] != '\0' && name[0] != '/' && strchr(name, '\\') == NULL && strchr(name, ':') == NULL);
    for (const char *at = name; *at != '\0'; at += strcspn(at, "/"), at += *at == '/') {
        size_t length = strcspn(at, "/");
        check(length > 0 && !(at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.'))));
        check(at[length] == '\0' || at[length + 1] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct archive archive;
    struct cvenv_error err;
    uint64_t total = 0;
    if (archive_open(&arena, data, size, &archive, &err)) {
        for (size_t i = 0; i < archive.count && total < 1 << 24; i++) {
            const struct archive_entry *entry = &archive.entries[i];
            check_name(entry->name);
            check(archive_find(&archive, entry->name) == entry);
            total += entry->size;
            void *buffer = total < 1 << 24 ? malloc((size_t)entry->size) : NULL;
            if (buffer != NULL && !archive_extract(&archive, entry, buffer, &err))
                check(err.code == CVENV_ERROR_SEED && err.message[0] != '\0');
            free(buffer);
        }
    } else {
        check(err.code == CVENV_ERROR_SEED && err.message[0] != '\0');
    }
    arena_release(&arena);
    return 0;
}
