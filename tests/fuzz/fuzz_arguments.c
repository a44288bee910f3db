/* SPDX-License-Identifier: MIT */
/* Fuzzing the command line: one byte for COLUMNS, then arguments that are separated by line feeds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define MOST_ARGUMENTS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lists hold strings of the command line, and a NULL behind the last. */
static void check_list(const struct arguments_list *list, char **argv, int argc)
{
    for (size_t i = 0; i < list->count; i++) {
        bool found = false;
        for (int j = 1; j < argc && !found; j++)
            found = list->items[i] >= argv[j] && list->items[i] <= argv[j] + strlen(argv[j]);
        if (!found)
            abort();
    }
    if (list->items != NULL && list->items[list->count] != NULL)
        abort();
}

static void check(const struct request *request, enum arguments_outcome outcome, char **argv, int argc)
{
    if (outcome == ARGUMENTS_GIVEN && (request->env_dirs.count == 0 || request->jobs < 0 || request->jobs > 1024))
        abort();
    check_list(&request->env_dirs, argv, argc);
    check_list(&request->wheel_dirs, argv, argc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    char program[] = "cvenv", *argv[MOST_ARGUMENTS + 1] = { program }, *rest;
    int argc = 1;
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    if (size == 0 || nowhere == NULL)
        return 0;
    char *text = rest = malloc(size);
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    while (rest != NULL && argc < MOST_ARGUMENTS) {
        argv[argc++] = rest;
        rest = strchr(rest, '\n');
        if (rest != NULL)
            *rest++ = '\0';
    }
    struct request request;
    struct arguments_output output = { nowhere, nowhere, data[0] };
    enum arguments_outcome outcome = options_read(&request, argc, argv, &output);
    check(&request, outcome, argv, argc);
    options_release(&request);
    free(text);
    return 0;
}
