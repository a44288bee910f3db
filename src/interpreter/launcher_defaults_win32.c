/* SPDX-License-Identifier: MIT */
/* Owns reading py.exe's settings ("Customization" in the documentation of the launcher). */
#include "interpreter/launcher_defaults.h"

#include "base/path.h"
#include "base/text.h"
#include "base/variable.h"
#include "disk/disk.h"

enum { INI_LIMIT = 1 << 16 };

static bool is_equal(struct slice s, const char *string)
{
    return s.length == strlen(string) && _strnicmp(s.data, string, s.length) == 0;
}

/* The value of `key` in the section [defaults]; NULL when it is not there. */
static const char *read_ini(struct arena *a, const char *path, const char *key)
{
    struct slice rest, line;
    bool inside = false;
    if (!path_is_absolute(path) || disk_read_path(a, path, INI_LIMIT, &rest) != 0)
        return NULL;
    while (slice_line(&rest, &line)) {
        line = slice_trim(line);
        if (line.length > 0 && line.data[0] == '[')
            inside = is_equal(line, "[defaults]");
        const char *equals = line.length > 0 ? memchr(line.data, '=', line.length) : NULL;
        if (!inside || equals == NULL)
            continue;
        size_t length = (size_t)(equals - line.data);
        struct slice value = slice_trim((struct slice){ equals + 1, line.length - length - 1 });
        if (is_equal(slice_trim((struct slice){ line.data, length }), key) && value.length > 0)
            return arena_copy(a, value.data, value.length);
    }
    return NULL;
}

/* The variable comes first, then the user's file, then the one beside py.exe. */
const char *launcher_default(struct arena *a, const char *const *environment, const char *major)
{
    const char *value = variable_value(environment, arena_format(a, "PY_PYTHON%s", major));
    if (value[0] != '\0')
        return value;
    const char *key = arena_format(a, "python%s", major);
    value = read_ini(a, path_join(a, variable_value(environment, "LOCALAPPDATA"), "py.ini"), key);
    return value != NULL ? value : read_ini(a, path_join(a, variable_value(environment, "SystemRoot"), "py.ini"), key);
}
