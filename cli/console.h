/* SPDX-License-Identifier: MIT */
/* What the command says on standard error: whole lines from several threads, and a progress line that goes away. */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <stdbool.h>

#include "options.h"

struct console {
    enum verbosity verbosity;
    bool is_terminal;
    int progress; /* characters of the progress line that is shown */
};

/* Takes over standard error. */
void console_start(struct console *console);

/* One line each. Warnings and hints are not for the quiet, details and times only for the verbose. */
void console_error(struct console *console, const char *message);
void console_warning(struct console *console, const char *message);
void console_detail(struct console *console, const char *message);
/* What took how many nanoseconds; `env_dir` NULL: there is only one. */
void console_time(struct console *console, const char *env_dir, const char *what, long long duration);
/* How to activate an environment: on a terminal only, as a command of the shell called `shell` (NULL: sh). */
void console_hint(struct console *console, const char *shell, const char *env_dir);

/* "done total what", on a terminal only. */
void console_progress(struct console *console, const char *message);
void console_erase_progress(struct console *console);

#endif
