/* SPDX-License-Identifier: MIT */
/* The Pythons that installers have registered on Windows (PEP 514), and what version of one is asked for. */
#ifndef INTERPRETER_REGISTRY_H
#define INTERPRETER_REGISTRY_H

#include "base/arena.h"

/* A version as py.exe takes it: "3", "3.14", "3.14.3", each with "t" (free-threaded) and "-32", "-64", "-arm64" behind it. */
struct python_version {
    int numbers[3]; /* -1: not said */
    bool threaded;
    int bits;       /* 32, 64; 0: not said */
    bool arm;
};

bool python_version_parse(const char *text, struct python_version *out);

struct registered {
    const char *company, *tag;  /* "PythonCore", "3.14-32" */
    const char *executable;     /* absolute */
    struct python_version version;
};

/* Calls `each` with every registered Python, those of the user's own first; stops when it returns false. */
void registry_pythons(struct arena *a, bool (*each)(void *user, const struct registered *python), void *user);

#endif
