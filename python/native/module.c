/* SPDX-License-Identifier: MIT */
/* cvenv._cvenv: the functions of cvenv.h for the Python package. They decide nothing. */
#include "command.h"
#include "handle.h"
#include "values.h"

#include <stdio.h>

struct module_state {
    PyObject *error; /* Error(code, system, message) */
};

static PyObject *error_type(PyObject *module)
{
    struct module_state *state = PyModule_GetState(module);
    return state->error;
}

/* ---- a whole creation --------------------------------------------------------------------------------------- */

/* The first replaced stage: Python makes all the rest. */
static bool stage_hook(struct cvenv *env, void *user, struct cvenv_error *err)
{
    struct call *call = user;
    struct handle *handle;
    call_lock(call);
    PyObject *capsule = handle_new(&handle), *result = NULL;
    if (capsule) {
        handle->env = env;
        handle->call = call;
        result = PyObject_CallFunctionObjArgs(call->hook, capsule, NULL);
        handle->env = NULL;
    }
    bool ok = result != NULL;
    if (!ok)
        call_keep_exception(call);
    Py_XDECREF(result);
    Py_XDECREF(capsule);
    call_unlock(call);
    if (!ok) {
        *err = (struct cvenv_error){ .code = CVENV_ERROR_HOOK };
        snprintf(err->message, sizeof err->message, "a method of the caller's failed");
    }
    return ok;
}

/* A stage after it: the hook has made that already. */
static bool stage_done(struct cvenv *env, void *user, struct cvenv_error *err)
{
    (void)env;
    (void)user;
    (void)err;
    return true;
}

/* The built-in stages before `first`, then the hook; all are built in when it is negative. */
static struct cvenv_stages stages_from(int first)
{
    struct cvenv_stages stages = CVENV_STAGES_INIT;
    bool (**table[])(struct cvenv *, void *, struct cvenv_error *) = {
        [CVENV_STAGE_ENSURE_DIRECTORIES] = &stages.ensure_directories,
        [CVENV_STAGE_CREATE_IGNORE_FILE] = &stages.create_ignore_file,
        [CVENV_STAGE_CREATE_CONFIGURATION] = &stages.create_configuration,
        [CVENV_STAGE_SETUP_PYTHON] = &stages.setup_python,
        [CVENV_STAGE_SETUP_PIP] = &stages.setup_pip,
        [CVENV_STAGE_SETUP_SCRIPTS] = &stages.setup_scripts,
        [CVENV_STAGE_POST_SETUP] = &stages.post_setup,
        [CVENV_STAGE_UPGRADE_DEPENDENCIES] = &stages.upgrade_dependencies,
    };
    for (int i = first; i >= 0 && i < (int)(sizeof table / sizeof table[0]); i++)
        *table[i] = i == first ? stage_hook : stage_done;
    return stages;
}

PyDoc_STRVAR(create_doc, "create(env_dir, options, report, first, hook)\n--\n\n"
                         "cvenv_create. From the stage `first` on (-1: never), hook(environment) makes the rest.");

static PyObject *create(PyObject *module, PyObject *args)
{
    PyObject *path, *dict, *result = NULL;
    struct call call = { 0 };
    int first;
    if (!PyArg_ParseTuple(args, "O&O!OiO:create", PyUnicode_FSConverter, &path, &PyDict_Type, &dict, &call.report,
                          &first, &call.hook))
        return NULL;
    struct cvenv_options options;
    if (values_options(dict, &call, &options)) {
        struct cvenv_stages stages = stages_from(first);
        struct cvenv_error err;
        const char *env_dir = PyBytes_AsString(path);
        call_unlock(&call);
        bool ok = cvenv_create(env_dir, &options, &stages, &call, &err);
        call_lock(&call);
        result = call_result(&call, ok, &err, error_type(module));
    }
    call_end(&call);
    Py_DECREF(path);
    return result;
}

/* ---- single stages ------------------------------------------------------------------------------------------ */

