/* SPDX-License-Identifier: MIT */
/* Usage and help for a table of options, laid out as argparse's HelpFormatter does. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "arguments.h"

/* The usage, wrapped to so many columns. */
void help_usage(const struct arguments *arguments, int columns, FILE *out);
/* All of the help. */
void help_show(const struct arguments *arguments, int columns, FILE *out);
/* The text in lines of at most `width` characters, as textwrap.wrap; all but the first behind `indent` blanks. */
void help_wrap(const char *text, int width, int indent, FILE *out);

#endif
