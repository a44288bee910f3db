/* SPDX-License-Identifier: MIT */
/* Abbreviations, "--option=value", strings of letters and negative numbers, as argparse (3.14) tells them apart. */
#include "match.h"

#include <string.h>

const struct arguments_option *match_exact(const struct arguments *arguments, const char *name, size_t length)
{
    for (const struct arguments_option *o = arguments->options; o->name != NULL; o++) {
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
        if (o->letter != NULL && length == 2 && strncmp(o->letter, name, length) == 0)
            return o;
    }
    return NULL;
}

bool match_is_candidate(const char *name, const char *string, size_t length)
{
    if (name == NULL)
        return false;
    return strncmp(name, string, length) == 0 || (name[2] == '\0' && strncmp(name, string, 2) == 0);
}

static void find_candidates(const struct arguments *arguments, const char *string, size_t length, struct match *match)
{
    for (const struct arguments_option *o = arguments->options; o->name != NULL; o++) {
        if (match_is_candidate(o->letter, string, length)) {
            match->option = o;
            match->value = string + 2;
            match->equals = false;
            match->candidates++;
        }
        if (match_is_candidate(o->name, string, length)) {
            match->option = o;
            match->candidates++;
        }
    }
}

enum match_kind match_string(const struct arguments *arguments, const char *string, struct match *match)
{
    const char *equals = strchr(string, '=');
    size_t length = equals != NULL ? (size_t)(equals - string) : strlen(string);
    *match = (struct match){ NULL, equals != NULL ? equals + 1 : NULL, equals != NULL, 1 };
    if (string[0] != '-' || string[1] == '\0')
        return MATCH_OPERAND;
    match->option = match_exact(arguments, string, length);
    if (match->option != NULL)
        return MATCH_OPTION;
    match->candidates = 0;
    find_candidates(arguments, string, length, match);
    if (match->candidates > 0)
        return MATCH_OPTION;
    const char *digit = string + (string[1] == '.' ? 2 : 1); /* a negative number is an operand */
    if ((*digit >= '0' && *digit <= '9') || strchr(string, ' ') != NULL)
        return MATCH_OPERAND;
    return MATCH_OPTION;
}