static bool handle_open(PyObject *module, struct handle *handle, PyObject *path, PyObject *dict)
{
    struct call *call = handle->call = &handle->own_call;
    struct cvenv_options options;
    if (!values_options(dict, call, &options))
        return false;
    struct cvenv_error err;
    const char *env_dir = PyBytes_AsString(path);
    call_unlock(call);
    handle->owned = cvenv_open(env_dir, &options, &handle->env, &err);
    call_lock(call);
    PyObject *result = call_result(call, handle->owned, &err, error_type(module));
    Py_XDECREF(result);
    return result != NULL;
}

PyDoc_STRVAR(open_doc, "open(env_dir, options, report)\n--\n\ncvenv_open: an environment for single stages.");

static PyObject *open_environment(PyObject *module, PyObject *args)
{
    PyObject *path, *dict, *report;
    if (!PyArg_ParseTuple(args, "O&O!O:open", PyUnicode_FSConverter, &path, &PyDict_Type, &dict, &report))
        return NULL;
    struct handle *handle;
    PyObject *capsule = handle_new(&handle);
    if (capsule) {
        Py_INCREF(report);
        handle->own_call.report = report;
        if (!handle_open(module, handle, path, dict))
            Py_CLEAR(capsule);
    }
    Py_DECREF(path);
    return capsule;
}

/* Does `job` with an environment and the options as they are now, without the lock. None, or NULL with an exception. */
static PyObject *work(PyObject *module, PyObject *capsule, PyObject *dict,
                      bool (*job)(struct cvenv *env, void *what, struct cvenv_error *err), void *what)
{
    struct handle *handle = handle_take(capsule);
    if (!handle)
        return NULL;
    PyObject *result = NULL;
    struct cvenv_options options;
    if (values_options(dict, handle->call, &options)) {
        struct cvenv_error err;
        call_unlock(handle->call);
        bool ok = cvenv_set_options(handle->env, &options, &err) && job(handle->env, what, &err);
        call_lock(handle->call);
        result = call_result(handle->call, ok, &err, error_type(module));
    }
    handle_let_go(handle);
    return result;
}

static bool run_stage_job(struct cvenv *env, void *what, struct cvenv_error *err)
{
    const int *stage = what;
    return cvenv_run_stage(env, (enum cvenv_stage)*stage, err);
}

PyDoc_STRVAR(run_stage_doc, "run_stage(environment, options, stage)\n--\n\ncvenv_run_stage.");

static PyObject *run_stage(PyObject *module, PyObject *args)
{
    PyObject *capsule, *dict;
    int stage;
    if (!PyArg_ParseTuple(args, "OO!i:run_stage", &capsule, &PyDict_Type, &dict, &stage))
        return NULL;
    return work(module, capsule, dict, run_stage_job, &stage);
}

static bool install_scripts_job(struct cvenv *env, void *what, struct cvenv_error *err)
{
    return cvenv_install_scripts(env, what, err);
}

PyDoc_STRVAR(install_scripts_doc, "install_scripts(environment, options, path)\n--\n\ncvenv_install_scripts.");

static PyObject *install_scripts(PyObject *module, PyObject *args)
{
    PyObject *capsule, *dict, *path;
    if (!PyArg_ParseTuple(args, "OO!O&:install_scripts", &capsule, &PyDict_Type, &dict, PyUnicode_FSConverter, &path))
        return NULL;
    PyObject *result = work(module, capsule, dict, install_scripts_job, PyBytes_AsString(path));
    Py_DECREF(path);
    return result;
}

struct link_job {
    const char *from, *path;
    bool relative;
};

static bool symlink_or_copy_job(struct cvenv *env, void *what, struct cvenv_error *err)
{
    const struct link_job *link = what;
    return cvenv_symlink_or_copy(env, link->from, link->path, link->relative, err);
}

PyDoc_STRVAR(symlink_or_copy_doc, "symlink_or_copy(environment, options, src, dst, relative_symlinks_ok)\n--\n\n"
                                  "cvenv_symlink_or_copy: dst is relative to the environment.");

