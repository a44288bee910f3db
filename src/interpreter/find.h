/* SPDX-License-Identifier: MIT */
/* From what the user asked for (`--python`) to the path of an executable. */
#ifndef INTERPRETER_FIND_H
#define INTERPRETER_FIND_H

#include "base/arena.h"

/*
 * Finds the executable for `spec`: a path when it has a separator, else a name on PATH; NULL means "python3", then "python".
 * An empty search_path means that PATH is not set. *path is absolute and not resolved. CVENV_ERROR_INTERPRETER names what was
 * looked for and where.
 */
bool find_interpreter(struct arena *a, const char *spec, const char *search_path, const char *cwd, const char **path,
                      struct cvenv_error *err);

#endif
