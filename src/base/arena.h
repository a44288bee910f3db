/* SPDX-License-Identifier: MIT */
/* An arena: memory that is released all at once. Running out is remembered (`failed`) and refused once, at the door. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"

struct arena {
    struct arena_chunk *chunks;
    bool failed; /* an allocation failed: nothing made since may be used for a decision that changes the disk */
};

#define ARENA_INIT { NULL, false }

/* Zeroed memory aligned for any type; NULL (and `failed`) when out of memory. */
void *arena_alloc(struct arena *a, size_t size);
/* As arena_alloc for an array: also NULL when count * size overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Copies of strings; never NULL: an empty string (and `failed`) when out of memory. */
char *arena_copy(struct arena *a, const char *data, size_t length);
char *arena_string(struct arena *a, const char *string);
char *arena_format(struct arena *a, const char *format, ...) ERROR_PRINTF(2, 3);
/* Releases everything. The arena is then empty and usable again. */
void arena_release(struct arena *a);

#endif
