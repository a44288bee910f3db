/* SPDX-License-Identifier: MIT */
/* Where everything of an environment is, from the facts of its base. Pure. */
#ifndef ENVIRONMENT_LAYOUT_H
#define ENVIRONMENT_LAYOUT_H

#include "base/arena.h"
#include "interpreter/facts.h"

/* Relative paths are relative to env_dir, with "/" between components. */
struct layout {
    const char *env_dir, *env_name;
    const char *python_dir, *python_exe;          /* of the base */
    const char *bin_name, *include, *lib, *platlib; /* relative */
    const char *bin_path, *inc_path, *lib_path, *platlib_path, *env_exe, *env_exec_cmd, *cfg_path; /* absolute */
};

bool layout_make(struct arena *a, const char *env_dir, const struct facts *facts, struct layout *out, struct cvenv_error *err);

#endif
