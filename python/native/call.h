/* SPDX-License-Identifier: MIT */
/*
 * A call of libcvenv from Python: the interpreter's lock is given back while the library works and taken for as long as
 * a callback needs Python. An exception raised in a callback is kept, ends the work, and is raised again when the
 * library has undone it.
 */
#ifndef NATIVE_CALL_H
#define NATIVE_CALL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cvenv.h>

/* A call of the library that is under way: what its callbacks need. */
struct call {
    PyThreadState *thread;      /* saved while the lock is given back */
    unsigned long thread_ident; /* the only thread whose callbacks may use Python */
    PyObject *report;           /* report(message) for warnings */
    PyObject *hook;             /* hook(environment): the rest of the creation, or None */
    PyObject *exception[3];     /* what a callback raised: type, value, traceback */
    PyObject *owners;           /* list of what owns the strings that the library borrows until the end; or NULL */
    int64_t signals_checked;    /* when, in ns */
    atomic_bool stop;           /* a callback raised: nothing more is to be done */
};

/* Releases what the call still holds, when the library needs it no more. `report` and `hook` are the caller's. */
void call_end(struct call *call);

/* Gives the interpreter's lock back, and takes it again. */
void call_unlock(struct call *call);
void call_lock(struct call *call);

/* Keeps the exception that is being raised, for when the library has returned. */
void call_keep_exception(struct call *call);

/* What the library answered: None, or NULL with the exception of a callback or error_type(code, system, message). */
PyObject *call_result(struct call *call, bool ok, const struct cvenv_error *err, PyObject *error_type);

/* The callbacks for struct cvenv_options; `user` is the call. */
void call_on_report(void *user, enum cvenv_report kind, const char *message);
bool call_on_interrupted(void *user);

#endif
