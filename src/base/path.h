/* SPDX-License-Identifier: MIT */
/* Paths as text: joined, made absolute, taken apart. Nothing here looks at the disk. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/arena.h"

/* What separates paths in PATH (POSIX 8.3), and components in a path. */
extern const char path_list_separator;
bool path_is_separator(char c);
/* Does the path start at a root? */
bool path_is_absolute(const char *path);
/* `name` below `parent`; `name` itself when it is absolute. */
char *path_join(struct arena *a, const char *parent, const char *name);
/* os.path.abspath: joined to cwd, "." and ".." and doubled separators removed by text alone. */
char *path_absolute(struct arena *a, const char *cwd, const char *path);
/* The last component (points into path): "" for the root. */
const char *path_name(const char *path);
/* Everything before the last component; the root is its own parent. */
char *path_parent(struct arena *a, const char *path);
/* Why no file can have that absolute, normal path (a name in it means a device, for example); NULL when one can. */
const char *path_refusal(const char *path);
/* Is `path` the same as `ancestor` or below it? Both absolute and normal. */
bool path_is_within(const char *path, const char *ancestor);

#endif