static PyObject *symlink_or_copy(PyObject *module, PyObject *args)
{
    PyObject *capsule, *dict, *src, *dst;
    int relative;
    if (!PyArg_ParseTuple(args, "OO!O&O&p:symlink_or_copy", &capsule, &PyDict_Type, &dict, PyUnicode_FSConverter, &src,
                          PyUnicode_FSConverter, &dst, &relative))
        return NULL;
    struct link_job link = { PyBytes_AsString(src), PyBytes_AsString(dst), relative != 0 };
    PyObject *result = work(module, capsule, dict, symlink_or_copy_job, &link);
    Py_DECREF(src);
    Py_DECREF(dst);
    return result;
}

/* ---- the context -------------------------------------------------------------------------------------------- */

PyDoc_STRVAR(attributes_doc, "attributes(environment)\n--\n\nAll strings of the context, by name.");

static PyObject *attributes(PyObject *module, PyObject *capsule)
{
    (void)module;
    struct handle *handle = handle_take(capsule);
    if (!handle)
        return NULL;
    PyObject *dict = attributes_dict(handle->env);
    handle_let_go(handle);
    return dict;
}

PyDoc_STRVAR(set_attribute_doc, "set_attribute(environment, name, value)\n--\n\ncvenv_set_attribute.");

static PyObject *set_attribute(PyObject *module, PyObject *args)
{
    PyObject *capsule, *value, *owner = NULL, *result = NULL;
    const char *name, *text;
    enum cvenv_attribute which;
    if (!PyArg_ParseTuple(args, "OsO:set_attribute", &capsule, &name, &value))
        return NULL;
    struct handle *handle = attribute_parse(name, value, &which, &text, &owner) ? handle_take(capsule) : NULL;
    if (handle) {
        struct cvenv_error err;
        bool ok = cvenv_set_attribute(handle->env, which, text, &err);
        result = call_result(handle->call, ok, &err, error_type(module));
        handle_let_go(handle);
    }
    Py_XDECREF(owner);
    return result;
}

PyDoc_STRVAR(replace_variables_doc, "replace_variables(environment, name, text)\n--\n\n"
                                    "cvenv_replace_variables, on bytes.");

static PyObject *replace_variables(PyObject *module, PyObject *args)
{
    PyObject *capsule, *name, *text, *result = NULL;
    if (!PyArg_ParseTuple(args, "OO&S:replace_variables", &capsule, PyUnicode_FSConverter, &name, &text))
        return NULL;
    struct handle *handle = handle_take(capsule);
    if (handle) {
        const char *replaced;
        size_t length;
        struct cvenv_error err;
        bool ok = cvenv_replace_variables(handle->env, PyBytes_AsString(name), PyBytes_AsString(text),
                                          (size_t)PyBytes_Size(text), &replaced, &length, &err);
        result = call_result(handle->call, ok, &err, error_type(module));
        if (result) {
            Py_DECREF(result);
            result = PyBytes_FromStringAndSize(replaced, (Py_ssize_t)length);
        }
        handle_let_go(handle);
    }
    Py_DECREF(name);
    return result;
}

/* ---- the command ------------------------------------------------------------------------------------------ */

PyDoc_STRVAR(command_doc, "command(arguments, facts)\n--\n\n"
                          "The program cvenv, in this process; arguments[0] is its name. Its exit status.");

static PyObject *command(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *list, *facts, *result = NULL;
    struct call call = { 0 };
    if (!PyArg_ParseTuple(args, "O!U:command", &PyList_Type, &list, &facts))
        return NULL;
    char **argv = values_strings(&call, list);
    const char *text = argv ? values_string(&call, facts) : NULL;
    if (text) {
        int argc = (int)PyList_Size(list);
        call_unlock(&call);
        int status = command_run(argc, argv, text);
        call_lock(&call);
        result = PyLong_FromLong(status);
    }
    call_end(&call);
    return result;
}

