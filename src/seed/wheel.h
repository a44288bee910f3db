/* SPDX-License-Identifier: MIT */
/* A wheel (binary distribution format): opened, verified whole, and what pip would install of it worked out. */
#ifndef SEED_WHEEL_H
#define SEED_WHEEL_H

#include "seed/archive.h"
#include "seed/entry_points.h"
#include "seed/record.h"

struct wheel {
    const char *path;
    const char *name, *version;   /* from the file's name, as written there */
    const char *info;             /* "pip-24.2.dist-info" */
    struct archive archive;
    struct record record;         /* as in the wheel */
    struct entry_points scripts;  /* what pip would make of entry_points.txt for the base's X.Y (pip, pip3, pip3.13) */
};

/*
 * Opens and verifies a wheel of `length` bytes at `data` (the caller's mapping): names, Wheel-Version 1.x, tags (pure
 * Python only: py3-none-any and the like), exactly one .dist-info of the right name, and a RECORD whose every hash is true.
 * `major` and `minor` are the base's.
 */
bool wheel_open(struct arena *a, const char *path, const void *data, size_t length, int major, int minor, struct wheel *out,
                struct cvenv_error *err);

/*
 * The console script that pip of this wheel's generation writes for `point` with the interpreter `executable` (absolute):
 * byte for byte, with the long form of the shebang (#!/bin/sh, 'exec') where the kernel could not read the plain one.
 * `pip_version` is the version of pip that would have installed it.
 */
struct slice wheel_script(struct arena *a, const struct entry_point *point, const char *executable, const char *pip_version,
                          bool relocatable);

#endif
