/* SPDX-License-Identifier: MIT */
/* Owns the rules for the names in an archive, and when two of them cannot stand beside each other. */
#include "seed/member_name.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

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

static const char *character_fault(const char *name)
{
    if (text_has_control(name))
        return "has a control character";
    if (strpbrk(name, "\\:") != NULL)
        return "has a back-slash or a colon";
    return utf8_is_valid(name, strlen(name)) ? NULL : "is not UTF-8";
}

const char *member_name_fault(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > MEMBER_NAME_MAX)
        return length == 0 ? "is empty" : "is too long";
    if (name[0] == '/')
        return "is absolute";
    const char *fault = character_fault(name);
    while (fault == NULL && *name != '\0') {
        length = strcspn(name, "/");
        fault = component_fault(name, length);
        name += length;
        if (*name == '/' && *++name == '\0')
            fault = "has an empty component";
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