/* ---- the module --------------------------------------------------------------------------------------------- */

static PyMethodDef functions[] = {
    { "create", create, METH_VARARGS, create_doc },
    { "open", open_environment, METH_VARARGS, open_doc },
    { "run_stage", run_stage, METH_VARARGS, run_stage_doc },
    { "install_scripts", install_scripts, METH_VARARGS, install_scripts_doc },
    { "symlink_or_copy", symlink_or_copy, METH_VARARGS, symlink_or_copy_doc },
    { "attributes", attributes, METH_O, attributes_doc },
    { "set_attribute", set_attribute, METH_VARARGS, set_attribute_doc },
    { "replace_variables", replace_variables, METH_VARARGS, replace_variables_doc },
    { "command", command, METH_VARARGS, command_doc },
    { NULL, NULL, 0, NULL }
};

/* Names for the values of the enums, as they are in cvenv.h without CVENV_. */
static const struct {
    const char *name;
    int value;
} constants[] = {
    { "ERROR_SYSTEM", CVENV_ERROR_SYSTEM },
    { "ERROR_MEMORY", CVENV_ERROR_MEMORY },
    { "ERROR_VALUE", CVENV_ERROR_VALUE },
    { "ERROR_DIRECTORY", CVENV_ERROR_DIRECTORY },
    { "ERROR_INTERPRETER", CVENV_ERROR_INTERPRETER },
    { "ERROR_SEED", CVENV_ERROR_SEED },
    { "ERROR_GUARD", CVENV_ERROR_GUARD },
    { "ERROR_CHILD", CVENV_ERROR_CHILD },
    { "STAGE_ENSURE_DIRECTORIES", CVENV_STAGE_ENSURE_DIRECTORIES },
    { "STAGE_CREATE_IGNORE_FILE", CVENV_STAGE_CREATE_IGNORE_FILE },
    { "STAGE_CREATE_CONFIGURATION", CVENV_STAGE_CREATE_CONFIGURATION },
    { "STAGE_SETUP_PYTHON", CVENV_STAGE_SETUP_PYTHON },
    { "STAGE_SETUP_PIP", CVENV_STAGE_SETUP_PIP },
    { "STAGE_SETUP_SCRIPTS", CVENV_STAGE_SETUP_SCRIPTS },
    { "STAGE_POST_SETUP", CVENV_STAGE_POST_SETUP },
    { "STAGE_UPGRADE_DEPENDENCIES", CVENV_STAGE_UPGRADE_DEPENDENCIES },
};

static int module_exec(PyObject *module)
{
    struct module_state *state = PyModule_GetState(module);
    state->error = PyErr_NewException("cvenv._cvenv.Error", NULL, NULL);
    if (!state->error || PyObject_SetAttrString(module, "Error", state->error) < 0)
        return -1;
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    return PyModule_AddStringConstant(module, "version", cvenv_version());
}

/* Before 3.9 the collector may come by before there is a state. */
static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct module_state *state = PyModule_GetState(module);
    if (state)
        Py_VISIT(state->error);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct module_state *state = PyModule_GetState(module);
    if (state)
        Py_CLEAR(state->error);
    return 0;
}

/* The last two are no part of the limited API of 3.8: builds of their own, the free-threaded ones, declare them. */
static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, (void *)(uintptr_t)module_exec },
#if defined(Py_mod_multiple_interpreters) && !defined(Py_LIMITED_API)
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
#endif
#if defined(Py_mod_gil) && !defined(Py_LIMITED_API)
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
#endif
    { 0, NULL }
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "cvenv._cvenv",
    .m_doc = "libcvenv, as the package needs it.",
    .m_size = sizeof(struct module_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

/* The interpreter looks it up by name. Before 3.9 its header does not say that it is visible. */
CVENV_API PyMODINIT_FUNC PyInit__cvenv(void);

PyMODINIT_FUNC PyInit__cvenv(void)
{
    return PyModuleDef_Init(&definition);
}
