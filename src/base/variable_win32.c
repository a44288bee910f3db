/* SPDX-License-Identifier: MIT */
/* Owns the reading of environment variables on Windows, whose names have no case: "Path" is PATH. */
#include "base/variable.h"

#include <string.h>

const char *variable_value(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (_strnicmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

const char *variable_home(const char *const *environment)
{
    return variable_value(environment, "USERPROFILE");
}
