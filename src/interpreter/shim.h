/* SPDX-License-Identifier: MIT */
/* What a shim of pyenv stands for, worked out without running it; any other script has to be run. */
#ifndef INTERPRETER_SHIM_H
#define INTERPRETER_SHIM_H

#include "disk/disk.h"

/* Is the file a script ("#!", execve(2))? *script is its beginning. */
bool shim_is_script(struct arena *a, const char *path, struct slice *script);

/*
 * The executable that pyenv would start for the shim at `path`, in the directory `cwd`: of the first version named by
 * $PYENV_VERSION, else by the nearest .python-version upwards, else by $PYENV_ROOT/version, that has a program of that
 * name. False when the script is no such shim, or what it means takes more than that (a prefix of a version, "system").
 */
bool shim_resolve(struct arena *a, const char *path, struct slice script, const char *const *environment,
                  const char *cwd, const char **target);

#endif
