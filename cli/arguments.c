/* SPDX-License-Identifier: MIT */
/* The rules by which argparse (3.14) takes a command line apart, and its sentences about mistakes. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "match.h"
#include "pystr.h"

/* Strings that nobody wanted. */
struct extra {
    const char *dash; /* "-" for the rest of a string such as -qx: "-x" */
    const char *string;
};

struct reader {
    const struct arguments *arguments;
    const struct arguments_output *output;
    char *target;
    char **strings;
    int count;
    int dashes; /* index of the first "--", behind which all are operands; `count` when there is none */
    bool has_operands;
    const struct arguments_option *taken[ARGUMENTS_GROUPS]; /* by group */
    struct extra *extras;
    int extra_count;
    enum arguments_outcome outcome;
};

bool arguments_has_value(const struct arguments_option *option)
{
    return option->metavar != NULL || option->choices != NULL;
}

/* ---- mistakes ----------------------------------------------------------------------------------------- */

static void begin_error(const struct reader *r, const struct arguments_option *about)
{
    FILE *err = r->output->err;
    help_usage(r->arguments, r->output->columns, err);
    fprintf(err, "%s: error: ", r->arguments->program);
    if (about != NULL)
        fprintf(err, "argument %s%s%s: ", about->letter ? about->letter : "", about->letter ? "/" : "", about->name);
}

static bool end_error(struct reader *r)
{
    fputc('\n', r->output->err);
    r->outcome = ARGUMENTS_WRONG;
    return false;
}

/* An error of one sentence, with the value that it is about at its end if there is one. */
static bool error_about(struct reader *r, const struct arguments_option *about, const char *sentence, const char *value)
{
    begin_error(r, about);
    fputs(sentence, r->output->err);
    if (value != NULL)
        pystr_repr(value, r->output->err);
    return end_error(r);
}

static bool error_conflict(struct reader *r, const struct arguments_option *option,
                           const struct arguments_option *other)
{
    begin_error(r, option);
    fprintf(r->output->err, "not allowed with argument %s%s%s", other->letter ? other->letter : "",
            other->letter ? "/" : "", other->name);
    return end_error(r);
}

static bool error_choice(struct reader *r, const struct arguments_option *option, const char *value)
{
    FILE *err = r->output->err;
    begin_error(r, option);
    fputs("invalid choice: ", err);
    pystr_repr(value, err);
    for (const char *const *choice = option->choices; *choice != NULL; choice++)
        fprintf(err, "%s%s", choice == option->choices ? " (choose from " : ", ", *choice);
    fputc(')', err);
    return end_error(r);
}

static bool error_number(struct reader *r, const struct arguments_option *option, const char *value)
{
    begin_error(r, option);
    fprintf(r->output->err, "expected a number from 1 to %d, not ", option->constant);
    pystr_repr(value, r->output->err);
    return end_error(r);
}

static bool error_extras(struct reader *r)
{
    begin_error(r, NULL);
    fputs("unrecognized arguments:", r->output->err);
    for (int i = 0; i < r->extra_count; i++) {
        fprintf(r->output->err, " %s", r->extras[i].dash);
        pystr_text(r->extras[i].string, r->output->err);
    }
    return end_error(r);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

static enum match_kind kind_at(const struct reader *r, int index)
{
    struct match match;
    if (index >= r->dashes)
        return index == r->dashes ? MATCH_DASHES : MATCH_OPERAND;
    return match_string(r->arguments, r->strings[index], &match);
}

static bool error_ambiguous(struct reader *r, const char *string)
{
    FILE *err = r->output->err;
    const char *separator = " could match ";
    begin_error(r, NULL);
    fputs("ambiguous option: ", err);
    pystr_text(string, err);
    for (const struct arguments_option *o = r->arguments->options; o->name != NULL; o++) {
        const char *names[] = { o->letter, o->name };
        for (int i = 0; i < 2; i++) {
            if (match_is_candidate(names[i], string, strcspn(string, "="))) {
                fprintf(err, "%s%s", separator, names[i]);
                separator = ", ";
            }
        }
    }
    return end_error(r);
}

/* ---- doing what an option says ------------------------------------------------------------------------ */

static bool out_of_memory(struct reader *r)
{
    r->outcome = ARGUMENTS_MEMORY;
    return false;
}

static bool list_add(struct reader *r, struct arguments_list *list, const char *string)
{
    if (list->count + 1 >= list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 8;
        const char **items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return out_of_memory(r);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = string;
    list->items[list->count] = NULL;
    return true;
}

static bool store_choice(struct reader *r, const struct arguments_option *option, const char *value)
{
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0) {
            *(int *)(void *)(r->target + option->target) = i;
            return true;
        }
    }
    return error_choice(r, option, value);
}

static bool store_number(struct reader *r, const struct arguments_option *option, const char *value)
{
    int number = 0;
    size_t digits = strspn(value, "0123456789");
    for (size_t i = 0; i < digits && number <= option->constant; i++)
        number = 10 * number + (value[i] - '0');
    if (digits == 0 || value[digits] != '\0' || number < 1 || number > option->constant)
        return error_number(r, option, value);
    *(int *)(void *)(r->target + option->target) = number;
    return true;
}

static bool show(struct reader *r, enum arguments_action what)
{
    if (what == ARGUMENTS_HELP)
        help_show(r->arguments, r->output->columns, r->output->out);
    else
        fprintf(r->output->out, "%s\n", r->arguments->version);
    r->outcome = ARGUMENTS_SHOWN;
    return false;
}

