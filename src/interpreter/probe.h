/* SPDX-License-Identifier: MIT */
/* The facts of an interpreter: remembered if nothing they rest on has changed, otherwise asked by running it once. */
#ifndef INTERPRETER_PROBE_H
#define INTERPRETER_PROBE_H

#include "disk/disk.h"
#include "interpreter/facts.h"

struct probe {
    const char *executable;         /* as find_interpreter gave it: absolute and normal */
    const char *cwd;                /* the user's directory: what a pyenv shim means depends on it */
    struct disk_dir cache;          /* where facts are remembered, or DISK_NO_DIR */
    const char *const *environment; /* the caller's, NULL-terminated */
    bool (*interrupted)(void *user);
    void *user;
};

/*
 * Fills *out with what the base interpreter says of itself: an executable inside an environment, a shim or a wrapper
 * only leads to it. No process is started when the cache holds facts whose files (executable and its links, stdlib
 * landmark, pyvenv.cfg beside it, shared libraries, bundled wheels) all have the device, inode, size, mtime and ctime
 * that they had.
 */
bool probe_facts(struct arena *a, const struct probe *p, struct facts *out, struct cvenv_error *err);

/* The program that an interpreter runs to describe itself: probe.py. */
extern const char *const probe_program;

#endif
