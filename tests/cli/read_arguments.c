/* SPDX-License-Identifier: MIT */
/*
 * For test_arguments.py: reads command lines as the command does and tells what it made of each, many in one process.
 *
 * Input, again and again: "COLUMNS COUNT\n", then COUNT strings, each ended by a NUL. Output, for each: a status as
 * the command's would be, or "given"; then what went to stdout, to stderr, and the request; each ended by a NUL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static char *read_string(void)
{
    size_t length = 0, capacity = 64;
    char *string = malloc(capacity);
    for (int c = getchar(); string != NULL && c > 0; c = getchar()) {
        if (length + 2 > capacity)
            string = realloc(string, capacity *= 2);
        if (string != NULL)
            string[length++] = (char)c;
    }
    if (string == NULL)
        abort();
    string[length] = '\0';
    return string;
}

static void show_list(const char *name, const struct arguments_list *list)
{
    printf("%s=%zu\n", name, list->count);
    for (size_t i = 0; i < list->count; i++)
        printf("%s\n", list->items[i]);
    if (list->items != NULL && list->items[list->count] != NULL)
        abort();
}

static void show_string(const char *name, const char *value)
{
    printf("%s%s%s\n", name, value ? "=" : "", value ? value : "");
}

static void show_request(const struct request *r)
{
    const struct cvenv_options *o = &r->options;
    printf("%d%d%d%d%d%d%d%d%d%d%d ", o->system_site_packages, o->clear, o->upgrade, o->with_pip, o->upgrade_deps,
           o->without_scm_ignore, o->no_compile, o->relocatable, o->force, o->no_cache, o->durable);
    printf("%d %d %d %d\n", o->links, o->link_mode, r->jobs, r->verbosity);
    show_string("prompt", o->prompt);
    show_string("python", o->python);
    show_string("cache-dir", o->cache_dir);
    show_list("wheel-dirs", &r->wheel_dirs);
    show_list("env-dirs", &r->env_dirs);
}

static void read_one(int columns, int count)
{
    char **argv = calloc((size_t)count + 2, sizeof *argv), *texts[2];
    size_t lengths[2];
    struct arguments_output output = { open_memstream(&texts[0], &lengths[0]), open_memstream(&texts[1], &lengths[1]),
                                       columns };
    struct request request;
    if (argv == NULL || output.out == NULL || output.err == NULL)
        abort();
    argv[0] = strdup("any name");
    for (int i = 1; i <= count; i++)
        argv[i] = read_string();
    enum arguments_outcome outcome = options_read(&request, count + 1, argv, &output);
    fclose(output.out);
    fclose(output.err);
    static const char *const words[] = { "given", "0", "2", "out of memory" };
    printf("%s%c%s%c%s%c", words[outcome], 0, texts[0], 0, texts[1], 0);
    if (outcome == ARGUMENTS_GIVEN)
        show_request(&request);
    putchar(0);
    options_release(&request);
    for (int i = 0; i <= count; i++)
        free(argv[i]);
    free(argv);
    free(texts[0]);
    free(texts[1]);
}

int main(void)
{
    int columns, count;
    while (scanf("%d %d", &columns, &count) == 2 && getchar() == '\n')
        read_one(columns, count);
    return ferror(stdin) || fflush(stdout) != 0;
}
