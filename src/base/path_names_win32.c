/* SPDX-License-Identifier: MIT */
/* Owns which names Windows can give to a file ("Naming Files, Paths, and Namespaces"): others would become another file's. */
#include "base/path_names.h"

#include <string.h>

#include "base/path.h"

enum { NAME_LIMIT = 255 }; /* UTF-16 units in a component, on every file system of the system's own */

static bool is_same_word(const char *name, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        char c = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
        if (word[i] == '\0' || c != word[i])
            return false;
    }
    return word[length] == '\0';
}

/* "nul", "COM1.txt", "lpt¹ .x": names of devices, whatever follows a dot or blanks. */
static bool is_device(const char *name, size_t length)
{
    static const char *const devices[] = { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$" };
    static const char *const superscripts[] = { "\xc2\xb9", "\xc2\xb2", "\xc2\xb3" };
    size_t stem = 0;
    while (stem < length && name[stem] != '.')
        stem++;
    while (stem > 0 && name[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (is_same_word(name, stem, devices[i]))
            return true;
    if (stem < 4 || (!is_same_word(name, 3, "COM") && !is_same_word(name, 3, "LPT")))
        return false;
    for (size_t i = 0; i < sizeof superscripts / sizeof *superscripts; i++)
        if (stem == 5 && memcmp(name + 3, superscripts[i], 2) == 0)
            return true;
    return stem == 4 && name[3] >= '0' && name[3] <= '9';
}

/* UTF-16 units of UTF-8 bytes: one a code point, two when it has four bytes. */
static size_t units(const char *name, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        count += (c & 0xc0) != 0x80;
        count += c >= 0xf0;
    }
    return count;
}

const char *path_name_refusal(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr("<>:\"|?*", name[i]) != NULL)
            return "a name must not contain any of < > : \" | ? *";
    if (name[length - 1] == '.' || name[length - 1] == ' ')
        return "a name must not end in a dot or a blank";
    if (is_device(name, length))
        return "it has the name of a device";
    return units(name, length) > NAME_LIMIT ? "a name in it is too long" : NULL;
}

const char *path_refusal(const char *path)
{
    if (!path_is_absolute(path) || (path_is_separator(path[0]) && (path[2] == '.' || path[2] == '?')))
        return "it is no path of a file"; /* \\.\, \\?\GLOBALROOT and their like */
    const char *in = path + (path[1] == ':' ? 2 : 0);
    while (*in != '\0') {
        in += strspn(in, "/\\");
        size_t length = strcspn(in, "/\\");
        const char *why = length > 0 ? path_name_refusal(in, length) : NULL;
        if (why != NULL)
            return why;
        in += length;
    }
    return NULL;
}
