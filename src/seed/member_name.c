/* SPDX-License-Identifier: MIT */
/* Owns the rules for the names in an archive, and when two of them cannot stand beside each other. */
#include "seed/member_name.h"

#include <string.h>

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Bytes of the well-formed sequence at `p` (Unicode 15, table 3-7); 0 when there is none. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t length = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (!is_continuation(p[i]))
            return 0;
    }
    return length;
}

static bool is_utf8(const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text;
    while (length > 0) {
        size_t n = utf8_sequence(p, length);
        if (n == 0)
            return false;
        p += n;
        length -= n;
    }
    return true;
}

static const char *component_fault(const char *name, size_t length)
{
    if (length == 0)
        return "has an empty component";
    if (length > MEMBER_NAME_COMPONENT_MAX)
        return "has a component that is too long";
    if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
        return "has a component \".\" or \"..\"";
    return NULL;
}

static const char *character_fault(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 0x20 || c == 0x7f)
            return "has a control character";
        if (c == '\\' || c == ':')
            return "has a back-slash or a colon";
    }
    return is_utf8(name, length) ? NULL : "is not UTF-8";
}

const char *member_name_fault(const char *name, size_t length)
{
    if (length == 0 || length > MEMBER_NAME_MAX)
        return length == 0 ? "is empty" : "is too long";
    if (name[0] == '/')
        return "is absolute";
    const char *fault = character_fault(name, length);
    for (size_t start = 0; fault == NULL && start <= length;) {
        const char *slash = start < length ? memchr(name + start, '/', length - start) : NULL;
        size_t end = slash != NULL ? (size_t)(slash - name) : length;
        fault = component_fault(name + start, end - start);
        start = end + 1;
    }
    return fault;
}

/* ASCII only: what else a case-insensitive file system folds depends on the system. "/" comes before all characters. */
static int fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == '/' ? 1 : (unsigned char)c;
}

int member_name_compare(const char *a, const char *b)
{
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return fold(*a) - fold(*b);
}

const char *member_name_conflict(const char *a, bool a_is_directory, const char *b)
{
    size_t same = 0;
    bool case_differs = false, directory_differs = false;
    while (a[same] != '\0' && fold(a[same]) == fold(b[same])) {
        case_differs = case_differs || a[same] != b[same];
        directory_differs = directory_differs || (case_differs && a[same] == '/');
        same++;
    }
    bool below = a[same] == '\0' && b[same] == '/';
    if (a[same] == '\0' && b[same] == '\0')
        return case_differs ? "is there twice, but for upper and lower case" : "is there twice";
    if (below && !a_is_directory)
        return "is below a file";
    if (directory_differs || (below && case_differs))
        return "is below a directory that is there twice, but for upper and lower case";
    return NULL;
}
