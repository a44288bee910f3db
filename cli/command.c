/* SPDX-License-Identifier: MIT */
/* The command: from arguments to options, to environments, to an exit status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "command.h"
#include "console.h"
#include "options.h"
#include "system.h"

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };

/* As shutil.get_terminal_size: a positive number in COLUMNS, else the terminal's width, else 80. */
static int output_columns(void)
{
    const char *variable = getenv("COLUMNS");
    char *end = NULL;
    long number = variable != NULL ? strtol(variable, &end, 10) : 0;
    bool is_number = end != NULL && end != variable && end[strspn(end, " \t\n\r\f\v")] == '\0';
    if (is_number && number > 0)
        return number < 1000000 ? (int)number : 1000000;
    int columns = system_columns(stdout);
    return columns > 0 ? columns : 80;
}

static int fail(struct console *console, const char *message)
{
    console_error(console, message);
    return STATUS_FAILED;
}

static int fail_system(struct console *console, const char *what, int error)
{
    char message[256];
    snprintf(message, sizeof message, "%s: %s", what, strerror(error));
    return fail(console, message);
}

static int run(struct request *request, struct console *console)
{
    console->verbosity = (enum verbosity)request->verbosity;
    if (request->options.upgrade && request->options.clear)
        return fail(console, "you cannot supply --upgrade and --clear together.");
    return batch_create(request, console) ? STATUS_DONE : STATUS_FAILED;
}

int command_run(int argc, char **argv, const char *facts)
{
    struct request request;
    struct console console;
    int status = STATUS_USAGE, error = system_start();
    console_start(&console);
    if (error != 0)
        return fail_system(&console, "/dev/null", error);
    struct arguments_output output = { stdout, stderr, output_columns() };
    switch (options_read(&request, argc, argv, &output)) {
    case ARGUMENTS_GIVEN:
        request.options.facts = request.options.python == NULL ? facts : NULL;
        status = run(&request, &console);
        break;
    case ARGUMENTS_SHOWN:
        status = fflush(stdout) == 0 ? STATUS_DONE : fail_system(&console, "standard output", errno);
        break;
    case ARGUMENTS_WRONG:
        break;
    case ARGUMENTS_MEMORY:
        status = fail(&console, "out of memory");
        break;
    }
    options_release(&request);
    fflush(stderr);
    if (system_signal() != 0)
        system_die(system_signal());
    return status;
}
