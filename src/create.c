/* SPDX-License-Identifier: MIT */
/* Owns the story of creation: the stages in their order, committed together or undone together. */
#include "env.h"

enum { ATTEMPTS = 16 }; /* how often somebody else may be quicker */

typedef bool hook_function(struct cvenv *env, void *user, struct cvenv_error *err);
typedef bool stage_function(struct cvenv *env, struct cvenv_error *err);

/* There is nothing that every environment needs afterwards. */
static bool stage_post_setup(struct cvenv *env, struct cvenv_error *err)
{
    (void)env;
    (void)err;
    return true;
}

static const struct {
    const char *name;
    stage_function *run;
} built_in[] = {
    [CVENV_STAGE_ENSURE_DIRECTORIES] = { "ensure_directories", stage_ensure_directories },
    [CVENV_STAGE_CREATE_IGNORE_FILE] = { "create_ignore_file", stage_create_ignore_file },
    [CVENV_STAGE_CREATE_CONFIGURATION] = { "create_configuration", stage_create_configuration },
    [CVENV_STAGE_SETUP_PYTHON] = { "setup_python", stage_setup_python },
    [CVENV_STAGE_SETUP_PIP] = { "setup_pip", stage_setup_pip },
    [CVENV_STAGE_SETUP_SCRIPTS] = { "setup_scripts", stage_setup_scripts },
    [CVENV_STAGE_POST_SETUP] = { "post_setup", stage_post_setup },
    [CVENV_STAGE_UPGRADE_DEPENDENCIES] = { "upgrade_dependencies", stage_upgrade_dependencies },
};

static hook_function *replacement(const struct cvenv *env, enum cvenv_stage stage)
{
    const struct cvenv_stages *s = &env->stages;
    switch (stage) {
    case CVENV_STAGE_ENSURE_DIRECTORIES: return s->ensure_directories;
    case CVENV_STAGE_CREATE_IGNORE_FILE: return s->create_ignore_file;
    case CVENV_STAGE_CREATE_CONFIGURATION: return s->create_configuration;
    case CVENV_STAGE_SETUP_PYTHON: return s->setup_python;
    case CVENV_STAGE_SETUP_PIP: return s->setup_pip;
    case CVENV_STAGE_SETUP_SCRIPTS: return s->setup_scripts;
    case CVENV_STAGE_POST_SETUP: return s->post_setup;
    case CVENV_STAGE_UPGRADE_DEPENDENCIES: return s->upgrade_dependencies;
    }
    return NULL;
}

/*
 * Without memory, names are cut: whatever went wrong then, that is why. Where it ran out nothing more could be said: here the
 * environment is named. Returns false, as what calls it does.
 */
static bool check_memory(const struct cvenv *env, const char *env_dir, struct cvenv_error *err)
{
    if (env->arena.failed && err->code != CVENV_ERROR_MEMORY)
        error_memory(err);
    return strcmp(err->message, "out of memory") == 0 ? error_wrap(err, "%s", env_dir) : false;
}

/* ---- the transaction of a run -------------------------------------------------------------------------- */

void env_keep_previous(struct cvenv *env)
{
    if (!env->options.upgrade)
        return;
    env->options.system_site_packages = env->options.system_site_packages || env->previous.system_site_packages;
    if (env->options.prompt == NULL && env->previous.prompt != NULL && !text_has_control(env->previous.prompt)) {
        env->options.prompt = env->previous.prompt;
        env->context[CVENV_PROMPT] = env->previous.prompt;
    }
}

/* What the environment that is there already says of itself. */
static void read_previous(struct cvenv *env)
{
    struct slice text;
    struct disk_dir existing = transaction_existing(env->transaction);
    env->previous = (struct config){ 0 };
    if (existing.handle < 0 || disk_read(&env->arena, existing, "pyvenv.cfg", 1 << 20, &text) != 0)
        return;
    config_parse(&env->arena, text, &env->previous);
    env_keep_previous(env);
}

static bool begin(struct cvenv *env, bool clear, struct cvenv_error *err)
{
    struct transaction_options options = {
        .path = env->context[CVENV_ENV_DIR], .clear = clear, .durable = env->options.durable,
        .interrupted = env->options.interrupted, .user = env->options.user,
    };
    env->published = false;
    env->lost = false;
    env->transaction = NULL;
    if (!transaction_open(&env->arena, &options, &env->transaction, err)) {
        env->transaction = NULL;
        return false;
    }
    if ((clear && !guard_clear(env, err)) || !transaction_prepare(env->transaction, err))
        return false;
    read_previous(env);
    return true;
}

static void abandon(struct cvenv *env, struct cvenv_error *err)
{
    if (env->transaction != NULL)
        transaction_close(env->transaction, err);
    env->transaction = NULL;
}

bool env_publish(struct cvenv *env, struct cvenv_error *err)
{
    if (env->arena.failed)
        return error_memory(err);
    enum transaction_outcome outcome = transaction_publish(env->transaction, err);
    env->lost = outcome == TRANSACTION_LOST;
    env->published = env->published || outcome == TRANSACTION_DONE;
    return outcome == TRANSACTION_DONE;
}

