/* SPDX-License-Identifier: MIT */
/* entry_points.txt (Entry points specification): the console scripts in it, and the script files that pip makes of them. Pure. */
#ifndef SEED_ENTRY_POINTS_H
#define SEED_ENTRY_POINTS_H

#include "base/text.h"

struct entry_point {
    const char *name, *module, *attribute; /* attribute may hold dots */
    bool gui;
};

struct entry_points {
    struct entry_point *items;
    size_t count;
};

/* Names that could leave the scripts directory or hide another file are refused. */
bool entry_points_parse(struct arena *a, struct slice text, struct entry_points *out, struct cvenv_error *err);

#endif
