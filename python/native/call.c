/* SPDX-License-Identifier: MIT */
/* Calls of libcvenv: the lock, exceptions and signals. */
#include "call.h"

#include <string.h>
#include <time.h>

/* How often signal handlers are looked after: soon for a person, rarely enough not to queue for the lock. */
#define SIGNAL_INTERVAL_NS 20000000

void call_end(struct call *call)
{
    Py_CLEAR(call->owners);
}

void call_unlock(struct call *call)
{
    call->thread_ident = PyThread_get_thread_ident();
    call->thread = PyEval_SaveThread();
}

void call_lock(struct call *call)
{
    PyEval_RestoreThread(call->thread);
}

void call_keep_exception(struct call *call)
{
    if (call->exception[0])
        PyErr_Clear();
    else
        PyErr_Fetch(&call->exception[0], &call->exception[1], &call->exception[2]);
    atomic_store(&call->stop, true);
}

/* Raises what a callback raised; false when none did. */
static bool raise_kept(struct call *call)
{
    if (!call->exception[0])
        return false;
    PyErr_Restore(call->exception[0], call->exception[1], call->exception[2]);
    memset(call->exception, 0, sizeof call->exception);
    atomic_store(&call->stop, false);
    return true;
}

PyObject *call_result(struct call *call, bool ok, const struct cvenv_error *err, PyObject *error_type)
{
    if (raise_kept(call))
        return NULL;
    if (ok)
        Py_RETURN_NONE;
    PyObject *message = PyUnicode_DecodeFSDefault(err->message);
    PyObject *arguments = message ? Py_BuildValue("(iiN)", (int)err->code, err->system, message) : NULL;
    if (arguments)
        PyErr_SetObject(error_type, arguments);
    Py_XDECREF(arguments);
    return NULL;
}

void call_on_report(void *user, enum cvenv_report kind, const char *message)
{
    struct call *call = user;
    if (kind != CVENV_REPORT_WARNING || atomic_load(&call->stop))
        return;
    call_lock(call);
    PyObject *text = PyUnicode_DecodeFSDefault(message);
    PyObject *result = text ? PyObject_CallFunctionObjArgs(call->report, text, NULL) : NULL;
    if (!result)
        call_keep_exception(call);
    Py_XDECREF(result);
    Py_XDECREF(text);
    call_unlock(call);
}

static int64_t clock_now(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The library's own threads may ask too: they see what the calling thread found. */
bool call_on_interrupted(void *user)
{
    struct call *call = user;
    if (atomic_load(&call->stop) || PyThread_get_thread_ident() != call->thread_ident)
        return atomic_load(&call->stop);
    int64_t now = clock_now();
    if (now >= call->signals_checked && now < call->signals_checked + SIGNAL_INTERVAL_NS)
        return false;
    call->signals_checked = now;
    call_lock(call);
    if (PyErr_CheckSignals())
        call_keep_exception(call);
    call_unlock(call);
    return atomic_load(&call->stop);
}
