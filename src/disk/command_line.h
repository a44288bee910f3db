/* SPDX-License-Identifier: MIT */
/* What CreateProcessW wants to know of a child, from what struct process says. */
#ifndef DISK_COMMAND_LINE_H
#define DISK_COMMAND_LINE_H

#include <wchar.h>

#include "disk/process.h"

/* All in the arena. */
struct command_line {
    wchar_t *program;
    wchar_t *arguments;   /* one line, from which CommandLineToArgvW makes the arguments again */
    wchar_t *environment; /* NAME=value strings, each with its NUL, and one more NUL */
    wchar_t *cwd;
};

/* 0 or an errno value: EINVAL for a program that is a batch file, whose arguments cmd.exe would read in its own way. */
int command_line_make(struct arena *a, const struct process *p, struct command_line *out);

#endif
