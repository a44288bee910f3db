/* SPDX-License-Identifier: MIT */
/* Owns the scenarios: what is there before a run, and what the run is to do. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

/* ---- what is there before ------------------------------------------------------------------------------ */

static void at(const struct world *w, const char *name, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%s", w->work, name) >= PATH_MAX)
        errx(2, "%s: too long", name);
}

static void directory(const struct world *w, const char *name)
{
    char path[PATH_MAX];
    at(w, name, path);
    if (mkdir(path, 0755) != 0)
        err(2, "%s", path);
}

static void below_missing_parents(struct world *w)
{
    at(w, "some/where/env", w->target);
}

static void users_files(struct world *w)
{
    char path[PATH_MAX];
    directory(w, "env");
    directory(w, "env/bin");
    world_write(w, "env/notes", "mine\n");
    world_write(w, "env/bin/tool", "mine too\n");
    world_write(w, "env/bin/activate", "of another tool\n");
    at(w, "env/link", path);
    if (symlink("../../canary/victim", path) != 0)
        err(2, "%s", path);
}

static void an_environment(struct world *w)
{
    struct cvenv_error fault;
    struct scenario none = { 0 };
    world_set_facts(w, 0, "24.0");
    if (!world_make(w, &none, &fault))
        errx(2, "%s", fault.message);
    world_write(w, "env/notes", "mine\n");
    directory(w, "env/lib/python3.13/site-packages/other");
    world_write(w, "env/lib/python3.13/site-packages/other/__init__.py", "mine\n");
}

static void an_environment_with_a_file_in_pip(struct world *w)
{
    an_environment(w);
    world_write(w, "env/lib/python3.13/site-packages/pip/mine.py", "mine\n");
}

/* ---- what is wanted ------------------------------------------------------------------------------------ */

static void without_pip(struct world *w, struct cvenv_options *options)
{
    (void)w;
    options->with_pip = false;
}

/* The interpreter is asked. */
static void asking(struct world *w, struct cvenv_options *options)
{
    without_pip(w, options);
    options->facts = NULL;
    options->python = w->python;
}

static void copies(struct world *w, struct cvenv_options *options)
{
    without_pip(w, options);
    options->links = CVENV_LINKS_COPIES;
}

static void not_compiled(struct world *w, struct cvenv_options *options)
{
    (void)w;
    options->no_compile = true;
}

static void without_cache(struct world *w, struct cvenv_options *options)
{
    not_compiled(w, options);
    options->no_cache = true;
}

static void durable(struct world *w, struct cvenv_options *options)
{
    (void)w;
    options->durable = true;
}

static void clear(struct world *w, struct cvenv_options *options)
{
    (void)w;
    options->clear = true;
}

static void upgrade(struct world *w, struct cvenv_options *options)
{
    (void)w;
    options->upgrade = true;
}

static void upgrade_durably(struct world *w, struct cvenv_options *options)
{
    upgrade(w, options);
    options->durable = true;
}

/* ---- stages of a caller's ------------------------------------------------------------------------------ */

static bool own_scripts(struct cvenv *env, void *user, struct cvenv_error *err)
{
    (void)user;
    return cvenv_run_stage(env, CVENV_STAGE_SETUP_SCRIPTS, err);
}

static bool own_python(struct cvenv *env, void *user, struct cvenv_error *err)
{
    (void)user;
    return cvenv_run_stage(env, CVENV_STAGE_SETUP_PYTHON, err);
}

static const struct cvenv_stages own_stages = { .size = sizeof own_stages,
                                                .setup_python = own_python,
                                                .setup_scripts = own_scripts };

const struct scenario scenarios[] = {
    { .name = "create", .configure = without_pip },
    { .name = "create-below", .configure = without_pip, .prepare = below_missing_parents },
    { .name = "create-asking", .configure = asking },
    { .name = "create-copies", .configure = copies },
    { .name = "create-pip" },
    { .name = "create-pip-cold", .configure = not_compiled, .cold = true },
    { .name = "create-pip-compiling", .cold = true },
    { .name = "create-pip-altered", .altered = true },
    { .name = "create-pip-without-cache", .configure = without_cache },
    { .name = "create-pip-durable", .configure = durable, .prepare = below_missing_parents },
    { .name = "create-pip-old-kernel", .old_kernel = true },
    { .name = "create-stages", .kind = WORLD_SEEN, .stages = &own_stages },
    { .name = "fill", .kind = WORLD_MERGED, .prepare = users_files, .hard_link = true },
    { .name = "fill-stages", .kind = WORLD_SEEN, .prepare = users_files, .stages = &own_stages },
    { .name = "clear", .prepare = an_environment, .configure = clear, .hard_link = true },
    { .name = "clear-stages", .kind = WORLD_SEEN, .prepare = an_environment, .configure = clear, .stages = &own_stages },
    { .name = "clear-old-kernel", .kind = WORLD_MERGED, .prepare = an_environment, .configure = clear, .old_kernel = true },
    { .name = "upgrade", .kind = WORLD_MERGED, .prepare = an_environment, .configure = upgrade, .hard_link = true },
    { .name = "upgrade-file-in-pip", .kind = WORLD_MERGED, .prepare = an_environment_with_a_file_in_pip, .configure = upgrade },
    { .name = "upgrade-durable", .kind = WORLD_MERGED, .prepare = an_environment, .configure = upgrade_durably },
    { .name = "upgrade-old-kernel", .kind = WORLD_MERGED, .prepare = an_environment, .configure = upgrade, .old_kernel = true },
};
const size_t scenario_count = sizeof scenarios / sizeof *scenarios;
