/* SPDX-License-Identifier: MIT */
/* Names of single files on Windows. Pure. */
#ifndef BASE_PATH_NAMES_H
#define BASE_PATH_NAMES_H

#include <stddef.h>

/* Why no file can have that name (of at least one byte); NULL when one can. */
const char *path_name_refusal(const char *name, size_t length);

#endif
