/* SPDX-License-Identifier: MIT */
/* What the user has told py.exe to mean by "python" and "python3": variables PY_PYTHON…, and py.ini. */
#ifndef INTERPRETER_LAUNCHER_DEFAULTS_H
#define INTERPRETER_LAUNCHER_DEFAULTS_H

#include "base/arena.h"

/* The version for "" (no version asked for) or a major number alone; NULL when the user has no opinion. */
const char *launcher_default(struct arena *a, const char *const *environment, const char *major);

#endif
