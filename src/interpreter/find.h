/* SPDX-License-Identifier: MIT */
/* From what the user asked for (`--python`) to the path of an executable. */
#ifndef INTERPRETER_FIND_H
#define INTERPRETER_FIND_H

#include "base/arena.h"

/*
 * Finds the executable for `spec`: a path when it has a separator, else a name on the PATH of `environment` (NAME=value
 * strings, ended by NULL); NULL means "python3", then "python". On Windows also a version ("3.14", "3.14-32"), and what
 * is not on PATH is looked up where installers register (PEP 514). *path is absolute and not resolved.
 * CVENV_ERROR_INTERPRETER names what was looked for and where.
 */
bool find_interpreter(struct arena *a, const char *spec, const char *const *environment, const char *cwd,
                      const char **path, struct cvenv_error *err);

#endif
