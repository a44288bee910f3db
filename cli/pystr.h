/* SPDX-License-Identifier: MIT */
/* Strings of the command line written as Python would write them. */
#ifndef CLI_PYSTR_H
#define CLI_PYSTR_H

#include <stdio.h>

/* As print() to standard error: bytes that are not UTF-8 as \udcXX (PEP 383 and the handler "backslashreplace"). */
void pystr_text(const char *string, FILE *out);
/* As repr(): in quotes, with whatever cannot be seen escaped. */
void pystr_repr(const char *string, FILE *out);

#endif
