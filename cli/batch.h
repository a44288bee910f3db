/* SPDX-License-Identifier: MIT */
/* Creating all the environments that a command line asks for. */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "console.h"
#include "options.h"

/* Creates them, several at once where that is safe. After a failure none is begun; the first is reported. */
bool batch_create(const struct request *request, struct console *console);

#endif
