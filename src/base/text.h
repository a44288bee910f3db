/* SPDX-License-Identifier: MIT */
/* A growing string in an arena. Data may hold any byte; text_string() gives it NUL-terminated. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

struct text {
    struct arena *arena;
    char *data;
    size_t length, capacity;
};

#define TEXT_INIT(arena_pointer) { (arena_pointer), NULL, 0, 0 }

/* Appends. Out of memory is remembered in the arena; the text then stays as it is. */
void text_add(struct text *t, const char *data, size_t length);
void text_add_string(struct text *t, const char *string);
void text_add_char(struct text *t, char c);
void text_add_format(struct text *t, const char *format, ...) ERROR_PRINTF(2, 3);
/* What is in it, NUL-terminated, in the arena; never NULL. */
const char *text_string(struct text *t);

/* Is it well-formed UTF-8? */
bool text_is_utf8(const char *string);
/*
 * Does it hold anything that a terminal obeys or that ends a line for some reader: ASCII control characters, and in
 * UTF-8 those of U+0080 to U+009F, U+2028 and U+2029?
 */
bool text_has_control(const char *string);

/* A piece of bytes that belongs to someone else. */
struct slice {
    const char *data;
    size_t length;
};

/* Takes the next line (without "\n" or "\r\n") off the front of *rest; false when nothing is left. */
bool slice_line(struct slice *rest, struct slice *line);
/* The slice without white space (blank, tab) at its ends. */
struct slice slice_trim(struct slice s);
bool slice_is(struct slice s, const char *string);

#endif
