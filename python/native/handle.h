/* SPDX-License-Identifier: MIT */
/* What Python holds of an environment: a capsule with a handle in it. */
#ifndef NATIVE_HANDLE_H
#define NATIVE_HANDLE_H

#include "call.h"

struct handle {
    struct cvenv *env; /* NULL once the creation that lent it is over */
    struct call *call; /* own_call, or that of the creation under way */
    struct call own_call;
    bool owned;        /* from cvenv_open, not lent by cvenv_create */
    atomic_bool busy;  /* a thread is in the library with it */
};

/* A capsule around a new, empty handle; NULL with an exception. */
PyObject *handle_new(struct handle **out);

/* The capsule's handle, for this thread alone until handle_let_go; NULL with an exception. */
struct handle *handle_take(PyObject *capsule);
void handle_let_go(struct handle *handle);

#endif
