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

/* One shared library that a copied executable would look for beside itself (`$ORIGIN` in its run path). */
struct facts_library {
    const char *path;  /* absolute, in the base */
    const char *place; /* where its copy belongs, relative to the environment: "lib/libpython3.14.so.1.0" */
};

/* On Windows: one program that venv puts into the scripts directory. */
struct facts_program {
    const char *name;     /* there: "pythonw.exe" */
    const char *original; /* absolute path of the base's program that it stands for; "" when the base has none */
    const char *launcher; /* absolute path of the base's own launcher, which is copied; "" when the base has none */
};

struct facts {
    const char *executable;      /* sys._base_executable made absolute, not resolved */
    const char *real_executable; /* os.path.realpath of it: what pyvenv.cfg calls `executable` */
    const char *primary;         /* the name that venv gives it in the scripts directory */
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
    const char *const *names;    /* NULL-terminated: all that this version's venv makes, perhaps the primary too */
    const struct facts_library *libraries; /* copied with the executable (--copies; on Windows linked, --symlinks);
                                              ended by a NULL path */
    const struct facts_program *programs; /* Windows only: in place of `names`; primary first; ended by a NULL name */
    const char *script_launcher; /* Windows only: which launcher of pip's wheel is to be used: "64", "32", "64-arm" */
    const char *cache_tag;       /* sys.implementation.cache_tag: "cpython-313" */
    const char *magic;           /* importlib.util.MAGIC_NUMBER in hexadecimal */
    const struct facts_seed *seeds; /* in ensurepip's order; ended by a NULL name */
};

/*
 * Reads the probe's answer. False when a key is missing or out of its range: err says which. `who` names the
 * interpreter in messages. Whatever the text is, names and relative paths in *out stay within an environment.
 */
bool facts_parse(struct arena *a, struct slice text, const char *who, struct facts *out, struct cvenv_error *err);

/* The lines of an answer, without what a wrapper printed around them; false when it is not there or not whole. */
bool facts_body(struct slice text, struct slice *body);
/* Takes the next value of `key` off the front of *rest; false when there is none (any more). */
bool facts_next(struct slice *rest, const char *key, struct slice *value);
/* A value, or one word of it, with its %xx decoded; NULL when it is not well-formed. */
const char *facts_decode(struct arena *a, struct slice value);
/* The opposite: appends `value` as one word. */
void facts_encode(struct text *out, const char *value);

#endif
