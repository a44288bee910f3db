/* SPDX-License-Identifier: MIT */
/* Owns the command lines and environment blocks of child processes on Windows. */
#include "disk/command_line.h"

#include <windows.h>

#include <errno.h>

#include "base/argument.h"
#include "base/path.h"
#include "base/utf16.h"

enum { LINE_LIMIT = 32767 }; /* of CreateProcessW */

/* As UTF-16 in the arena; NULL and *number when that cannot be had. */
static wchar_t *to_wide(struct arena *a, const char *text, int *number)
{
    size_t size = strlen(text) + 2; /* never more units than bytes */
    wchar_t *wide = arena_array(a, size, sizeof *wide);
    if (wide == NULL)
        *number = ENOMEM;
    else if (utf16_from_utf8(text, wide, size) == 0 && text[0] != '\0')
        *number = EILSEQ;
    return wide;
}

static wchar_t *arguments_of(struct arena *a, const char *const *arguments, int *number)
{
    struct text line = TEXT_INIT(a);
    for (size_t i = 0; arguments[i] != NULL; i++) {
        if (i > 0)
            text_add_char(&line, ' ');
        argument_quote(&line, arguments[i]);
    }
    wchar_t *wide = to_wide(a, text_string(&line), number);
    if (*number == 0 && wcslen(wide) >= LINE_LIMIT)
        *number = E2BIG;
    return wide;
}

static wchar_t *environment_of(struct arena *a, const char *const *environment, int *number)
{
    size_t size = 2;
    for (size_t i = 0; environment[i] != NULL; i++)
        size += strlen(environment[i]) + 1;
    wchar_t *block = arena_array(a, size, sizeof *block), *at = block;
    if (block == NULL)
        *number = ENOMEM;
    for (size_t i = 0; block != NULL && environment[i] != NULL; i++) {
        size_t length = utf16_from_utf8(environment[i], at, size - (size_t)(at - block));
        at += length > 0 ? length + 1 : 0; /* what is no text cannot be handed on */
    }
    return block;
}

/* Programs see the name by which they were started: the literal prefix only where it cannot be done without. */
static wchar_t *program_of(struct arena *a, const char *program, int *number)
{
    wchar_t *wide = to_wide(a, program, number);
    bool is_long = *number == 0 && wcslen(wide) >= MAX_PATH && path_is_absolute(program) && !path_is_separator(program[0]);
    return is_long ? to_wide(a, arena_format(a, "\\\\?\\%s", program), number) : wide;
}

static bool is_batch_file(const char *program)
{
    const char *dot = strrchr(program, '.');
    return dot != NULL && (_stricmp(dot, ".bat") == 0 || _stricmp(dot, ".cmd") == 0);
}

/* "/", where elsewhere nothing of anybody's lies, has no meaning here: the system's own directory has that property. */
static wchar_t *cwd_of(struct arena *a, const char *cwd, int *number)
{
    if (path_is_absolute(cwd))
        return to_wide(a, cwd, number);
    wchar_t *wide = arena_array(a, MAX_PATH, sizeof *wide);
    if (wide == NULL || GetSystemDirectoryW(wide, MAX_PATH) == 0)
        *number = ENOMEM;
    return wide;
}

int command_line_make(struct arena *a, const struct process *p, struct command_line *out)
{
    int number = is_batch_file(p->program) ? EINVAL : 0;
    if (number != 0)
        return number;
    out->program = program_of(a, p->program, &number);
    out->arguments = arguments_of(a, p->arguments, &number);
    out->environment = environment_of(a, p->environment, &number);
    out->cwd = cwd_of(a, p->cwd, &number);
    return number;
}