static bool finish(struct cvenv *env, struct cvenv_error *err)
{
    const char *left;
    env_report(env, CVENV_REPORT_STAGE, "publish");
    if (env_interrupted(env, err) || !env_publish(env, err))
        return false;
    transaction_commit(env->transaction, &left);
    if (left != NULL)
        env_report(env, CVENV_REPORT_WARNING,
                   arena_format(&env->arena, "%s: what was replaced could not be removed; the next run tries again", left));
    return true;
}

/* ---- the stages ---------------------------------------------------------------------------------------- */

static bool run(struct cvenv *env, enum cvenv_stage stage, struct cvenv_error *err)
{
    hook_function *hook = replacement(env, stage);
    env_report(env, CVENV_REPORT_STAGE, built_in[stage].name);
    if (hook == NULL)
        return built_in[stage].run(env, err);
    if (stage == CVENV_STAGE_ENSURE_DIRECTORIES)
        return hook(env, env->user, err) && (env->transaction != NULL || begin(env, false, err));
    return env_publish(env, err) && hook(env, env->user, err);
}

/* As EnvBuilder.create: as long as a stage of the caller's can look, pyvenv.cfg first says "false". */
static bool is_isolated_at_first(const struct cvenv *env)
{
    const struct cvenv_stages *s = &env->stages;
    bool seen = s->create_configuration || s->setup_python || s->setup_pip || s->setup_scripts || s->post_setup;
    return env->options.system_site_packages && seen;
}

static bool open_to_system(struct cvenv *env, struct cvenv_error *err)
{
    if (!env->isolated)
        return true;
    env->isolated = false;
    return run(env, CVENV_STAGE_CREATE_CONFIGURATION, err);
}

static bool run_all(struct cvenv *env, struct cvenv_error *err)
{
    const struct cvenv_options *wanted = &env->options;
    env->isolated = is_isolated_at_first(env);
    return run(env, CVENV_STAGE_ENSURE_DIRECTORIES, err) &&
           (wanted->without_scm_ignore || run(env, CVENV_STAGE_CREATE_IGNORE_FILE, err)) &&
           run(env, CVENV_STAGE_CREATE_CONFIGURATION, err) &&
           run(env, CVENV_STAGE_SETUP_PYTHON, err) &&
           (!wanted->with_pip || run(env, CVENV_STAGE_SETUP_PIP, err)) &&
           (wanted->upgrade || (run(env, CVENV_STAGE_SETUP_SCRIPTS, err) && run(env, CVENV_STAGE_POST_SETUP, err))) &&
           open_to_system(env, err) &&
           (!wanted->upgrade_deps || run(env, CVENV_STAGE_UPGRADE_DEPENDENCIES, err));
}

/* One transaction; again when somebody else made the target meanwhile: then it exists, and what is there is to be kept. */
static bool transact(struct cvenv *env, bool clear, stage_function *body, struct cvenv_error *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        if (begin(env, clear, err) && body(env, err))
            return true;
        bool lost = env->lost;
        abandon(env, err);
        if (!lost)
            return false;
    }
    return error_set(err, CVENV_ERROR_DIRECTORY, "%s: other programs keep changing what is there", env->context[CVENV_ENV_DIR]);
}

static bool run_and_finish(struct cvenv *env, struct cvenv_error *err)
{
    return run_all(env, err) && finish(env, err);
}

/*
 * A replaced ensure_directories may do with the target what it likes, remove it even: the transaction begins with the
 * first change that it has the library make (env_apply).
 */
static bool create(struct cvenv *env, struct cvenv_error *err)
{
    if (env->stages.ensure_directories == NULL)
        return transact(env, env->options.clear, run_and_finish, err);
    env->creating = true;
    return run_and_finish(env, err);
}

bool cvenv_create(const char *env_dir, const struct cvenv_options *options, const struct cvenv_stages *stages, void *user,
                  struct cvenv_error *err)
{
    struct cvenv env;
    bool ok = env_open(&env, env_dir, options, err);
    if (ok) {
        env.stages = (struct cvenv_stages)CVENV_STAGES_INIT;
        if (stages != NULL)
            memcpy(&env.stages, stages, stages->size < sizeof env.stages ? stages->size : sizeof env.stages);
        env.user = user;
        ok = create(&env, err);
        abandon(&env, err);
    }
    ok = ok || check_memory(&env, env_dir, err);
    env_release(&env);
    return ok;
}

/* ---- single stages ------------------------------------------------------------------------------------- */

static bool change_and_publish(struct cvenv *env, struct cvenv_error *err)
{
    return env->change(env, err) && env_publish(env, err);
}

static bool change_and_finish(struct cvenv *env, struct cvenv_error *err)
{
    return env->change(env, err) && finish(env, err);
}

bool env_apply(struct cvenv *env, stage_function *change, bool clear, struct cvenv_error *err)
{
    if (env->transaction != NULL)
        return change(env, err) && env_publish(env, err);
    env->change = change;
    bool ok = transact(env, clear, env->creating ? change_and_publish : change_and_finish, err);
    if (!env->creating)
        abandon(env, err);
    return ok || check_memory(env, env->context[CVENV_ENV_DIR], err);
}

bool cvenv_run_stage(struct cvenv *env, enum cvenv_stage stage, struct cvenv_error *err)
{
    bool clear = stage == CVENV_STAGE_ENSURE_DIRECTORIES && env->options.clear;
    return env_apply(env, built_in[stage].run, clear, err);
}
