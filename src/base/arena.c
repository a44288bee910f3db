/* SPDX-License-Identifier: MIT */
/* Owns the memory of one environment in the making. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_SIZE = 64 * 1024 - 64 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char data[];
};

static struct arena_chunk *chunk_add(struct arena *a, size_t need)
{
    size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE;
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return NULL;
    chunk->used = 0;
    chunk->size = size;
    chunk->next = a->chunks;
    a->chunks = chunk;
    return chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = sizeof(max_align_t);
    if (size > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    size = (size + align - 1) / align * align;
    struct arena_chunk *chunk = a->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size)
        chunk = chunk_add(a, size);
    if (chunk == NULL) {
        a->failed = true;
        return NULL;
    }
    void *memory = chunk->data + chunk->used;
    chunk->used += size;
    return memset(memory, 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, count * size);
}

/* What a failed allocation of a string gives: a constant, so that nobody may write to it. */
static char *nothing(void)
{
    static char empty[1];
    return empty;
}

char *arena_copy(struct arena *a, const char *data, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    if (copy == NULL)
        return nothing();
    if (length > 0)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

char *arena_string(struct arena *a, const char *string)
{
    return arena_copy(a, string, strlen(string));
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *out = length < 0 ? NULL : arena_alloc(a, (size_t)length + 1);
    if (out != NULL)
        vsnprintf(out, (size_t)length + 1, format, again);
    else
        a->failed = true;
    va_end(again);
    return out != NULL ? out : nothing();
}

void arena_release(struct arena *a)
{
    while (a->chunks != NULL) {
        struct arena_chunk *chunk = a->chunks;
        a->chunks = chunk->next;
        free(chunk);
    }
    a->failed = false;
}
