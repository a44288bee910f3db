/* SPDX-License-Identifier: MIT */
/* Owns what POSIX systems call their variables. */
#include "base/variable.h"

bool variable_begins(const char *variable, const char *start)
{
    return strncmp(variable, start, strlen(start)) == 0;
}

const char *variable_home(const char *const *environment)
{
    return variable_value(environment, "HOME");
}
