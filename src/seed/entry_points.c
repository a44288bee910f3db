/* SPDX-License-Identifier: MIT */
/* Owns entry points: which scripts a project wants to have, and which of them pip names after the version of Python. */
#include "seed/entry_points.h"

#include <ctype.h>
#include <strings.h>

enum group { GROUP_OTHER, GROUP_CONSOLE, GROUP_GUI };

/* Scripts that these would hide or replace: the interpreter and what activates the environment, in any case of letters.
 */
static const char *const reserved[] = { "python", "pythonw", "pypy", "pypyw", "activate", "deactivate" };

static bool refuse(struct cvenv_error *err, struct slice what, const char *reason)
{
    int length = what.length > 200 ? 200 : (int)what.length;
    return error_set(err, CVENV_ERROR_SEED, "entry_points.txt: '%.*s' %s", length, what.data, reason);
}

static bool is_identifier_char(char c, bool first)
{
    return c == '_' || isalpha((unsigned char)c) || (!first && isdigit((unsigned char)c));
}

/* A dotted name of ASCII identifiers: what is pasted into a script may not be anything else. */
static bool is_dotted_name(struct slice s)
{
    bool first = true;
    for (size_t i = 0; i < s.length; i++) {
        bool dot = s.data[i] == '.';
        if ((unsigned char)s.data[i] >= 0x80 || (dot ? first : !is_identifier_char(s.data[i], first)))
            return false;
        first = dot;
    }
    return !first;
}

/* "python", "Python3.13", "activate", "activate.fish" … */
static bool is_reserved(struct slice name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        size_t length = strlen(reserved[i]);
        if (name.length < length || strncasecmp(name.data, reserved[i], length) != 0)
            continue;
        char next = name.length > length ? name.data[length] : '.';
        if (next == '.' || isdigit((unsigned char)next))
            return true;
    }
    return false;
}

/* The characters are those that the specification asks for in the names of scripts. */
static bool check_name(struct slice name, struct cvenv_error *err)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c >= 0x80 || !(isalnum(c) || c == '_' || c == '-' || c == '.'))
            return refuse(err, name, "is no name for a script");
    }
    if (name.length == 0 || name.length > 100 || name.data[0] == '.' || name.data[0] == '-')
        return refuse(err, name, "is no name for a script");
    return !is_reserved(name) || refuse(err, name, "would take the place of another command");
}

/* "module:attribute", perhaps with "[extras]" behind it, which say nothing about the script. */
static bool take_object(struct arena *a, struct slice object, struct entry_point *out)
{
    const char *bracket = memchr(object.data, '[', object.length);
    if (bracket != NULL)
        object = slice_trim((struct slice){ object.data, (size_t)(bracket - object.data) });
    const char *colon = memchr(object.data, ':', object.length);
    if (colon == NULL)
        return false;
    struct slice module = { object.data, (size_t)(colon - object.data) };
    struct slice attribute = { colon + 1, object.length - module.length - 1 };
    module = slice_trim(module);
    attribute = slice_trim(attribute);
    out->module = arena_copy(a, module.data, module.length);
    out->attribute = arena_copy(a, attribute.data, attribute.length);
    return is_dotted_name(module) && is_dotted_name(attribute);
}

static bool is_known(const struct entry_points *points, struct slice name)
{
    for (size_t i = 0; i < points->count; i++) {
        if (strlen(points->items[i].name) == name.length &&
            strncasecmp(points->items[i].name, name.data, name.length) == 0)
            return true;
    }
    return false;
}

static bool take_point(struct arena *a, struct slice line, bool gui, struct entry_points *out, struct cvenv_error *err)
{
    const char *equals = memchr(line.data, '=', line.length);
    if (equals == NULL)
        return refuse(err, line, "is no entry point");
    struct slice name = slice_trim((struct slice){ line.data, (size_t)(equals - line.data) });
    struct slice object = { equals + 1, line.length - (size_t)(equals - line.data) - 1 };
    if (!check_name(name, err))
        return false;
    if (is_known(out, name))
        return refuse(err, name, "is there twice");
    struct entry_point *point = &out->items[out->count++];
    *point = (struct entry_point){ .name = arena_copy(a, name.data, name.length), .gui = gui };
    return take_object(a, slice_trim(object), point) || refuse(err, line, "names no function of a module");
}

