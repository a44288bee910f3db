/* SPDX-License-Identifier: MIT */
/* Fuzzing pyvenv.cfg: whatever is read can be written, as seven lines at most, and reads back as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "environment/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* No value adds a line, for a reader that knows "\n" and "\r" (CPython) or more (str.splitlines). */
static void check_lines(const char *text)
{
    size_t lines = 0;
    for (const char *c = text; *c != '\0'; c++) {
        lines += *c == '\n';
        check(*c == '\n' || ((unsigned char)*c >= 0x20 && *c != 0x7f));
    }
    check(lines <= 7 && strstr(text, "\xe2\x80\xa8") == NULL && strstr(text, "\xc2\x85") == NULL);
}

static void check_config(struct arena *a, const struct config *config)
{
    struct config back, again;
    const char *text = config_format(a, config);
    check_lines(text);
    config_parse(a, (struct slice){ text, strlen(text) }, &back);
    check(back.system_site_packages == config->system_site_packages && same(back.prompt, config->prompt));
    check((back.home == NULL) == (config->home == NULL) && (back.command == NULL) == (config->command == NULL));
    const char *second = config_format(a, &back);
    config_parse(a, (struct slice){ second, strlen(second) }, &again);
    check(same(again.home, back.home) && same(again.command, back.command) && same(config_format(a, &again), second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct config config;
    char *text = arena_copy(&arena, (const char *)data, size);
    config_parse(&arena, (struct slice){ text, size }, &config);
    check_config(&arena, &config);
    struct config all = { text, size % 2 != 0, text, text, text, text, text };
    check_config(&arena, &all);
    check(!arena.failed);
    arena_release(&arena);
    return 0;
}
