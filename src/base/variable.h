/* SPDX-License-Identifier: MIT */
/* Environment variables in an array that was handed over (POSIX environ): "NAME=value" strings, ended by NULL. */
#ifndef BASE_VARIABLE_H
#define BASE_VARIABLE_H

#include "base/arena.h"

/* Does the "NAME=value" string begin so? (On Windows names have no case.) */
bool variable_begins(const char *variable, const char *start);
/* The value of the variable; "" when it is not there, or when `environment` is NULL. */
const char *variable_value(const char *const *environment, const char *name);

/*
 * The variables for a child: those of `environment` that begin with none of `unwanted` (ended by NULL; "NAME=", or the start of
 * several names), and `added` ("NAME=value", or NULL). NULL: out of memory.
 */
const char *const *variable_scrub(struct arena *a, const char *const *environment, const char *const *unwanted,
                                  const char *added);

/* The user's home directory as the variables say it (POSIX: HOME; Windows: USERPROFILE); "" when they do not. */
const char *variable_home(const char *const *environment);

#endif
