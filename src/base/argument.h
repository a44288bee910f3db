/* SPDX-License-Identifier: MIT */
/* Arguments of programs on Windows, where a program is handed one line and takes it apart itself. Pure. */
#ifndef BASE_ARGUMENT_H
#define BASE_ARGUMENT_H

#include "base/text.h"

/* Appends the argument so that CommandLineToArgvW and Microsoft's C library read it back; bare when nothing needs quoting. */
void argument_quote(struct text *line, const char *argument);

#endif
