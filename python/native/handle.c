/* SPDX-License-Identifier: MIT */
/* Handles: who may use a struct cvenv, and for how long. */
#include "handle.h"

#define CAPSULE_NAME "cvenv.environment"

static void destroy(PyObject *capsule)
{
    struct handle *handle = PyCapsule_GetPointer(capsule, CAPSULE_NAME);
    if (handle->owned)
        cvenv_close(handle->env);
    call_end(&handle->own_call);
    Py_XDECREF(handle->own_call.report);
    PyMem_Free(handle);
}

PyObject *handle_new(struct handle **out)
{
    struct handle *handle = *out = PyMem_Malloc(sizeof *handle);
    if (!handle)
        return PyErr_NoMemory();
    *handle = (struct handle){ 0 };
    PyObject *capsule = PyCapsule_New(handle, CAPSULE_NAME, destroy);
    if (!capsule)
        PyMem_Free(handle);
    return capsule;
}

struct handle *handle_take(PyObject *capsule)
{
    struct handle *handle = PyCapsule_GetPointer(capsule, CAPSULE_NAME);
    if (!handle)
        return NULL;
    if (atomic_exchange(&handle->busy, true)) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is working on this environment");
        return NULL;
    }
    if (handle->env)
        return handle;
    atomic_store(&handle->busy, false);
    PyErr_SetString(PyExc_ValueError, "the creation of this environment is over");
    return NULL;
}

void handle_let_go(struct handle *handle)
{
    atomic_store(&handle->busy, false);
}
