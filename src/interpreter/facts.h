/* SPDX-License-Identifier: MIT */
/* What is known of a base interpreter: as the probe prints it ("key = value" lines), and remembered in the cache. */
#ifndef INTERPRETER_FACTS_H
#define INTERPRETER_FACTS_H

#include "base/arena.h"
#include "base/text.h"

/* One wheel that the base's own ensurepip would install. */
struct facts_seed {
    const char *name;    /* normalised project name: "pip" */
    const char *version; /* as in the file's name */
    const char *path;    /* absolute path of the wheel */
};

struct facts {
    const char *executable;      /* sys._base_executable made absolute, not resolved */
    const char *real_executable; /* os.path.realpath of it: what pyvenv.cfg calls `executable` */
    const char *implementation;  /* sys.implementation.name: "cpython", "pypy" */
    int major, minor, micro;
    const char *version;         /* "3.13.0": sys.version_info[:3] */
    const char *abi_thread;      /* "t" on free-threaded builds, else "" */
    const char *prefix;          /* sys.base_prefix */
    const char *stdlib;          /* the directory that holds os.py: a landmark */
    const char *bin_name;        /* scripts directory relative to the environment: "bin" */
    const char *include_path;    /* relative: "include", or "include/python3.13" for 3.11 to 3.13 */
    const char *lib_path;        /* purelib, relative: "lib/python3.13/site-packages" */
    const char *platlib_path;    /* platlib, relative; the same where they are one */
    bool lib64;                  /* `lib64` is to be a link to `lib` */
    const char *const *names;    /* NULL-terminated: links to the primary executable that this version's venv makes */
    const char *const *libraries;/* NULL-terminated: shared libraries that a copied executable needs beside it (--copies) */
    const char *cache_tag;       /* sys.implementation.cache_tag: "cpython-313" */
    const char *magic;           /* importlib.util.MAGIC_NUMBER in hexadecimal */
    const struct facts_seed *seeds; /* in ensurepip's order; ended by a NULL name */
};

/* Reads the probe's answer. False when a key is missing or out of its range: err says which. `who` names the interpreter in messages. */
bool facts_parse(struct arena *a, struct slice text, const char *who, struct facts *out, struct cvenv_error *err);

#endif
