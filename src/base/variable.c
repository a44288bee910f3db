/* SPDX-License-Identifier: MIT */
/* Owns arrays of environment variables: finding one, and leaving some out for a child. */
#include "base/variable.h"

const char *variable_value(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (variable_begins(*environment, name) && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

static bool is_unwanted(const char *variable, const char *const *unwanted)
{
    for (; *unwanted != NULL; unwanted++)
        if (variable_begins(variable, *unwanted))
            return true;
    return false;
}

const char *const *variable_scrub(struct arena *a, const char *const *environment, const char *const *unwanted,
                                  const char *added)
{
    size_t count = 0, kept = 0;
    while (environment != NULL && environment[count] != NULL)
        count++;
    const char **out = arena_array(a, count + 2, sizeof *out);
    for (size_t i = 0; out != NULL && i < count; i++)
        if (!is_unwanted(environment[i], unwanted))
            out[kept++] = environment[i];
    if (out != NULL)
        out[kept] = added;
    return out;
}
