/* SPDX-License-Identifier: MIT */
/* Fuzzing the quoting functions and the one pass that uses them: each word is read back by a reader of that shell's rules. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "environment/activation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* sh and csh: '...' is literal, \c and "'" stand outside; csh also knows \newline inside. */
static const char *read_sh(struct arena *a, const char *word, bool csh)
{
    struct text out = TEXT_INIT(a);
    bool inside = false;
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            inside = !inside;
        else if (!inside && strncmp(word, "\"'\"", 3) == 0) {
            text_add_char(&out, '\'');
            word += 2;
        } else if (*word == '\\' && (!inside || (csh && word[1] == '\n'))) {
            text_add_char(&out, *++word);
        } else {
            check(inside || strchr(" \t\n\"`$&|;<>(){}[]*?~!#\\", *word) == NULL);
            check(!(csh && inside && strchr("\\!\n", *word) != NULL));
            text_add_char(&out, *word);
        }
    }
    check(!inside);
    return text_string(&out);
}

/* fish: in '...' a backslash stands before a quote or a backslash. */
static const char *read_fish(struct arena *a, const char *word)
{
    struct text out = TEXT_INIT(a);
    check(*word++ == '\'');
    for (; *word != '\'' && *word != '\0'; word++) {
        if (*word == '\\')
            check(*++word == '\'' || *word == '\\');
        text_add_char(&out, *word);
    }
    check(strcmp(word, "'") == 0);
    return text_string(&out);
}

/* "..." with backslashes: nothing may end it but its last quote, and no control character be in it. */
static void check_double_quoted(const char *word, bool ascii)
{
    check(*word++ == '"');
    for (; *word != '"'; word++) {
        check((unsigned char)*word >= 0x20 && *word != 0x7f && (!ascii || (unsigned char)*word < 0x80));
        if (*word == '\\')
            check(*++word != '\0');
    }
    check(word[1] == '\0');
}

static const char *quoted(struct arena *a, quote_function *quote, const char *value)
{
    struct text out = TEXT_INIT(a);
    quote(&out, value);
    return text_string(&out);
}

static void check_quotes(struct arena *a, const char *value)
{
    check(strcmp(read_sh(a, quoted(a, quote_posix, value), false), value) == 0);
    check(strcmp(read_sh(a, quoted(a, quote_sh, value), false), value) == 0);
    check(strcmp(read_sh(a, quoted(a, quote_csh, value), true), value) == 0);
    check(strcmp(read_fish(a, quoted(a, quote_fish, value)), value) == 0);
    check(strpbrk(quoted(a, quote_batch, value), "\"\r\n") == NULL);
    check_double_quoted(quoted(a, quote_nushell, value), false);
    check_double_quoted(quoted(a, quote_elvish, value), false);
    check_double_quoted(quoted(a, quote_python, value), true);
    const char *word = quoted(a, quote_powershell, value);
    check(word[0] == '\'' && word[strlen(word) - 1] == '\'');
}

/* With values that are placeholders themselves, what is replaced is the same as with any others of that length. */
static void check_one_pass(struct arena *a, struct slice script)
{
    const struct activation names = { "__VENV_NAME__", "__VENV_DIR__", "__VENV_DIR__", "__VENV_DIR__", "__VENV_NAME__", false };
    const struct activation others = {
        "0000000000000", "000000000000", "000000000000", "000000000000", "0000000000000", false
    };
    struct slice one = activation_replace(a, "x", script, &names), other = activation_replace(a, "x", script, &others);
    check(one.length == other.length);
    for (size_t i = 0; i < one.length; i++)
        check(one.data[i] == other.data[i] || other.data[i] == '0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    char *text = arena_copy(&arena, (const char *)data, size);
    check_quotes(&arena, text);
    check_one_pass(&arena, (struct slice){ text, size });
    struct activation values = { text, text, text, text, text, size % 2 != 0 };
    for (const struct activator *a = activation_builtin; a->name != NULL; a++)
        check(activation_render(&arena, a, &values).length > 0);
    check(!arena.failed);
    arena_release(&arena);
    return 0;
}
