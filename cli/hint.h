/* SPDX-License-Identifier: MIT */
/* The command with which a user's shell activates an environment. */
#ifndef CLI_HINT_H
#define CLI_HINT_H

#include <stdio.h>

/*
 * Writes the line to `out`, quoted so that it can be pasted. `shell` is a path such as $SHELL; NULL and shells that are
 * not known are taken for sh. Nothing is written when the environment has no activator for that shell.
 */
void hint_activate(const char *shell, const char *env_dir, FILE *out);

#endif
