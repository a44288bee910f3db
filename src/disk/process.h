/* SPDX-License-Identifier: MIT */
/* Running a program: bounded in time and output, with nothing inherited that was not handed over. */
#ifndef DISK_PROCESS_H
#define DISK_PROCESS_H

#include "base/arena.h"
#include "base/text.h"

struct process {
    const char *program;             /* path of the executable */
    const char *const *arguments;    /* NULL-terminated, with argv[0] */
    const char *const *environment;  /* NULL-terminated */
    const char *cwd;                 /* absolute */
    struct slice input;              /* given on standard input */
    int timeout_ms;                  /* 0: no limit. When it is over, the process and its group are killed */
    size_t output_limit;             /* bytes of standard output that are kept; more is an error */
    bool show_errors;                /* standard error is the caller's; otherwise it is collected in `errors` */
    bool (*line)(void *user, struct slice line); /* called with every full line of output; may be NULL; false: stop */
    bool (*interrupted)(void *user); /* may be NULL */
    void *user;
};

struct process_result {
    int status;          /* exit status; 128 + N when signal N ended it */
    struct slice output; /* in the arena; empty when `line` is used */
    struct slice errors; /* its last 4 KiB */
};

/* Runs it to its end. False when it could not be started, took too long or printed too much: err says which. */
bool process_run(const struct process *p, struct arena *a, struct process_result *result, struct cvenv_error *err);

#endif
