/* SPDX-License-Identifier: MIT */
/* Environment variables in an array that was handed over (POSIX environ): "NAME=value" strings, ended by NULL. */
#ifndef BASE_VARIABLE_H
#define BASE_VARIABLE_H

/* The value of the variable; "" when it is not there, or when `environment` is NULL. */
const char *variable_value(const char *const *environment, const char *name);

/* The user's home directory as the variables say it (POSIX: HOME; Windows: USERPROFILE); "" when they do not. */
const char *variable_home(const char *const *environment);

#endif
