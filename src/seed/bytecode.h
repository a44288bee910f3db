/* SPDX-License-Identifier: MIT */
/* Byte-compiling a tree with the interpreter that will run it, on all processors. */
#ifndef SEED_BYTECODE_H
#define SEED_BYTECODE_H

#include "disk/disk.h"
#include "interpreter/facts.h"

struct bytecode {
    const char *executable;             /* of the base */
    const char *const *environment;     /* the caller's */
    int processors;                     /* 0: as many as there are */
    void (*report)(void *user, enum cvenv_report kind, const char *message);
    bool (*interrupted)(void *user);
    void *user;
};

/*
 * Compiles the `count` sources (relative to the directory `root`, an absolute path) to __pycache__/NAME.TAG.pyc with
 * timestamps; compiled[i] tells which succeeded (one with a syntax error does not, as with pip). The names in the code
 * objects are the relative ones. The sources are dealt out in turn: balanced when the largest come first.
 */
bool bytecode_compile(struct arena *a, const struct bytecode *b, const char *root, const char *const *sources,
                      size_t count, bool *compiled, struct cvenv_error *err);

#endif
