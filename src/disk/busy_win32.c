/* SPDX-License-Identifier: MIT */
/* Owns the search for files that Windows would not let go: what runs, and what others have open. */
#include "disk/busy.h"

#include <errno.h>

#include "base/path.h"
#include "disk/win32.h"

struct search {
    struct arena *arena;
    struct disk_dir dir;
    const char *path; /* of dir, relative to where the search began */
    const char **found;
};

static bool is_image(const char *name)
{
    static const char *const suffixes[] = { ".exe", ".dll", ".pyd" };
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (length > 4 && _stricmp(name + length - 4, suffixes[i]) == 0)
            return true;
    return false;
}

/*
 * What others have open without sharing its removal is refused to us, and so is, for writing, what the system has
 * mapped as a program (ERROR_SHARING_VIOLATION). EBUSY, or EISDIR, or anything else, which is no trouble here.
 */
static int try_file(struct disk_dir dir, const char *name)
{
    const struct win32_open how = { DELETE | (is_image(name) ? FILE_WRITE_DATA : 0), FILE_OPEN, FILE_NON_DIRECTORY_FILE,
                                    0, NULL };
    HANDLE file;
    int number = win32_open(win32_handle(dir), name, &how, &file);
    if (number == 0)
        CloseHandle(file);
    return number;
}

static int search_dir(const struct search *s);

static int look(void *user, const char *name)
{
    const struct search *s = user;
    const char *path = path_join(s->arena, s->path, name);
    int number = try_file(s->dir, name);
    if (number == EBUSY)
        *s->found = path;
    if (number == EISDIR) {
        struct search inner = { s->arena, DISK_NO_DIR, path, s->found };
        if (disk_open_dir(s->dir, name, &inner.dir) == 0) {
            search_dir(&inner);
            disk_close(inner.dir);
        }
    }
    return *s->found != NULL ? ECANCELED : 0;
}

static int search_dir(const struct search *s)
{
    int number = disk_list(s->dir, look, (void *)(uintptr_t)s);
    return number == ECANCELED ? 0 : number;
}

int disk_find_busy(struct arena *a, struct disk_dir dir, const char **path)
{
    const struct search s = { a, dir, "", path };
    *path = NULL;
    int number = search_dir(&s);
    return a->failed ? ENOMEM : number;
}
