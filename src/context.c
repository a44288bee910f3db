/* SPDX-License-Identifier: MIT */
/* Owns the opening of struct cvenv: from the caller's options to checked names, facts of the base and the context. */
#include <stdlib.h>

#include "base/path.h"
#include "base/variable.h"
#include "env.h"
#include "interpreter/find.h"
#include "interpreter/probe.h"

void env_report(const struct cvenv *env, enum cvenv_report kind, const char *message)
{
    if (env->options.report != NULL)
        env->options.report(env->options.user, kind, message);
}

bool env_interrupted(const struct cvenv *env, struct cvenv_error *err)
{
    if (env->options.interrupted == NULL || !env->options.interrupted(env->options.user))
        return false;
    error_set(err, CVENV_ERROR_INTERRUPTED, "%s: interrupted", env->context[CVENV_ENV_DIR]);
    return true;
}

/* ---- names --------------------------------------------------------------------------------------------- */

/* Paths and prompts end up in pyvenv.cfg, whose readers split lines at all of these (getpath.py: str.splitlines). */
static bool check_name(const char *what, const char *value, struct cvenv_error *err)
{
    if (!text_has_control(value))
        return true;
    return error_set(err, CVENV_ERROR_VALUE, "%s: %s must not contain control characters", value, what);
}

static bool check_names(const struct cvenv *env, const char *env_dir, struct cvenv_error *err)
{
    if (!check_name("the path of an environment", env_dir, err))
        return false;
    if (strchr(env_dir, path_list_separator) != NULL)
        return error_set(err, CVENV_ERROR_VALUE, "Refusing to create a venv in %s because it contains the PATH separator %c.",
                         env_dir, path_list_separator);
    const char *refusal = path_refusal(env_dir);
    if (refusal != NULL)
        return error_set(err, CVENV_ERROR_VALUE, "%s: %s", env_dir, refusal);
    return env->options.prompt == NULL || check_name("a prompt", env->options.prompt, err);
}

/* ---- options ------------------------------------------------------------------------------------------- */

/* A program that was compiled against an older header hands a shorter struct: the rest is as its initialiser would have it. */
static void take_options(struct cvenv *env, const struct cvenv_options *options)
{
    struct cvenv_options taken = CVENV_OPTIONS_INIT;
    if (options != NULL)
        memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    taken.size = sizeof taken;
    env->options = taken;
}

static bool take_surroundings(struct cvenv *env, struct cvenv_error *err)
{
    char *cwd = NULL;
    int number = env->options.cwd == NULL ? disk_working_directory(&env->arena, &cwd) : 0;
    if (number != 0)
        return error_system(err, number, "the working directory");
    env->cwd = env->options.cwd != NULL ? env->options.cwd : cwd;
    env->home = variable_home(env->options.environment);
    return true;
}

/* ---- the context --------------------------------------------------------------------------------------- */

static bool find_facts(struct cvenv *env, struct cvenv_error *err)
{
    if (env->options.facts != NULL) {
        struct slice text = { env->options.facts, strlen(env->options.facts) };
        return facts_parse(&env->arena, text, "the interpreter", &env->facts, err);
    }
    struct probe probe = { .cwd = env->cwd, .cache = env->cache, .environment = env->options.environment,
                           .interrupted = env->options.interrupted, .user = env->options.user };
    return find_interpreter(&env->arena, env->options.python, env->options.environment, env->cwd, &probe.executable, err) &&
           probe_facts(&env->arena, &probe, &env->facts, err);
}

/* "." is the name of the working directory (bpo-38901). */
static const char *choose_prompt(const struct cvenv *env)
{
    const char *prompt = env->options.prompt;
    if (prompt == NULL)
        return env->layout.env_name;
    return strcmp(prompt, ".") == 0 ? path_name(env->cwd) : prompt;
}

