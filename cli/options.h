/* SPDX-License-Identifier: MIT */
/* The options of the command: one table, and what a command line asks for. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "arguments.h"
#include "cvenv.h"

enum verbosity { VERBOSITY_QUIET, VERBOSITY_NORMAL, VERBOSITY_VERBOSE };

/* What is asked for. */
struct request {
    struct cvenv_options options; /* but for the callbacks and what is not an option */
    struct arguments_list env_dirs, wheel_dirs;
    int links, link_mode; /* enum cvenv_links, enum cvenv_link_mode */
    int jobs;             /* environments at once; 0: as many as there are processors */
    int verbosity;
};

/* Reads the command line. Strings of the request belong to it. To be released whatever the outcome is. */
enum arguments_outcome options_read(struct request *request, int argc, char **argv,
                                    const struct arguments_output *output);
void options_release(struct request *request);

#endif
