/* SPDX-License-Identifier: MIT */
/*
 * cvenv.h: create Python virtual environments natively.
 *
 * This is the whole public interface of libcvenv and its manual. A virtual environment is what PEP 405
 * defines; what is made is what `python -m venv` of the base interpreter would have made, but for the
 * differences that the README lists.
 *
 * GENERAL RULES
 *
 *   Strings are NUL-terminated bytes as the operating system gives them (POSIX: any bytes but NUL; Windows:
 *   UTF-8). Paths may be relative; they are then taken relative to cvenv_options.cwd.
 *
 *   The library never prints, exits, reads the process's environment, changes its working directory, its
 *   umask or its signal handlers, and keeps no global state: several threads may use it at once, each with
 *   its own struct cvenv.
 *
 *   Functions that can fail return false and fill in *err, a plain value that needs no release. A message is
 *   one line in lower case without a full stop; it names the path and the cause.
 *
 *   Options and stages are structs whose first member is their size, so that a program compiled against an
 *   older header goes on working with a newer library. Always start from their initialisers.
 *
 * A COMPLETE EXAMPLE
 *
 *   extern char **environ;
 *   struct cvenv_options options = CVENV_OPTIONS_INIT;
 *   struct cvenv_error err;
 *   options.with_pip = true;
 *   options.environment = (const char *const *)environ;
 *   if (!cvenv_create("/srv/app/venv", &options, NULL, NULL, &err))
 *       fprintf(stderr, "Error: %s\n", err.message);
 */
#ifndef CVENV_H
#define CVENV_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CVENV_VERSION "0.1.0"

#if defined(__GNUC__)
#define CVENV_API __attribute__((visibility("default")))
#else
#define CVENV_API
#endif

/* ---- errors ------------------------------------------------------------------------------------------- */

/* What kind of failure a struct cvenv_error describes. */
enum cvenv_error_code {
    CVENV_ERROR_NONE = 0,
    CVENV_ERROR_SYSTEM,      /* the operating system refused something: .system is its errno */
    CVENV_ERROR_MEMORY,      /* out of memory */
    CVENV_ERROR_VALUE,       /* an argument that can never work: a control character in a name, for example */
    CVENV_ERROR_DIRECTORY,   /* a directory of the environment cannot be made: a file or link is in its place */
    CVENV_ERROR_INTERPRETER, /* no such Python, or one that does not answer as a Python does */
    CVENV_ERROR_SEED,        /* a wheel is missing, corrupt or not to be trusted */
    CVENV_ERROR_GUARD,       /* refused because it would destroy something: see `force` */
    CVENV_ERROR_CHILD,       /* a program that was started failed: .system is its exit status */
    CVENV_ERROR_INTERRUPTED, /* cvenv_options.interrupted said so; what was begun has been removed */
    CVENV_ERROR_HOOK         /* a stage of the caller's failed: the caller knows why */
};

/* One failure, by value. `message` is always NUL-terminated; one that is too long loses its middle. */
struct cvenv_error {
    enum cvenv_error_code code;
    int system;
    char message[4608];
};

/* ---- options ------------------------------------------------------------------------------------------ */

/* How the interpreter comes into the environment. */
enum cvenv_links {
    CVENV_LINKS_DEFAULT, /* symbolic links, but copies on Windows */
    CVENV_LINKS_SYMLINKS,
    CVENV_LINKS_COPIES
};

/* How seeded files are placed. */
enum cvenv_link_mode {
    CVENV_LINK_AUTO,     /* clone where the file system can; else bytecode by hard link and sources by copy */
    CVENV_LINK_CLONE,    /* clone (reflink) or fail */
    CVENV_LINK_HARDLINK, /* everything that pip would not edit by hard link, or fail */
    CVENV_LINK_COPY      /* copies only */
};

/* What a message to cvenv_options.report is. */
enum cvenv_report {
    CVENV_REPORT_WARNING, /* something a user should know; creation goes on */
    CVENV_REPORT_STAGE,   /* a stage begins: its name, for --verbose; "find_python" goes before all, "publish" after */
    CVENV_REPORT_DETAIL,  /* one detail of a stage, for --verbose */
    CVENV_REPORT_PROGRESS /* "done total what", while something slow is under way */
};

/*
 * What is wanted. Every pointer is borrowed: for the duration of the call, or, with cvenv_open and cvenv_set_options, until
 * cvenv_close.
 */
struct cvenv_options {
    size_t size; /* sizeof(struct cvenv_options), set by CVENV_OPTIONS_INIT */

