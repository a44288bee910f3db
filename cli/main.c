/* SPDX-License-Identifier: MIT */
/* The command as a program of its own. */
#include <stddef.h>

#include "command.h"
#include "system.h"

int main(int argc, char **argv)
{
    argv = system_arguments(&argc, argv);
    return command_run(argc, argv, NULL);
}
