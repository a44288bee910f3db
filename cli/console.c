/* SPDX-License-Identifier: MIT */
/* Standard error, one write for each message so that nothing gets between. */
#include "console.h"

#include <stdio.h>
#include <string.h>

#include "hint.h"
#include "system.h"

void console_start(struct console *console)
{
    static char buffer[8192];
    setvbuf(stderr, buffer, _IOFBF, sizeof buffer);
    *console = (struct console){ VERBOSITY_NORMAL, system_is_terminal(stderr), 0 };
}

/* Blanks, not an escape sequence: terminals of every kind understand those. */
static void erase_progress(struct console *console)
{
    if (console->progress > 0)
        fprintf(stderr, "\r%*s\r", console->progress, "");
    console->progress = 0;
}

static void begin(struct console *console)
{
    system_lock();
    erase_progress(console);
}

static void end(void)
{
    fflush(stderr);
    system_unlock();
}

static void say(struct console *console, const char *kind, const char *message)
{
    begin(console);
    fprintf(stderr, "%s%s\n", kind, message);
    end();
}

void console_error(struct console *console, const char *message)
{
    say(console, "Error: ", message);
}

void console_warning(struct console *console, const char *message)
{
    if (console->verbosity != VERBOSITY_QUIET)
        say(console, "Warning: ", message);
}

void console_detail(struct console *console, const char *message)
{
    if (console->verbosity == VERBOSITY_VERBOSE)
        say(console, "  ", message);
}

void console_time(struct console *console, const char *env_dir, const char *what, long long duration)
{
    if (console->verbosity != VERBOSITY_VERBOSE)
        return;
    begin(console);
    fprintf(stderr, "%s%s%-20s %9.2f ms\n", env_dir ? env_dir : "", env_dir ? ": " : "", what, (double)duration / 1e6);
    end();
}

void console_hint(struct console *console, const char *shell, const char *env_dir)
{
    if (console->verbosity == VERBOSITY_QUIET || !console->is_terminal)
        return;
    begin(console);
    hint_activate(shell, env_dir, stderr);
    end();
}

void console_progress(struct console *console, const char *message)
{
    int done, total, what = 0;
    char line[128];
    if (console->verbosity == VERBOSITY_QUIET || !console->is_terminal)
        return;
    if (sscanf(message, "%d %d %n", &done, &total, &what) < 2)
        return;
    snprintf(line, sizeof line, "%s: %d of %d", message + what, done, total);
    int columns = system_columns(stderr), length = (int)strlen(line);
    if (columns > 0 && length >= columns)
        length = columns - 1;
    system_lock();
    fprintf(stderr, "\r%-*.*s", console->progress, length, line);
    console->progress = length > console->progress ? length : console->progress;
    end();
}

void console_erase_progress(struct console *console)
{
    begin(console);
    end();
}
