/* SPDX-License-Identifier: MIT */
/* Fuzzing journals of interrupted merges: whatever is accepted moves files within the environment and the staging directory. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "disk/merge.h"

enum { TARGET = 4711 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_components(const char *path)
{
    check(path[0] != '\0');
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        check(length > 0 && strncmp(path, ".", length) != 0 && strncmp(path, "..", length) != 0);
        path += length;
        check(*path == '\0' || path[1] != '\0');
        path += *path == '/';
    }
}

static void check_operation(struct merge *m, const struct merge_operation *op)
{
    check(op->kind == MERGE_NEW || op->kind == MERGE_SWAP || op->kind == MERGE_DROP);
    check_components(op->path);
    check(strcmp(op->parent, path_parent(m->arena, op->path)) == 0);
    check(strncmp(op->staged, "tree-", 5) == 0);
    size_t number = strcspn(op->staged, "/");
    check(op->parent[0] == '\0' ? op->staged[number] == '\0' : strcmp(op->staged + number + 1, op->parent) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct merge m = { .arena = &arena, .layer = 1 };
    const char *text = arena_copy(&arena, (const char *)data, size);
    if (journal_parse(&m, (struct slice){ text, size }, TARGET))
        for (size_t i = 0; i < m.count; i++)
            check_operation(&m, &m.operations[i]);
    arena_release(&arena);
    return 0;
}
