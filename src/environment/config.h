/* SPDX-License-Identifier: MIT */
/* pyvenv.cfg (PEP 405, PEP 838): formatted so that no value can add a key, and read as CPython reads it. Pure. */
#ifndef ENVIRONMENT_CONFIG_H
#define ENVIRONMENT_CONFIG_H

#include "base/text.h"
#include "interpreter/facts.h"

struct config {
    const char *home;
    bool system_site_packages;
    const char *version;        /* X.Y.Z */
    const char *python_version; /* X.Y */
    const char *prompt;         /* NULL: no such line */
    const char *executable;
    const char *command;        /* already shell-quoted */
};

const char *config_format(struct arena *a, const struct config *config);
/* What is in the text. Missing keys are NULL; include-system-site-packages is false only where it says so (as site.py). */
void config_parse(struct arena *a, struct slice text, struct config *out);
/* Python's repr() of a str, and back. */
void config_repr(struct text *out, const char *string);
const char *config_unrepr(struct arena *a, struct slice text);

#endif