static bool store(struct reader *r, const struct arguments_option *option, const char *value)
{
    void *target = r->target + option->target;
    switch (option->action) {
    case ARGUMENTS_BOOL:
        *(bool *)target = option->constant != 0;
        return true;
    case ARGUMENTS_INT:
        *(int *)target = option->constant;
        return true;
    case ARGUMENTS_STRING:
        *(const char **)target = value;
        return true;
    case ARGUMENTS_APPEND:
        return list_add(r, target, value);
    case ARGUMENTS_CHOICE:
        return store_choice(r, option, value);
    case ARGUMENTS_NUMBER:
        return store_number(r, option, value);
    case ARGUMENTS_HELP:
    case ARGUMENTS_VERSION:
        break;
    }
    return show(r, option->action);
}

static bool take_option(struct reader *r, const struct arguments_option *option, const char *value)
{
    if (!store(r, option, value))
        return false;
    const struct arguments_option **taken = &r->taken[option->group];
    if (option->group != 0 && *taken != NULL && *taken != option)
        return error_conflict(r, option, *taken);
    *taken = option;
    return true;
}

/* ---- the command line from left to right -------------------------------------------------------------- */

/* Goes on to the option whose letter stands behind a flag's, as in -qv. False: there is none of that letter. */
static bool next_letter(const struct reader *r, struct match *match)
{
    char name[] = { '-', match->value[0], '\0' };
    const struct arguments_option *option = match_exact(r->arguments, name, 2);
    if (option == NULL)
        return false;
    match->option = option;
    match->value++;
    match->equals = match->value[0] == '=';
    if (match->equals)
        match->value++;
    else if (match->value[0] == '\0')
        match->value = NULL;
    return true;
}

/*
 * Reads the options in the string at *index and the value that may follow it. `act` false: only looks for
 * mistakes, because argparse does nothing of what a string says before it has understood all of it.
 */
static bool read_string(struct reader *r, int *index, struct match match, bool act)
{
    bool letters = r->strings[*index][1] != '-';
    while (match.value != NULL && !arguments_has_value(match.option)) {
        if (!letters || match.value[0] == '\0' || match.equals || match.value[0] == '-')
            return error_about(r, match.option, "ignored explicit argument ", match.value);
        if (act && !take_option(r, match.option, NULL))
            return false;
        if (!next_letter(r, &match)) {
            if (act)
                r->extras[r->extra_count++] = (struct extra){ "-", match.value };
            ++*index;
            return true;
        }
    }
    ++*index;
    if (arguments_has_value(match.option) && match.value == NULL) {
        if (*index >= r->count || kind_at(r, *index) != MATCH_OPERAND)
            return error_about(r, match.option, "expected one argument", NULL);
        match.value = r->strings[(*index)++];
    }
    return !act || take_option(r, match.option, match.value);
}

static bool read_option(struct reader *r, int *index)
{
    struct match match;
    int start = *index;
    match_string(r->arguments, r->strings[start], &match);
    if (match.candidates > 1)
        return error_ambiguous(r, r->strings[start]);
    if (match.option == NULL) {
        r->extras[r->extra_count++] = (struct extra){ "", r->strings[start] };
        ++*index;
        return true;
    }
    return read_string(r, &start, match, false) && read_string(r, index, match, true);
}

/* Takes the operands at *index, if none have been taken before: they stand in one place or are not understood. */
static bool read_operands(struct reader *r, int *index)
{
    struct arguments_list *list = (void *)(r->target + r->arguments->operand_target);
    int end = *index;
    while (!r->has_operands && end < r->count && kind_at(r, end) != MATCH_OPTION)
        end++;
    int dashes = *index <= r->dashes && r->dashes < end;
    if (end - *index == dashes)
        return true;
    for (int i = *index; i < end; i++) {
        if (i != r->dashes && !list_add(r, list, r->strings[i]))
            return false;
    }
    r->has_operands = true;
    *index = end;
    return true;
}

static void add_extras(struct reader *r, int from, int to)
{
    for (int i = from; i < to; i++)
        r->extras[r->extra_count++] = (struct extra){ "", r->strings[i] };
}

static bool read_all(struct reader *r)
{
    int index = 0, end = r->dashes;
    while (end > 0 && kind_at(r, end - 1) != MATCH_OPTION)
        end--;
    while (index < end) {
        int start = index, option = index;
        while (kind_at(r, option) != MATCH_OPTION)
            option++;
        if (option > index && !read_operands(r, &index))
            return false;
        if (index > start)
            continue;
        add_extras(r, index, option);
        index = option;
        if (!read_option(r, &index))
            return false;
    }
    if (!read_operands(r, &index))
        return false;
    add_extras(r, index, r->count);
    if (!r->has_operands) {
        begin_error(r, NULL);
        fprintf(r->output->err, "the following arguments are required: %s", r->arguments->operand);
        return end_error(r);
    }
    return r->extra_count == 0 || error_extras(r);
}

enum arguments_outcome arguments_read(const struct arguments *arguments, int count, char **strings,
                                      const struct arguments_output *output, void *target)
{
    struct reader r = {
        .arguments = arguments, .output = output, .target = target, .strings = strings, .count = count
    };
    while (r.dashes < count && strcmp(strings[r.dashes], "--") != 0)
        r.dashes++;
    r.extras = calloc((size_t)count + 1, sizeof *r.extras);
    if (r.extras == NULL)
        return ARGUMENTS_MEMORY;
    read_all(&r);
    free(r.extras);
    return r.outcome;
}