    bool system_site_packages; /* the environment sees the base's site-packages */
    bool clear;                /* replace what is at the target (guarded; see `force`) */
    bool upgrade;              /* keep the environment, move it to this base: no scripts, no post_setup */
    bool with_pip;             /* seed pip (and setuptools where the base's ensurepip does) */
    bool upgrade_deps;         /* afterwards run `pip install --upgrade` for the core packages: network */
    bool without_scm_ignore;   /* write no .gitignore */
    bool no_compile;           /* do not byte-compile what is seeded */
    bool relocatable;          /* activators and scripts find the environment from their own place */
    bool force;                /* lift the guard of `clear` */
    bool no_cache;             /* remember nothing, use nothing remembered */
    bool durable;              /* fsync files and directories before the environment appears */

    enum cvenv_links links;
    enum cvenv_link_mode link_mode;

    const char *prompt;     /* NULL: the directory's name. "." is the name of the working directory */
    const char *python;     /* the base: a path, or a name on PATH; NULL: python3, then python */
    const char *cache_dir;  /* NULL: $XDG_CACHE_HOME/cvenv, else $HOME/.cache/cvenv (XDG base directories) */
    const char *cwd;        /* what relative paths are relative to; NULL: the process's working directory */
    const char *facts;      /* what the base is, as printed by the probe; NULL: it is asked or remembered */
    const char *command;    /* the program for `command =` in pyvenv.cfg; NULL: "EXECUTABLE -m venv" */

    const char *const *wheel_dirs;  /* NULL-terminated: directories with seed wheels, looked at first */
    const char *const *environment; /* NULL-terminated NAME=value strings: the caller's environment */

    int processors; /* threads and processes for slow work; 0: as many as there are processors */

    /* Called with every warning and progress line, from the thread that called the library; may be NULL. */
    void (*report)(void *user, enum cvenv_report kind, const char *message);
    /* Asked between steps; when it answers true the work is undone and CVENV_ERROR_INTERRUPTED is returned.
       May be NULL. It must be quick and may be called from any thread. */
    bool (*interrupted)(void *user);
    void *user; /* handed to every callback */
};

#define CVENV_OPTIONS_INIT { .size = sizeof(struct cvenv_options) }

/* ---- the environment in the making -------------------------------------------------------------------- */

/* One environment in the making: what EnvBuilder's methods call the context. */
struct cvenv;

/* The strings of the context, named as the attributes that EnvBuilder.ensure_directories documents. */
enum cvenv_attribute {
    CVENV_ENV_DIR,      /* absolute path of the environment */
    CVENV_ENV_NAME,     /* its last component */
    CVENV_PROMPT,       /* what the activators show, without decoration */
    CVENV_EXECUTABLE,   /* the base interpreter */
    CVENV_PYTHON_DIR,   /* the directory it is in: `home` */
    CVENV_PYTHON_EXE,   /* its name there */
    CVENV_INC_PATH,     /* absolute path of the include directory */
    CVENV_LIB_PATH,     /* absolute path of site-packages (purelib) */
    CVENV_PLATLIB_PATH, /* absolute path of platlib */
    CVENV_BIN_PATH,     /* absolute path of the scripts directory */
    CVENV_BIN_NAME,     /* its name relative to env_dir: bin, Scripts */
    CVENV_ENV_EXE,      /* the environment's interpreter */
    CVENV_ENV_EXEC_CMD, /* the same, as commands should call it */
    CVENV_CFG_PATH      /* pyvenv.cfg */
};

/* Gives one string of the context. It belongs to `env` and lives as long; never NULL. */
CVENV_API const char *cvenv_attribute(const struct cvenv *env, enum cvenv_attribute which);

/*
 * The stages of creation, in the order in which they run: each is the EnvBuilder method of that name. A
 * member that is NULL is the built-in stage. A stage returns false to fail, with *err filled in; what this
 * run created is then taken away again and what was there before stays.
 *
 * Before the first replaced stage runs, the environment as made so far is put at its final path, so that a
 * stage sees it where it belongs. (Before ensure_directories nothing is made: with `clear` the old contents are still
 * there, and the built-in ensure_directories is what replaces them.)
 */
struct cvenv_stages {
    size_t size; /* sizeof(struct cvenv_stages), set by CVENV_STAGES_INIT */
    bool (*ensure_directories)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*create_ignore_file)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*create_configuration)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*setup_python)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*setup_pip)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*setup_scripts)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*post_setup)(struct cvenv *env, void *user, struct cvenv_error *err);
    bool (*upgrade_dependencies)(struct cvenv *env, void *user, struct cvenv_error *err);
};

#define CVENV_STAGES_INIT { .size = sizeof(struct cvenv_stages) }

/* Which stage; in the order in which they run. */
enum cvenv_stage {
    CVENV_STAGE_ENSURE_DIRECTORIES,
    CVENV_STAGE_CREATE_IGNORE_FILE,
    CVENV_STAGE_CREATE_CONFIGURATION,
    CVENV_STAGE_SETUP_PYTHON,
    CVENV_STAGE_SETUP_PIP,
    CVENV_STAGE_SETUP_SCRIPTS,
    CVENV_STAGE_POST_SETUP,
    CVENV_STAGE_UPGRADE_DEPENDENCIES
};

