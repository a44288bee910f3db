/* SPDX-License-Identifier: MIT */
/* A Python to test with: the one that python3 on PATH leads to. */
#ifndef TESTS_FIND_PYTHON_H
#define TESTS_FIND_PYTHON_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "disk/process.h"

extern char **environ;

static inline const char *find_on_path(struct arena *a, const char *name)
{
    const char *path = getenv("PATH");
    for (; path != NULL && *path != '\0'; path += strcspn(path, ":"), path += *path == ':') {
        const char *candidate = arena_format(a, "%.*s/%s", (int)strcspn(path, ":"), path, name);
        if (candidate[0] == '/' && access(candidate, X_OK) == 0)
            return candidate;
    }
    return NULL;
}

/* What the program prints when python3 runs it, line by line; false when there is no python3 that does. */
static inline bool ask_python(struct arena *a, const char *program, struct slice *lines, size_t count)
{
    const char *python = find_on_path(a, "python3");
    const char *const arguments[] = { python, "-c", program, NULL };
    struct process process = { .program = python,
                               .arguments = arguments,
                               .environment = (const char *const *)environ,
                               .cwd = "/",
                               .timeout_ms = 60000,
                               .output_limit = 10000 };
    struct process_result result;
    struct cvenv_error err;
    if (python == NULL || !process_run(&process, a, &result, &err) || result.status != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!slice_line(&result.output, &lines[i]))
            return false;
    }
    return true;
}

#endif
