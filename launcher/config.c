/* SPDX-License-Identifier: MIT */
/* Owns reading pyvenv.cfg for the launcher: UTF-8 lines of "key = value", the first of a name counts (getpath.py). */
#include "launcher.h"

#include <stdlib.h>
#include <string.h>

#define CONFIG_LIMIT (1 << 20) /* no environment's configuration is as long: a larger file is something else */

struct piece {
    const char *data;
    size_t length;
};

static BOOL is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct piece trim(const char *data, size_t length)
{
    while (length > 0 && is_blank(data[0]))
        data++, length--;
    while (length > 0 && is_blank(data[length - 1]))
        length--;
    return (struct piece){ data, length };
}

/* The value as UTF-16; NULL when out of memory or when it is empty. */
static wchar_t *to_wide(struct piece value)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, value.data, (int)value.length, NULL, 0);
    wchar_t *wide = length > 0 ? malloc(((size_t)length + 1) * sizeof *wide) : NULL;
    if (wide == NULL)
        return NULL;
    MultiByteToWideChar(CP_UTF8, 0, value.data, (int)value.length, wide, length);
    wide[length] = L'\0';
    return wide;
}

static BOOL is_key(struct piece key, const char *name)
{
    return key.length == strlen(name) && _strnicmp(key.data, name, key.length) == 0;
}

static void parse_line(const char *line, size_t length, struct launcher_config *out)
{
    const char *equals = memchr(line, '=', length);
    if (equals == NULL)
        return;
    struct piece key = trim(line, (size_t)(equals - line));
    struct piece value = trim(equals + 1, (size_t)(line + length - equals) - 1);
    if (out->home == NULL && is_key(key, "home"))
        out->home = to_wide(value);
    else if (out->executable == NULL && is_key(key, "executable"))
        out->executable = to_wide(value);
}

static void parse(const char *data, size_t length, struct launcher_config *out)
{
    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) /* editors on Windows add the mark */
        data += 3, length -= 3;
    while (length > 0) {
        const char *end = memchr(data, '\n', length);
        size_t line = end != NULL ? (size_t)(end - data) : length;
        parse_line(data, line, out);
        line += end != NULL;
        data += line;
        length -= line;
    }
}

BOOL launcher_read_config(const wchar_t *path, struct launcher_config *out)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    DWORD length = 0;
    char *data = malloc(CONFIG_LIMIT);
    BOOL done = data != NULL && ReadFile(file, data, CONFIG_LIMIT, &length, NULL);
    if (done)
        parse(data, length, out);
    free(data);
    CloseHandle(file);
    return done;
}
