/* SPDX-License-Identifier: MIT */
/* A wheel (binary distribution format): opened, verified, and what pip would install of it worked out. */
#ifndef SEED_WHEEL_H
#define SEED_WHEEL_H

#include "seed/archive.h"
#include "seed/entry_points.h"
#include "seed/record.h"

struct wheel {
    const char *path;
    const char *name, *version;    /* from the file's name, as written there */
    const char *info;              /* "pip-24.2.dist-info" */
    struct archive archive;
    struct record record;          /* as in the wheel */
    const struct record_row **rows; /* that of each archive entry; NULL where none is needed (RECORD, directories) */
    struct entry_points scripts;   /* what pip would make of entry_points.txt for the base's X.Y (pip, pip3, pip3.13) */
};

/*
 * Opens a wheel of `length` bytes at `data`, which *out goes on pointing to, and verifies all but the contents: names,
 * Wheel-Version 1.x, tags (pure Python only: py3-none-any and the like), exactly one .dist-info of the right name,
 * every file in RECORD and nothing else in it. `major` and `minor` are the base's.
 */
bool wheel_open(struct arena *a, const char *path, const void *data, size_t length, int major, int minor,
                struct wheel *out, struct cvenv_error *err);
/* Unpacks archive entry `index` into `buffer` of its size; its contents are what CRC and RECORD say, or it fails. */
bool wheel_extract(const struct wheel *wheel, size_t index, void *buffer, struct cvenv_error *err);

/*
 * The console script that pip of version `pip_version` writes for `point` with the interpreter `executable` (absolute):
 * byte for byte, with the long form of the shebang (#!/bin/sh, 'exec') where the kernel could not read the plain one.
 * `relocatable`: the interpreter is looked for beside the script, by the last component of `executable`.
 */
struct slice wheel_script(struct arena *a, const struct entry_point *point, const char *executable,
                          const char *pip_version, bool relocatable);
/* The same without the first line: what is inside the programs that stand for scripts on Windows (program.h). */
struct slice wheel_script_body(struct arena *a, const struct entry_point *point, const char *pip_version);
/* Does pip of this version leave REQUESTED for what it was asked to install? */
bool wheel_leaves_requested(const char *pip_version);

#endif
