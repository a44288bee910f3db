/* SPDX-License-Identifier: MIT */
/* Command lines read by the rules of Python's argparse (3.14): one table of options, and operands of one kind. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Strings that belong to the command line, with a NULL behind the last. */
struct arguments_list {
    const char **items;
    size_t count, capacity;
};

/* What an option does to the struct that the command line is read into. */
enum arguments_action {
    ARGUMENTS_BOOL,   /* the bool at `target` becomes `constant` */
    ARGUMENTS_INT,    /* the int at `target` becomes `constant` */
    ARGUMENTS_STRING, /* the const char * at `target` becomes the value */
    ARGUMENTS_APPEND, /* the struct arguments_list at `target` gets the value, too */
    ARGUMENTS_CHOICE, /* the int at `target` becomes the index of the value in `choices` */
    ARGUMENTS_NUMBER, /* the int at `target` becomes the value, which is to be from 1 to `constant` */
    ARGUMENTS_HELP,
    ARGUMENTS_VERSION
};

/* One option. Its help is ASCII without "%", doubled blanks and quoted options (textwrap would take those apart). */
struct arguments_option {
    const char *letter;         /* "-p", or NULL */
    const char *name;           /* "--python" */
    const char *metavar;        /* what its value is called; NULL: it takes none, or has `choices` */
    const char *const *choices; /* NULL-terminated; NULL: anything goes */
    int group;                  /* options of the same group (from 1, neighbours) exclude each other; 0: none */
    enum arguments_action action;
    size_t target; /* offset in the struct */
    int constant;
    const char *help;
};

#define ARGUMENTS_GROUPS 4

/* The whole command line. Operands: one or more, all in one place. */
struct arguments {
    const char *program, *version, *description, *epilog;
    const char *operand, *operand_help;
    size_t operand_target;                  /* offset of their struct arguments_list */
    const struct arguments_option *options; /* ended by a NULL name */
};

enum arguments_outcome {
    ARGUMENTS_GIVEN, /* understood */
    ARGUMENTS_SHOWN, /* help or version was asked for and written to `out` */
    ARGUMENTS_WRONG, /* usage and error were written to `err` */
    ARGUMENTS_MEMORY /* out of memory */
};

/* Where help and errors go, and how wide they may be. */
struct arguments_output {
    FILE *out, *err;
    int columns;
};

/* Reads `count` strings (those behind the program's name) into the struct at `target`. The lists are to be freed. */
enum arguments_outcome arguments_read(const struct arguments *arguments, int count, char **strings,
                                      const struct arguments_output *output, void *target);

/* Is the option followed by a value? */
bool arguments_has_value(const struct arguments_option *option);

#endif
