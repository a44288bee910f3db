/* SPDX-License-Identifier: MIT */
/* Activators: templates rendered in one left-to-right pass, each value quoted for the shell that will read it. Pure. */
#ifndef ENVIRONMENT_ACTIVATION_H
#define ENVIRONMENT_ACTIVATION_H

#include "environment/quote.h"

/* What stands for the placeholders __VENV_DIR__, __VENV_NAME__, __VENV_PROMPT__, __VENV_BIN_NAME__, __VENV_PYTHON__. */
struct activation {
    const char *env_dir, *env_name, *prompt, *bin_name, *env_exe;
    bool relocatable;
};

/* One built-in activator, embedded at build time from templates/. */
struct activator {
    const char *name;              /* file name in the scripts directory */
    const char *data;              /* the template */
    size_t length;
    quote_function *quote;
    bool crlf;                     /* rendered with CRLF line ends */
    bool posix, windows;           /* installed there */
};

/* The built-in activators, ended by a NULL name. */
extern const struct activator activation_builtin[];

/* The built-in activator, rendered. */
struct slice activation_render(struct arena *a, const struct activator *activator, const struct activation *values);

/*
 * EnvBuilder.replace_variables for a user's own script: quoted as CPython 3.14 quotes by file type (.ps1: single quotes
 * doubled; .bat: as it is; anything else: shlex.quote). `name` is the script's file name.
 */
struct slice activation_replace(struct arena *a, const char *name, struct slice script, const struct activation *values);

#endif
