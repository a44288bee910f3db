/* SPDX-License-Identifier: MIT */
/* The command, for whoever has a command line: main() and `python -m cvenv`. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/*
 * Runs it and returns its exit status; a signal ends the process by that signal. `facts` is what the base is, as its probe
 * prints it, where the command line names none; NULL: it is looked for as the manual says.
 */
int command_run(int argc, char **argv, const char *facts);

#endif
