/* SPDX-License-Identifier: MIT */
/* Each shell's command to activate, and each shell's way to quote a path. */
#include "hint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

/* Every character that is in `special` with `before` before it, the rest as it is. */
static void put_escaped(const char *string, const char *special, const char *before, FILE *out)
{
    for (; *string != '\0'; string++)
        fprintf(out, "%s%c", strchr(special, *string) != NULL ? before : "", *string);
}

static void put_quoted(const char *string, const char *special, const char *before, FILE *out)
{
    fputc('\'', out);
    put_escaped(string, special, before, out);
    fputc('\'', out);
}

/* Out of the quotes, an escaped quote, and in again. */
static void quote_sh(const char *string, FILE *out)
{
    put_quoted(string, "'", "'\\'", out);
}

/* The same; a "!" would be history even in quotes. */
static void quote_csh(const char *string, FILE *out)
{
    fputc('\'', out);
    for (; *string != '\0'; string++)
        fprintf(out, "%s%c", *string == '\'' ? "'\\'" : *string == '!' ? "\\" : "", *string);
    fputc('\'', out);
}

static void quote_fish(const char *string, FILE *out)
{
    put_quoted(string, "'\\", "\\", out);
}

static void quote_elvish(const char *string, FILE *out)
{
    put_quoted(string, "'", "'", out);
}

/* PowerShell also takes U+2018 to U+201B for single quotes (about_Quoting_Rules), so these are doubled, too. */
static void quote_powershell(const char *string, FILE *out)
{
    fputc('\'', out);
    for (; *string != '\0'; string++) {
        bool curly = (unsigned char)string[0] == 0xe2 && (unsigned char)string[1] == 0x80 &&
                     (unsigned char)string[2] >= 0x98 && (unsigned char)string[2] <= 0x9b;
        fprintf(out, "%.*s%c", curly ? 3 : *string == '\'', string, *string);
    }
    fputc('\'', out);
}

static void quote_nushell(const char *string, FILE *out)
{
    fputc('"', out);
    put_escaped(string, "\"\\", "\\", out);
    fputc('"', out);
}

/* A Python expression: nothing in it is expanded. */
static void quote_xonsh(const char *string, FILE *out)
{
    fputs("@('", out);
    put_escaped(string, "'\\", "\\", out);
    fputs("')", out);
}

struct shell {
    const char *name, *activator;
    const char *before, *after; /* around the path */
    void (*quote)(const char *string, FILE *out);
};

/* The last is for sh, its family, and all that are not known. */
static const struct shell shells[] = {
    { "fish", "activate.fish", "source ", "", quote_fish },
    { "csh", "activate.csh", "source ", "", quote_csh },
    { "tcsh", "activate.csh", "source ", "", quote_csh },
    { "bsd-csh", "activate.csh", "source ", "", quote_csh },
    { "pwsh", "Activate.ps1", "& ", "", quote_powershell },
    { "nu", "activate.nu", "overlay use ", "", quote_nushell },
    { "xonsh", "activate.xsh", "source ", "", quote_xonsh },
    { "elvish", "activate.elv", "eval (slurp < ", ")", quote_elvish },
    { NULL, "activate", ". ", "", quote_sh },
};

static const struct shell *find_shell(const char *path)
{
    const struct shell *shell = shells;
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : path != NULL ? path : "";
    while (shell->name != NULL && strcmp(shell->name, name) != 0)
        shell++;
    return shell;
}

/* Does no shell see anything in it but a path? */
static bool is_plain(const char *path)
{
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-";
    return path[strspn(path, plain)] == '\0';
}

/* The activator's path; not one that looks like an option or a home directory (nushell expands "~" in quotes, too).
   To be freed. */
static char *activator_path(const char *env_dir, const char *activator)
{
    size_t size = strlen(env_dir) + strlen(activator) + 32;
    char *path = malloc(size);
    if (path == NULL)
        return NULL;
    size_t length = strlen(env_dir);
    const char *prefix = env_dir[0] == '-' || env_dir[0] == '~' ? "./" : "";
    bool separated = length == 0 || env_dir[length - 1] == '/';
    snprintf(path, size, "%s%s%s%s/%s", prefix, env_dir, separated ? "" : "/", system_scripts_directory, activator);
    return path;
}

void hint_activate(const char *shell_path, const char *env_dir, FILE *out)
{
    const struct shell *shell = find_shell(shell_path);
    char *path = activator_path(env_dir, shell->activator);
    if (path != NULL && system_is_file(path)) {
        fputs(shell->before, out);
        if (is_plain(path))
            fputs(path, out);
        else
            shell->quote(path, out);
        fprintf(out, "%s\n", shell->after);
    }
    free(path);
}
