/* SPDX-License-Identifier: MIT */
/* entry_points.txt (Entry points specification): the scripts that it wants to have made. Pure. */
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

/* Reads console_scripts and gui_scripts. Names that could leave the scripts directory or hide a command are refused. */
bool entry_points_parse(struct arena *a, struct slice text, struct entry_points *out, struct cvenv_error *err);
/*
 * What pip makes of these for Python major.minor: "pip" gives pip, pipX and pipX.Y in place of those that the wheel
 * names, "easy_install" gives easy_install and easy_install-X.Y. False when out of memory.
 */
bool entry_points_version(struct arena *a, const struct entry_points *from, int major, int minor,
                          struct entry_points *out);

#endif
