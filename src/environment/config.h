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
    const char *command; /* already shell-quoted */
};

/*
 * The bytes that CPython's venv writes for this configuration, and `python-version` last. `prompt` is a repr(). What in
 * the other values would end the line for some reader, or is no UTF-8, is written as \xNN: harmless in `executable` and
 * `command`, which only inform; layout_make refuses such a `home`. Lines whose value is NULL are left out.
 */
const char *config_format(struct arena *a, const struct config *config);

/*
 * What is in the text; keys that are missing are NULL. As CPython reads it: of several `home` the first counts
 * (getpath.py), of any other key the last (site.py); include-system-site-packages is true when it is missing, or says
 * so in any case. `prompt` is given without its quotes and escapes.
 */
void config_parse(struct arena *a, struct slice text, struct config *out);

/* Appends Python's repr() of the str that os.fsdecode makes of the bytes: a byte that is no UTF-8 becomes \udcNN. */
void config_repr(struct text *out, const char *string);
/* The opposite; a text that is not quoted is taken as it is. */
const char *config_unrepr(struct arena *a, struct slice text);

#endif
