/* SPDX-License-Identifier: MIT */
/* Owns the search for an executable by path or by name, by POSIX rules (find_win32.c owns it on Windows). */
#include "interpreter/find.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "base/variable.h"
#include "disk/disk.h"

/* Where execvp() looks when PATH is not set: what confstr(_CS_PATH) gives on the systems at hand. */
static const char default_path[] = "/bin:/usr/bin";

/* What keeps a file from being a program; NULL when nothing does. */
static const char *unfit(const struct disk_stat *st)
{
    if (st->type == DISK_DIRECTORY)
        return "is a directory";
    if (st->type != DISK_FILE)
        return "is not a regular file";
    return (st->mode & 0111) == 0 ? "is not executable" : NULL;
}

static bool find_by_path(struct arena *a, const char *spec, const char *cwd, const char **path, struct cvenv_error *err)
{
    struct disk_stat st;
    *path = path_absolute(a, cwd, spec);
    if (a->failed)
        return error_memory(err);
    int number = disk_stat_path(*path, &st);
    const char *why = number == 0 ? unfit(&st) : strerror(number);
    if (why == NULL)
        return true;
    return error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: %s: %s", *path, why);
}

/* The first program of that name on the path. An empty element is the working directory (POSIX, XBD 8.3). */
static bool search(struct arena *a, const char *name, const char *elements, const char *cwd, const char **path)
{
    for (;;) {
        struct disk_stat st;
        size_t length = strcspn(elements, ":");
        const char *directory = path_absolute(a, cwd, arena_copy(a, elements, length));
        *path = path_join(a, directory, name);
        if (a->failed)
            return false;
        if (disk_stat_path(*path, &st) == 0 && unfit(&st) == NULL)
            return true;
        if (elements[length] == '\0')
            return false;
        elements += length + 1;
    }
}

static bool find_by_name(struct arena *a, const char *const *names, const char *search_path, const char *cwd,
                         const char **path, struct cvenv_error *err)
{
    const char *elements = search_path[0] != '\0' ? search_path : default_path;
    struct text tried = TEXT_INIT(a);
    for (; *names != NULL; names++) {
        if (search(a, *names, elements, cwd, path))
            return true;
        text_add_format(&tried, "%s%s", tried.length > 0 ? " or " : "", *names);
    }
    if (a->failed)
        return error_memory(err);
    return error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: found no %s on PATH (%s)", text_string(&tried),
                     elements);
}

bool find_interpreter(struct arena *a, const char *spec, const char *const *environment, const char *cwd,
                      const char **path, struct cvenv_error *err)
{
    static const char *const usual[] = { "python3", "python", NULL };
    if (spec != NULL && spec[0] == '\0')
        return error_set(err, CVENV_ERROR_INTERPRETER, "no such Python: its name is empty");
    if (spec != NULL && strchr(spec, '/') != NULL)
        return find_by_path(a, spec, cwd, path, err);
    const char *const given[] = { spec, NULL };
    return find_by_name(a, spec != NULL ? given : usual, variable_value(environment, "PATH"), cwd, path, err);
}
