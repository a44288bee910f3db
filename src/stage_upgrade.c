/* SPDX-License-Identifier: MIT */
/* Owns upgrade_dependencies: the one stage that starts the environment's own pip, and so may use the network. */
#include "base/path.h"
#include "base/variable.h"
#include "disk/process.h"
#include "env.h"

/* As EnvBuilder._call_new_python: VIRTUAL_ENV set, what would lead Python elsewhere taken away. */
static const char *const *child_environment(struct cvenv *env)
{
    static const char *const unwanted[] = { "VIRTUAL_ENV=", "PYTHONHOME=", "PYTHONPATH=", "__PYVENV_LAUNCHER__=", NULL };
    const char *added = arena_format(&env->arena, "VIRTUAL_ENV=%s", env->context[CVENV_ENV_DIR]);
    return variable_scrub(&env->arena, env->options.environment, unwanted, added);
}

/* What the base's ensurepip would have installed is what its venv calls the core packages. */
static const char *const *pip_command(struct cvenv *env)
{
    size_t seeds = 0;
    while (env->facts.seeds[seeds].name != NULL)
        seeds++;
    const char **out = arena_array(&env->arena, seeds + 8, sizeof *out);
    if (out == NULL)
        return NULL;
    const char *const start[] = { env->context[CVENV_ENV_EXEC_CMD], "-m", "pip", "install", "--upgrade" };
    size_t count = sizeof start / sizeof *start;
    memcpy(out, start, sizeof start);
    for (size_t i = 0; i < seeds; i++)
        out[count++] = env->facts.seeds[i].name;
    if (seeds == 0)
        out[count] = "pip";
    return out;
}

/* pip's own words on standard error are the caller's to show. */
static bool ignore_line(void *user, struct slice line)
{
    (void)user;
    (void)line;
    return true;
}

bool stage_upgrade_dependencies(struct cvenv *env, struct cvenv_error *err)
{
    struct process pip = {
        .program = env->context[CVENV_ENV_EXEC_CMD], .arguments = pip_command(env), .environment = child_environment(env),
        .cwd = env->context[CVENV_ENV_DIR], .output_limit = 1 << 20, .show_errors = true, .line = ignore_line,
        .interrupted = env->options.interrupted, .user = env->options.user,
    };
    struct process_result result;
    if (env->arena.failed)
        return error_memory(err);
    if (!env_publish(env, err) || !process_run(&pip, &env->arena, &result, err))
        return false;
    if (result.status == 0)
        return true;
    error_set(err, CVENV_ERROR_CHILD, "%s -m pip install --upgrade: exit status %d", pip.program, result.status);
    err->system = result.status;
    return false;
}
