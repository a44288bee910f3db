/* SPDX-License-Identifier: MIT */
/* Owns what Windows calls its variables, whose names have no case: "Path" is PATH. */
#include "base/variable.h"

bool variable_begins(const char *variable, const char *start)
{
    return _strnicmp(variable, start, strlen(start)) == 0;
}

const char *variable_home(const char *const *environment)
{
    return variable_value(environment, "USERPROFILE");
}
