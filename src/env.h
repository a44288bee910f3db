/* SPDX-License-Identifier: MIT */
/* struct cvenv: one environment in the making, and the stages that make it. */
#ifndef ENV_H
#define ENV_H

#include "cvenv.h"

#include "disk/transaction.h"
#include "environment/activation.h"
#include "environment/config.h"
#include "environment/layout.h"
#include "interpreter/facts.h"

enum { CONTEXT_SIZE = CVENV_CFG_PATH + 1 };

struct cvenv {
    struct arena arena;
    struct cvenv_options options; /* the caller's, as far as it knows them; the rest as CVENV_OPTIONS_INIT */
    struct cvenv_stages stages;   /* all NULL outside of cvenv_create */
    void *user;                   /* of the stages */

    const char *cwd, *home; /* of the caller; "" where there is none */
    const char *cache_path;       /* absolute, or NULL: nothing is remembered */
    struct disk_dir cache;        /* it, open */
    struct facts facts;
    struct layout layout;         /* as the facts give it; the context may say otherwise */
    const char *context[CONTEXT_SIZE];

    struct transaction *transaction; /* NULL outside of cvenv_create and cvenv_run_stage */
    struct config previous;       /* what the pyvenv.cfg that is there says; all NULL when there is none */
    const char *scripts_path;     /* what cvenv_install_scripts was asked for */
    const char *link_from, *link_path; /* what cvenv_symlink_or_copy was asked for */
    bool link_beside;             /* a link by name alone will do: both are in one directory */
    bool (*change)(struct cvenv *env, struct cvenv_error *err); /* what env_apply was asked for */
    bool creating;                /* a creation whose transaction begins with the first change */
    bool isolated;                /* for now pyvenv.cfg says that system site-packages are not seen */
    bool lost;                    /* somebody else made the target meanwhile: begin again */
    bool published;               /* something has been put at the final path */
};

/* context.c */
bool env_open(struct cvenv *env, const char *env_dir, const struct cvenv_options *options, struct cvenv_error *err);
void env_release(struct cvenv *env);
/* The context's path as one relative to the environment, for the transaction; refused when it lies outside. */
bool env_relative(struct cvenv *env, enum cvenv_attribute which, const char **out, struct cvenv_error *err);
bool env_relative_path(struct cvenv *env, const char *absolute, const char **out, struct cvenv_error *err);
void env_report(const struct cvenv *env, enum cvenv_report kind, const char *message);
bool env_interrupted(const struct cvenv *env, struct cvenv_error *err);

/* create.c: with --upgrade an environment keeps its prompt and its view of the base. */
void env_keep_previous(struct cvenv *env);
/* create.c: puts what has been staged at its final path. */
bool env_publish(struct cvenv *env, struct cvenv_error *err);
/*
 * create.c: makes a change for a caller of a single function. From inside a stage of the caller's it is undone with all the
 * rest; on an environment that cvenv_open gave it is a transaction of its own. It is at the final path when this returns.
 */
bool env_apply(struct cvenv *env, bool (*change)(struct cvenv *env, struct cvenv_error *err), bool clear,
               struct cvenv_error *err);

/* cache.c: opens the cache; env->cache stays DISK_NO_DIR, with a warning, when it cannot be used or trusted. */
void env_open_cache(struct cvenv *env);

/* guard.c: refuses to clear what is not an environment's to clear. */
bool guard_clear(struct cvenv *env, struct cvenv_error *err);

/* stage_python_posix.c, stage_python_win32.c: what differs between systems. */
extern const bool env_is_windows;
/* Is it a name of the interpreter that a former Python has left, and this one does not have? */
bool env_is_former(const struct cvenv *env, struct disk_dir dir, const char *name);
/*
 * stage_python.c: removes those names from `bin`, relative to the environment. Left where they are, they would go on running
 * the former Python, for which nothing else here is meant any more.
 */
bool env_remove_former(struct cvenv *env, const char *bin, struct cvenv_error *err);
/* Was a symbolic link refused because the file system has none (FAT)? (stages.c) */
bool env_has_no_links(const struct cvenv_error *err);
/* What the templates' placeholders stand for (stages.c). */
struct activation env_activation(const struct cvenv *env);

/* The built-in stages. */
bool stage_ensure_directories(struct cvenv *env, struct cvenv_error *err);    /* stages.c */
bool stage_create_ignore_file(struct cvenv *env, struct cvenv_error *err);
bool stage_create_configuration(struct cvenv *env, struct cvenv_error *err);
bool stage_setup_scripts(struct cvenv *env, struct cvenv_error *err);
bool stage_setup_python(struct cvenv *env, struct cvenv_error *err);          /* stage_python_posix.c, stage_python_win32.c */
bool stage_setup_pip(struct cvenv *env, struct cvenv_error *err);             /* stage_pip.c */
bool stage_upgrade_dependencies(struct cvenv *env, struct cvenv_error *err);  /* stage_upgrade.c */

#endif
