/* SPDX-License-Identifier: MIT */
/* Python's values as those of cvenv.h, and back. */
#ifndef NATIVE_VALUES_H
#define NATIVE_VALUES_H

#include "call.h"

/*
 * Reads a dict whose keys are members of struct cvenv_options; None is as good as absent. The strings belong to the call,
 * because the library borrows them until the environment is closed. False with an exception.
 */
bool values_options(PyObject *dict, struct call *call, struct cvenv_options *out);

/* A path as bytes, and a list of them as the NULL-terminated array that C wants. They belong to the call; NULL: exception. */
const char *values_string(struct call *call, PyObject *value);
char **values_strings(struct call *call, PyObject *list);

/* The attributes of the context, by the names that EnvBuilder.ensure_directories documents: a dict. */
PyObject *attributes_dict(const struct cvenv *env);

/* The attribute of that name, and `value` as its bytes, which belong to *owner; false with an exception. */
bool attribute_parse(const char *name, PyObject *value, enum cvenv_attribute *which, const char **text, PyObject **owner);

#endif
