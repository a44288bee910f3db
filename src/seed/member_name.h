/* SPDX-License-Identifier: MIT */
/* What a file in a wheel may be called so that it can be made on every system, below one directory. Pure. */
#ifndef SEED_MEMBER_NAME_H
#define SEED_MEMBER_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define MEMBER_NAME_MAX 1000          /* bytes of a whole name */
#define MEMBER_NAME_COMPONENT_MAX 255 /* bytes between two slashes: what file systems allow */

/* Why `name` is refused, for a message ("is absolute"), or NULL when it is fine: relative, normal, valid UTF-8. */
const char *member_name_fault(const char *name);
/* An order in which names that differ in case only are equal, and what is below a directory directly follows it. */
int member_name_compare(const char *a, const char *b);
/* In that order, may `b` directly follow `a`? Otherwise why not ("is there twice"), for a message about `b`. */
const char *member_name_conflict(const char *a, bool a_is_directory, const char *b);

#endif
