/* SPDX-License-Identifier: MIT */
/* Owns paths as text, by POSIX rules (path_win32.c owns them on Windows). */
#include "base/path.h"

#include "base/text.h"

const char path_list_separator = ':';

bool path_is_separator(char c)
{
    return c == '/';
}

bool path_is_absolute(const char *path)
{
    return path[0] == '/';
}

char *path_join(struct arena *a, const char *parent, const char *name)
{
    if (path_is_absolute(name) || parent[0] == '\0')
        return arena_string(a, name);
    const char *separator = parent[strlen(parent) - 1] == '/' ? "" : "/";
    return arena_format(a, "%s%s%s", parent, separator, name);
}

/* Takes the last component off "/a/b"; the root stays. */
static void drop_component(struct text *out)
{
    while (out->length > 0 && out->data[out->length - 1] != '/')
        out->length--;
    if (out->length > 0)
        out->length--;
}

char *path_absolute(struct arena *a, const char *cwd, const char *path)
{
    const char *in = path_join(a, cwd, path);
    struct text out = TEXT_INIT(a);
    while (*in != '\0') {
        in += strspn(in, "/");
        size_t length = strcspn(in, "/");
        if (length == 2 && in[0] == '.' && in[1] == '.')
            drop_component(&out);
        else if (length > 0 && !(length == 1 && in[0] == '.')) {
            text_add_char(&out, '/');
            text_add(&out, in, length);
        }
        in += length;
    }
    if (out.length == 0)
        text_add_char(&out, '/');
    return arena_string(a, text_string(&out));
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *path_parent(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return arena_string(a, "");
    return arena_copy(a, path, slash == path ? 1 : (size_t)(slash - path));
}

bool path_is_within(const char *path, const char *ancestor)
{
    size_t length = strlen(ancestor);
    while (length > 0 && ancestor[length - 1] == '/')
        length--;
    return strncmp(path, ancestor, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Every name is good (POSIX 3.170): what is not allowed at a place is for the file system there to say. */
const char *path_refusal(const char *path)
{
    (void)path;
    return NULL;
}
