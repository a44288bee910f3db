/* SPDX-License-Identifier: MIT */
/* Conversions: paths in the file system's encoding (os.fsencode), texts that end up in UTF-8 files in UTF-8. */
#include "values.h"

#include <stddef.h>
#include <string.h>

enum option_kind { OPTION_BOOL, OPTION_TEXT, OPTION_PATH, OPTION_SYMLINKS, OPTION_ENVIRONMENT };

/* What Python may set. `symlinks` is Python's name for `links`. */
static const struct option {
    const char *name;
    enum option_kind kind;
    size_t offset;
} option_table[] = {
    { "system_site_packages", OPTION_BOOL, offsetof(struct cvenv_options, system_site_packages) },
    { "clear", OPTION_BOOL, offsetof(struct cvenv_options, clear) },
    { "upgrade", OPTION_BOOL, offsetof(struct cvenv_options, upgrade) },
    { "with_pip", OPTION_BOOL, offsetof(struct cvenv_options, with_pip) },
    { "upgrade_deps", OPTION_BOOL, offsetof(struct cvenv_options, upgrade_deps) },
    { "without_scm_ignore", OPTION_BOOL, offsetof(struct cvenv_options, without_scm_ignore) },
    { "symlinks", OPTION_SYMLINKS, offsetof(struct cvenv_options, links) },
    { "prompt", OPTION_TEXT, offsetof(struct cvenv_options, prompt) },
    { "facts", OPTION_PATH, offsetof(struct cvenv_options, facts) },
    { "command", OPTION_PATH, offsetof(struct cvenv_options, command) },
    { "environment", OPTION_ENVIRONMENT, offsetof(struct cvenv_options, environment) },
};

static const char *const attribute_names[] = {
    [CVENV_ENV_DIR] = "env_dir",
    [CVENV_ENV_NAME] = "env_name",
    [CVENV_PROMPT] = "prompt",
    [CVENV_EXECUTABLE] = "executable",
    [CVENV_PYTHON_DIR] = "python_dir",
    [CVENV_PYTHON_EXE] = "python_exe",
    [CVENV_INC_PATH] = "inc_path",
    [CVENV_LIB_PATH] = "lib_path",
    [CVENV_PLATLIB_PATH] = "platlib_path",
    [CVENV_BIN_PATH] = "bin_path",
    [CVENV_BIN_NAME] = "bin_name",
    [CVENV_ENV_EXE] = "env_exe",
    [CVENV_ENV_EXEC_CMD] = "env_exec_cmd",
    [CVENV_CFG_PATH] = "cfg_path",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The str as bytes without NUL: a new reference, or NULL with an exception. */
static PyObject *encode(PyObject *value, enum option_kind kind)
{
    PyObject *bytes = NULL;
    if (!PyUnicode_Check(value))
        PyErr_Format(PyExc_TypeError, "expected str, got %R", (PyObject *)Py_TYPE(value));
    else if (kind == OPTION_PATH)
        PyUnicode_FSConverter(value, &bytes);
    else
        bytes = PyUnicode_AsUTF8String(value);
    char *data;
    if (bytes && PyBytes_AsStringAndSize(bytes, &data, NULL) < 0)
        Py_CLEAR(bytes);
    return bytes;
}

/* Hands a new reference over to the call; false with an exception. */
static bool own(struct call *call, PyObject *bytes)
{
    if (bytes && !call->owners)
        call->owners = PyList_New(0);
    bool ok = bytes && call->owners && PyList_Append(call->owners, bytes) == 0;
    Py_XDECREF(bytes);
    return ok;
}

/* The bytes of a str, owned by the call; NULL with an exception. */
static char *owned_string(struct call *call, PyObject *value, enum option_kind kind)
{
    PyObject *bytes = encode(value, kind);
    return own(call, bytes) ? PyBytes_AsString(bytes) : NULL;
}

const char *values_string(struct call *call, PyObject *value)
{
    return owned_string(call, value, OPTION_PATH);
}

/* The array is in a bytes object. */
char **values_strings(struct call *call, PyObject *list)
{
    Py_ssize_t count = PyList_Size(list);
    PyObject *array = count < 0 ? NULL : PyBytes_FromStringAndSize(NULL, (count + 1) * (Py_ssize_t)sizeof(char *));
    if (!own(call, array))
        return NULL;
    char **strings = (char **)(void *)PyBytes_AsString(array);
    memset(strings, 0, ((size_t)count + 1) * sizeof *strings);
    for (Py_ssize_t i = 0; i < count; i++) {
        strings[i] = owned_string(call, PyList_GetItem(list, i), OPTION_PATH);
        if (!strings[i])
            return NULL;
    }
    return strings;
}

static bool set_option(struct call *call, struct cvenv_options *options, const struct option *option, PyObject *value)
{
    void *member = (char *)options + option->offset;
    if (option->kind == OPTION_ENVIRONMENT)
        return (options->environment = (const char *const *)values_strings(call, value)) != NULL;
    if (option->kind == OPTION_TEXT || option->kind == OPTION_PATH) {
        const char *string = owned_string(call, value, option->kind);
        memcpy(member, &string, sizeof string);
        return string != NULL;
    }
    int truth = PyObject_IsTrue(value);
    if (truth < 0)
        return false;
    if (option->kind == OPTION_SYMLINKS)
        options->links = truth ? CVENV_LINKS_SYMLINKS : CVENV_LINKS_COPIES;
    else
        *(bool *)member = truth != 0;
    return true;
}

bool values_options(PyObject *dict, struct call *call, struct cvenv_options *out)
{
    *out = (struct cvenv_options)CVENV_OPTIONS_INIT;
    out->report = call_on_report;
    out->interrupted = call_on_interrupted;
    out->user = call;
    for (size_t i = 0; i < COUNT(option_table); i++) {
        PyObject *value = PyDict_GetItemString(dict, option_table[i].name);
        if (value && value != Py_None && !set_option(call, out, &option_table[i], value))
            return false;
    }
    return true;
}

static PyObject *attribute_get(const struct cvenv *env, enum cvenv_attribute which)
{
    const char *text = cvenv_attribute(env, which);
    if (which == CVENV_PROMPT)
        return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "surrogateescape");
    return PyUnicode_DecodeFSDefault(text);
}

PyObject *attributes_dict(const struct cvenv *env)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict && i < COUNT(attribute_names); i++) {
        PyObject *value = attribute_get(env, (enum cvenv_attribute)i);
        if (!value || PyDict_SetItemString(dict, attribute_names[i], value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

bool attribute_parse(const char *name, PyObject *value, enum cvenv_attribute *which, const char **text, PyObject **owner)
{
    for (size_t i = 0; i < COUNT(attribute_names); i++) {
        if (strcmp(attribute_names[i], name) != 0)
            continue;
        *which = (enum cvenv_attribute)i;
        *owner = encode(value, *which == CVENV_PROMPT ? OPTION_TEXT : OPTION_PATH);
        *text = *owner ? PyBytes_AsString(*owner) : NULL;
        return *text != NULL;
    }
    PyErr_Format(PyExc_KeyError, "%s", name);
    return false;
}
