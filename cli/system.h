/* SPDX-License-Identifier: MIT */
/* What the command needs of the operating system beyond C: signals, terminals, threads. In system_posix.c. */
#ifndef CLI_SYSTEM_H
#define CLI_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The directory of an environment in which activators are. */
extern const char *const system_scripts_directory;

/*
 * Opens /dev/null where standard input, output or error is closed, so that no file of an environment can become one of
 * them, and takes note of signals from now on. Returns 0 or an errno value.
 */
int system_start(void);
/* The arguments of main() in the encoding of paths: on Windows UTF-8, and then also *argc may change. */
char **system_arguments(int *argc, char **argv);
/* The signal that asked the process to end, or 0. May be called from any thread. */
int system_signal(void);
/* Ends the process by that signal. */
void system_die(int signal);

/* NULL-terminated NAME=value strings. */
const char *const *system_environment(void);
bool system_is_terminal(FILE *stream);
/* The width of the terminal behind the stream; 0 when there is none or it does not tell. */
int system_columns(FILE *stream);
bool system_is_file(const char *path);
/* Makes an absolute path of it; NULL when that fails. To be freed. */
char *system_absolute(const char *path);
/* Nanoseconds on a clock that only goes forward. */
int64_t system_clock(void);
int system_processors(void);
/* How many files this process may have open. */
int system_descriptors(void);

/* Runs `work` on as many threads, this one included, as can be had of `count`; returns when all have come back. */
void system_run(int count, void *(*work)(void *user), void *user);
/* One lock for the whole process. */
void system_lock(void);
void system_unlock(void);

#endif
