/* SPDX-License-Identifier: MIT */
/* Fuzzing the answers of interpreters: whatever is accepted stays within an environment. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "environment/layout.h"
#include "interpreter/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_inside(struct arena *a, const char *path)
{
    const char *absolute = path_absolute(a, "/env", path);
    check(path_is_within(absolute, "/env") && strcmp(absolute, "/env") != 0 && strlen(absolute) == strlen(path) + 5);
}

static void check_lists(struct arena *a, const struct facts *facts)
{
    for (size_t i = 0; facts->names[i] != NULL; i++) {
        check_inside(a, facts->names[i]);
        check(strchr(facts->names[i], '/') == NULL);
    }
    for (size_t i = 0; facts->libraries[i].path != NULL; i++) {
        check_inside(a, facts->libraries[i].place);
        check(path_is_absolute(facts->libraries[i].path));
    }
    for (size_t i = 0; facts->seeds[i].name != NULL; i++)
        check(path_is_absolute(facts->seeds[i].path) && facts->seeds[i].version[0] != '\0' &&
              strchr(facts->seeds[i].name, '/') == NULL);
}

static void check_facts(struct arena *a, const struct facts *facts)
{
    const char *const inside[] = { facts->bin_name, facts->include_path, facts->lib_path, facts->platlib_path };
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        check_inside(a, inside[i]);
    check(facts->major > 3 || (facts->major == 3 && facts->minor >= 6));
    check(path_is_absolute(facts->executable) && path_is_absolute(facts->stdlib) && strlen(facts->magic) == 8);
    check(strchr(facts->cache_tag, '/') == NULL);
    check_lists(a, facts);
    struct layout layout;
    struct cvenv_error err;
    layout_make(a, "/env", facts, &layout, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct facts facts;
    struct cvenv_error err = { .code = CVENV_ERROR_NONE };
    struct slice text = { arena_copy(&arena, (const char *)data, size), size };
    if (facts_parse(&arena, text, "python", &facts, &err))
        check_facts(&arena, &facts);
    else
        check(err.code == CVENV_ERROR_INTERPRETER && err.message[0] != '\0');
    arena_release(&arena);
    return 0;
}