/* The version of the library, which may be newer than CVENV_VERSION of the header. Static; never NULL. */
CVENV_API const char *cvenv_version(void);

/*
 * Creates one environment at `env_dir`: complete, or not at all.
 *
 * A missing directory is created with its parents (modes 0777 less the umask). In an existing directory
 * foreign files are kept, and each file of the environment is replaced whole.
 *
 * `stages` replaces stages; NULL (and a NULL member) means the built-in ones. `user` is handed to them.
 *
 * Errors: CVENV_ERROR_VALUE for a name or combination of options that cannot work (checked before anything
 * is written); CVENV_ERROR_DIRECTORY, CVENV_ERROR_GUARD, CVENV_ERROR_INTERPRETER, CVENV_ERROR_SEED,
 * CVENV_ERROR_SYSTEM, CVENV_ERROR_MEMORY, CVENV_ERROR_CHILD, CVENV_ERROR_INTERRUPTED, CVENV_ERROR_HOOK. After
 * each of them the target is as it was before the call.
 */
CVENV_API bool cvenv_create(const char *env_dir, const struct cvenv_options *options, const struct cvenv_stages *stages,
                            void *user, struct cvenv_error *err);

/*
 * Opens an environment for single stages, outside of cvenv_create: finds the facts of the base and works out the
 * context. Nothing is written. On success *env is to be closed with cvenv_close. Errors as cvenv_create.
 */
CVENV_API bool cvenv_open(const char *env_dir, const struct cvenv_options *options, struct cvenv **env,
                          struct cvenv_error *err);

/*
 * Runs one built-in stage, from inside a stage of the caller's or on an environment that cvenv_open gave. When it
 * returns, what it made is at the environment's final path. With cvenv_open each call is a transaction of its own.
 * `clear` is the business of CVENV_STAGE_ENSURE_DIRECTORIES alone: other stages keep what is there.
 */
CVENV_API bool cvenv_run_stage(struct cvenv *env, enum cvenv_stage stage, struct cvenv_error *err);

/*
 * Changes what is wanted for the stages that follow, as EnvBuilder's attributes may change between two methods:
 * `system_site_packages`, `upgrade`, `links`, `prompt` and all that `command =` in pyvenv.cfg records. `clear`, `python`,
 * `facts`, `cwd` and the callbacks were settled when the environment was opened and only count for `command =`.
 */
CVENV_API bool cvenv_set_options(struct cvenv *env, const struct cvenv_options *options, struct cvenv_error *err);

/*
 * Changes one string of the context for the stages that follow (copied). The built-in stages take from the context
 * what EnvBuilder's methods take from it: setup_python, for example, EXECUTABLE, ENV_EXE and BIN_PATH. False: out of memory.
 */
CVENV_API bool cvenv_set_attribute(struct cvenv *env, enum cvenv_attribute which, const char *value, struct cvenv_error *err);

/*
 * EnvBuilder.replace_variables: __VENV_DIR__, __VENV_NAME__, __VENV_PROMPT__, __VENV_BIN_NAME__ and __VENV_PYTHON__ in
 * `text` (of `length` bytes) replaced in one pass, quoted as CPython 3.14 quotes for the type of file that `name` is
 * (.ps1, .bat, anything else: sh). *result belongs to `env`, has *result_length bytes and a NUL behind them.
 */
CVENV_API bool cvenv_replace_variables(struct cvenv *env, const char *name, const char *text, size_t length,
                                       const char **result, size_t *result_length, struct cvenv_error *err);

/*
 * EnvBuilder.install_scripts: installs the files below PATH/common and PATH/posix (PATH/nt on Windows) into the scripts
 * directory, variables replaced in those that are UTF-8 text; others are left out with a warning. `path` is absolute.
 */
CVENV_API bool cvenv_install_scripts(struct cvenv *env, const char *path, struct cvenv_error *err);

/* EnvBuilder.symlink_or_copy for a path in the environment: `from` is absolute, `path` relative to the environment. */
CVENV_API bool cvenv_symlink_or_copy(struct cvenv *env, const char *from, const char *path, bool relative_symlinks_ok,
                                     struct cvenv_error *err);

/* Releases what cvenv_open gave. NULL is allowed. */
CVENV_API void cvenv_close(struct cvenv *env);

/*
 * The program that the interpreter is to run to describe itself, for `facts` of cvenv_options: Python source that
 * prints the facts of the interpreter that runs it. Static; never NULL.
 */
CVENV_API const char *cvenv_probe(void);

#ifdef __cplusplus
}
#endif

#endif