static enum group group_of(struct slice line)
{
    return slice_is(line, "[console_scripts]") ? GROUP_CONSOLE
           : slice_is(line, "[gui_scripts]")   ? GROUP_GUI
                                               : GROUP_OTHER;
}

/* As configparser reads it with "=" as the only delimiter; lines that continue another do not occur in these groups. */
bool entry_points_parse(struct arena *a, struct slice text, struct entry_points *out, struct cvenv_error *err)
{
    enum { MOST = 1000 };
    enum group group = GROUP_OTHER;
    *out = (struct entry_points){ arena_array(a, MOST, sizeof *out->items), 0 };
    if (out->items == NULL)
        return error_memory(err);
    for (struct slice line; slice_line(&text, &line);) {
        line = slice_trim(line);
        if (line.length == 0 || line.data[0] == '#' || line.data[0] == ';')
            continue;
        if (line.data[0] == '[')
            group = group_of(line);
        else if (group != GROUP_OTHER && out->count == MOST)
            return refuse(err, line, "is one entry point too many");
        else if (group != GROUP_OTHER && !take_point(a, line, group == GROUP_GUI, out, err))
            return false;
    }
    return !a->failed || error_memory(err);
}

/* Is `name` `stem`, perhaps with digits or digits.digits behind `separator`? (pip(\d+(\.\d+)?)?,
 * easy_install(-\d+\.\d+)?) */
static bool is_versioned(const char *name, const char *stem, const char *separator)
{
    size_t length = strlen(stem);
    if (strncmp(name, stem, length) != 0)
        return false;
    if (name[length] == '\0')
        return true;
    if (strncmp(name + length, separator, strlen(separator)) != 0)
        return false;
    name += length + strlen(separator);
    size_t major = strspn(name, "0123456789");
    size_t minor = name[major] == '.' ? strspn(name + major + 1, "0123456789") : 0;
    return major > 0 && (name[major] == '\0' || (minor > 0 && name[major + 1 + minor] == '\0'));
}

static const struct entry_point *find_console(const struct entry_points *points, const char *name)
{
    for (size_t i = 0; i < points->count; i++) {
        if (!points->items[i].gui && strcmp(points->items[i].name, name) == 0)
            return &points->items[i];
    }
    return NULL;
}

static void add_named(struct entry_points *out, const struct entry_point *like, const char *name)
{
    out->items[out->count] = *like;
    out->items[out->count++].name = name;
}

bool entry_points_version(struct arena *a, const struct entry_points *from, int major, int minor,
                          struct entry_points *out)
{
    const struct entry_point *pip = find_console(from, "pip"), *easy_install = find_console(from, "easy_install");
    *out = (struct entry_points){ arena_array(a, from->count + 5, sizeof *out->items), 0 };
    if (out->items == NULL)
        return false;
    if (pip != NULL) {
        add_named(out, pip, "pip");
        add_named(out, pip, arena_format(a, "pip%d", major));
        add_named(out, pip, arena_format(a, "pip%d.%d", major, minor));
    }
    if (easy_install != NULL) {
        add_named(out, easy_install, "easy_install");
        add_named(out, easy_install, arena_format(a, "easy_install-%d.%d", major, minor));
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct entry_point *point = &from->items[i];
        bool replaced = !point->gui && ((pip != NULL && is_versioned(point->name, "pip", "")) ||
                                        (easy_install != NULL && is_versioned(point->name, "easy_install", "-")));
        if (!replaced)
            out->items[out->count++] = *point;
    }
    return !a->failed;
}
