/* SPDX-License-Identifier: MIT */
/* Which option one string of the command line names. */
#ifndef CLI_MATCH_H
#define CLI_MATCH_H

#include "arguments.h"

/* What the string is by its looks. */
enum match_kind { MATCH_OPERAND, MATCH_OPTION, MATCH_DASHES };

struct match {
    const struct arguments_option *option; /* NULL: no such option */
    const char *value;                     /* what stands behind it in the same string, or NULL */
    bool equals;                           /* a "=" stands between */
    int candidates;                        /* more than one: the abbreviation is ambiguous */
};

/* Tells operands and options apart ("--" is not looked for); for an option says which. */
enum match_kind match_string(const struct arguments *arguments, const char *string, struct match *match);
/* The option of exactly this name or letter ("-p"), or NULL. */
const struct arguments_option *match_exact(const struct arguments *arguments, const char *name, size_t length);
/* May `string`, whose part before a "=" has `length` bytes, mean the option of this name (or NULL)? */
bool match_is_candidate(const char *name, const char *string, size_t length);

#endif
