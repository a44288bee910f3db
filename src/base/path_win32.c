/* SPDX-License-Identifier: MIT */
/*
 * Owns paths as text, by the rules of Windows ("Naming Files, Paths, and Namespaces"). Absolute paths are spelled with "\";
 * relative ones, which are parts of an environment, with "/" as everywhere in this library. Both are read everywhere.
 */
#include "base/path.h"

#include "base/text.h"

const char path_list_separator = ';';

bool path_is_separator(char c)
{
    return c == '/' || c == '\\';
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '/' ? '\\' : c;
}

static bool is_letter(char c)
{
    return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

/* Length of the component at `path`, and of the separators behind it. */
static size_t component(const char *path)
{
    return strcspn(path, "/\\");
}

static size_t separators(const char *path)
{
    return strspn(path, "/\\");
}

/* "\\server\share\", "C:\": what no ".." leads out of. 0 when the path is relative in any sense. */
static size_t root_length(const char *path)
{
    if (is_letter(path[0]) && path[1] == ':' && path_is_separator(path[2]))
        return 3;
    if (!path_is_separator(path[0]) || !path_is_separator(path[1]))
        return 0;
    size_t server = component(path + 2), share = 2 + server + separators(path + 2 + server);
    size_t length = share + component(path + share);
    return server == 0 || length == share ? 0 : length + (path[length] != '\0');
}

bool path_is_absolute(const char *path)
{
    return root_length(path) > 0;
}

/* Makes all separators the same. */
static char *with_separator(char *path, char separator)
{
    for (char *c = path; *c != '\0'; c++)
        if (path_is_separator(*c))
            *c = separator;
    return path;
}

char *path_join(struct arena *a, const char *parent, const char *name)
{
    if (path_is_absolute(name) || parent[0] == '\0')
        return arena_string(a, name);
    char separator = path_is_absolute(parent) ? '\\' : '/';
    bool separated = path_is_separator(parent[strlen(parent) - 1]);
    return with_separator(arena_format(a, separated ? "%s%s" : "%s\\%s", parent, name), separator);
}

static bool starts_with(const char *path, const char *start)
{
    for (; *start != '\0'; path++, start++)
        if (to_lower(*path) != *start)
            return false;
    return true;
}

/* The prefixes that ask the system to take a path literally are taken off: literal is what all paths here are. */
static const char *without_prefix(struct arena *a, const char *path)
{
    static const char literal[] = "\\\\?\\", unc[] = "\\\\?\\unc\\";
    if (starts_with(path, unc))
        return arena_format(a, "\\\\%s", path + sizeof unc - 1);
    bool is_drive = starts_with(path, literal) && path_is_absolute(path + sizeof literal - 1);
    return is_drive ? path + sizeof literal - 1 : path;
}

/* What a path is relative to: "name" to the working directory, "\name" and another drive's "X:name" to a root. */
static char *join_to_cwd(struct arena *a, const char *cwd, const char *path)
{
    if (path_is_absolute(path))
        return arena_string(a, path);
    if (path_is_separator(path[0]))
        return path_join(a, arena_copy(a, cwd, root_length(cwd)), path + separators(path));
    if (!is_letter(path[0]) || path[1] != ':')
        return path_join(a, cwd, path);
    if (to_lower(path[0]) == to_lower(cwd[0]) && cwd[1] == ':')
        return path_join(a, cwd, path + 2);
    return arena_format(a, "%.2s\\%s", path, path + 2);
}

/* Takes the last component off "C:\a\b"; the root stays. */
static void drop_component(struct text *out, size_t root)
{
    while (out->length > root && out->data[out->length - 1] != '\\')
        out->length--;
    if (out->length > root)
        out->length--;
}

char *path_absolute(struct arena *a, const char *cwd, const char *path)
{
    const char *in = with_separator(join_to_cwd(a, without_prefix(a, cwd), without_prefix(a, path)), '\\');
    size_t root = root_length(in);
    struct text out = TEXT_INIT(a);
    text_add(&out, in, root);
    for (in += root; *in != '\0';) {
        in += separators(in);
        size_t length = component(in);
        if (length == 2 && in[0] == '.' && in[1] == '.')
            drop_component(&out, root);
        else if (length > 0 && !(length == 1 && in[0] == '.')) {
            if (out.length > root || (root > 0 && out.data[out.length - 1] != '\\'))
                text_add_char(&out, '\\');
            text_add(&out, in, length);
        }
        in += length;
    }
    return arena_string(a, text_string(&out));
}

const char *path_name(const char *path)
{
    const char *name = path + root_length(path);
    for (const char *c = name; *c != '\0'; c++)
        if (path_is_separator(*c))
            name = c + 1;
    return name;
}

char *path_parent(struct arena *a, const char *path)
{
    size_t root = root_length(path), length = (size_t)(path_name(path) - path);
    return arena_copy(a, path, length > root ? length - 1 : root);
}

/* Names differ only in case are one name: of ASCII letters, which is as far as a rule goes that no volume changes. */
bool path_is_within(const char *path, const char *ancestor)
{
    size_t length = strlen(ancestor);
    while (length > 0 && path_is_separator(ancestor[length - 1]))
        length--;
    for (size_t i = 0; i < length; i++)
        if (to_lower(path[i]) != to_lower(ancestor[i]))
            return false;
    return path[length] == '\0' || path_is_separator(path[length]);
}
