/* SPDX-License-Identifier: MIT */
/* Owns the reading of environment variables on POSIX systems (variable_win32.c owns it on Windows). */
#include "base/variable.h"

#include <string.h>

const char *variable_value(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

const char *variable_home(const char *const *environment)
{
    return variable_value(environment, "HOME");
}