static void fill_context(struct cvenv *env)
{
    const struct layout *l = &env->layout;
    const char *const values[CONTEXT_SIZE] = {
        [CVENV_ENV_DIR] = l->env_dir,         [CVENV_ENV_NAME] = l->env_name,
        [CVENV_PROMPT] = choose_prompt(env),  [CVENV_EXECUTABLE] = env->facts.executable,
        [CVENV_PYTHON_DIR] = l->python_dir,   [CVENV_PYTHON_EXE] = l->python_exe,
        [CVENV_INC_PATH] = l->inc_path,       [CVENV_LIB_PATH] = l->lib_path,
        [CVENV_PLATLIB_PATH] = l->platlib_path, [CVENV_BIN_PATH] = l->bin_path,
        [CVENV_BIN_NAME] = l->bin_name,       [CVENV_ENV_EXE] = l->env_exe,
        [CVENV_ENV_EXEC_CMD] = l->env_exec_cmd, [CVENV_CFG_PATH] = l->cfg_path,
    };
    memcpy(env->context, values, sizeof values);
}

bool env_open(struct cvenv *env, const char *env_dir, const struct cvenv_options *options, struct cvenv_error *err)
{
    *env = (struct cvenv){ .arena = ARENA_INIT, .cache = DISK_NO_DIR };
    take_options(env, options);
    if (!take_surroundings(env, err))
        return false;
    const char *absolute = path_absolute(&env->arena, env->cwd, env_dir);
    if (env->arena.failed)
        return error_memory(err);
    if (!check_names(env, absolute, err))
        return false;
    env_report(env, CVENV_REPORT_STAGE, "find_python");
    env_open_cache(env);
    if (!find_facts(env, err) || !layout_make(&env->arena, absolute, &env->facts, &env->layout, err))
        return false;
    fill_context(env);
    return env->arena.failed ? error_memory(err) : true;
}

void env_release(struct cvenv *env)
{
    disk_close(env->cache);
    arena_release(&env->arena);
}

bool env_relative_path(struct cvenv *env, const char *absolute, const char **out, struct cvenv_error *err)
{
    const char *root = env->context[CVENV_ENV_DIR];
    size_t length = strlen(root);
    while (length > 0 && path_is_separator(root[length - 1]))
        length--; /* the root directory */
    if (!path_is_within(absolute, root) || absolute[length] == '\0')
        return error_set(err, CVENV_ERROR_VALUE, "%s: not in the environment %s", absolute, root);
    char *relative = arena_string(&env->arena, absolute + length + 1);
    for (char *c = relative; *c != '\0'; c++)
        if (path_is_separator(*c))
            *c = '/';
    *out = relative;
    return true;
}

bool env_relative(struct cvenv *env, enum cvenv_attribute which, const char **out, struct cvenv_error *err)
{
    return env_relative_path(env, env->context[which], out, err);
}

/* ---- public -------------------------------------------------------------------------------------------- */

const char *cvenv_version(void)
{
    return CVENV_VERSION;
}

const char *cvenv_probe(void)
{
    return probe_program;
}

const char *cvenv_attribute(const struct cvenv *env, enum cvenv_attribute which)
{
    return env->context[which];
}

bool cvenv_set_attribute(struct cvenv *env, enum cvenv_attribute which, const char *value, struct cvenv_error *err)
{
    const char *copy = arena_string(&env->arena, value);
    if (env->arena.failed)
        return error_memory(err);
    env->context[which] = copy;
    return true;
}

bool cvenv_set_options(struct cvenv *env, const struct cvenv_options *options, struct cvenv_error *err)
{
    if (options->prompt != NULL && !check_name("a prompt", options->prompt, err))
        return false;
    take_options(env, options);
    env_keep_previous(env);
    return true;
}

bool cvenv_open(const char *env_dir, const struct cvenv_options *options, struct cvenv **env, struct cvenv_error *err)
{
    struct cvenv *opened = malloc(sizeof *opened);
    if (opened == NULL)
        return error_memory(err);
    if (!env_open(opened, env_dir, options, err)) {
        cvenv_close(opened);
        return false;
    }
    *env = opened;
    return true;
}

void cvenv_close(struct cvenv *env)
{
    if (env == NULL)
        return;
    env_release(env);
    free(env);
}
