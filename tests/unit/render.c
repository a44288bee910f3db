/* SPDX-License-Identifier: MIT */
/*
 * The tool of the tests of activation: what is pure in the library, from a command line; and what a shell cannot say
 * exactly about itself.
 *
 *   render scripts OUT_DIR DIR NAME PROMPT BIN_NAME PYTHON yes|no   writes every activator into OUT_DIR (yes: relocatable)
 *   render replace FILE_NAME DIR NAME PROMPT BIN_NAME PYTHON        a user's script, from stdin to stdout
 *   render quote FUNCTION                                           NUL-terminated values from stdin, quoted to stdout
 *   render environment FILE                                         the environment variables, NUL-terminated
 *   render arguments FILE WORD...                                   the words, NUL-terminated
 *   python FILE                                                     as which file it was started
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "environment/activation.h"

extern char **environ;

static struct arena arena = ARENA_INIT;

static FILE *open_or_exit(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    return file;
}

/* Each of the strings with its NUL. */
static int write_strings(const char *path, char **strings)
{
    FILE *file = open_or_exit(path, "wb");
    for (; *strings != NULL; strings++)
        fwrite(*strings, 1, strlen(*strings) + 1, file);
    return fclose(file) == 0 ? 0 : 1;
}

static struct slice read_stdin(void)
{
    struct text all = TEXT_INIT(&arena);
    char buffer[65536];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, stdin)) > 0;)
        text_add(&all, buffer, n);
    const char *data = text_string(&all);
    return (struct slice){ data, all.length };
}

static struct activation values_from(char **arguments, const char *relocatable)
{
    return (struct activation){ .env_dir = arguments[0], .env_name = arguments[1], .prompt = arguments[2],
                                .bin_name = arguments[3], .env_exe = arguments[4],
                                .relocatable = strcmp(relocatable, "yes") == 0 };
}

static int write_scripts(const char *directory, char **arguments)
{
    struct activation values = values_from(arguments, arguments[5]);
    for (const struct activator *a = activation_builtin; a->name != NULL; a++) {
        struct slice script = activation_render(&arena, a, &values);
        FILE *file = open_or_exit(arena_format(&arena, "%s/%s", directory, a->name), "wb");
        fwrite(script.data, 1, script.length, file);
        if (fclose(file) != 0)
            return 1;
    }
    return 0;
}

static int replace(const char *name, char **arguments)
{
    struct activation values = values_from(arguments, "no");
    struct slice out = activation_replace(&arena, name, read_stdin(), &values);
    return fwrite(out.data, 1, out.length, stdout) == out.length ? 0 : 1;
}

static int quote(const char *function)
{
    static const struct {
        const char *name;
        quote_function *quote;
    } functions[] = {
        { "posix", quote_posix },     { "sh", quote_sh },           { "csh", quote_csh },   { "fish", quote_fish },
        { "powershell", quote_powershell }, { "batch", quote_batch }, { "nushell", quote_nushell },
        { "elvish", quote_elvish },   { "python", quote_python },
    };
    struct slice in = read_stdin();
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, function) != 0)
            continue;
        for (const char *value = in.data; value < in.data + in.length; value += strlen(value) + 1) {
            struct text out = TEXT_INIT(&arena);
            functions[i].quote(&out, value);
            fwrite(text_string(&out), 1, out.length + 1, stdout);
        }
        return 0;
    }
    return 2;
}

static int write_own_name(const char *path)
{
    FILE *file = open_or_exit(path, "wb");
    fputs((const char *)getauxval(AT_EXECFN), file);
    return fclose(file) == 0 ? 0 : 1;
}

static bool is_called(const char *self, const char *name)
{
    const char *slash = strrchr(self, '/');
    return strcmp(slash != NULL ? slash + 1 : self, name) == 0;
}

static int run(int argc, char **argv)
{
    if (argc == 2 && is_called(argv[0], "python"))
        return write_own_name(argv[1]);
    if (argc == 9 && strcmp(argv[1], "scripts") == 0)
        return write_scripts(argv[2], argv + 3);
    if (argc == 8 && strcmp(argv[1], "replace") == 0)
        return replace(argv[2], argv + 3);
    if (argc == 3 && strcmp(argv[1], "quote") == 0)
        return quote(argv[2]);
    if (argc == 3 && strcmp(argv[1], "environment") == 0)
        return write_strings(argv[2], environ);
    if (argc >= 3 && strcmp(argv[1], "arguments") == 0)
        return write_strings(argv[2], argv + 3);
    fprintf(stderr, "render: see the first lines of render.c\n");
    return 2;
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);
    arena_release(&arena);
    return status;
}
