/* SPDX-License-Identifier: MIT */
/* Owns looking at what is installed in an environment. */
#include "seed/installed.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/path.h"

enum { RECORD_LIMIT = 32 << 20 };

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

bool installed_is_project(const char *name, size_t length, const char *project)
{
    size_t i = 0;
    for (; *project != '\0'; i++, project++) {
        if (i == length || is_separator(name[i]) != is_separator(*project))
            return false;
        if (!is_separator(*project) && tolower((unsigned char)name[i]) != tolower((unsigned char)*project))
            return false;
    }
    return i == length;
}

/* ---- finding ------------------------------------------------------------------------------------------- */

struct search {
    struct arena *arena;
    const char *project;
    struct installed *out;
};

static int look_at(void *user, const char *name)
{
    static const char suffix[] = ".dist-info";
    const struct search *s = user;
    size_t length = strlen(name), project = strcspn(name, "-");
    if (length <= sizeof suffix || strcmp(name + length - (sizeof suffix - 1), suffix) != 0 || name[project] != '-' ||
        !installed_is_project(name, project, s->project))
        return 0;
    s->out->info = arena_string(s->arena, name);
    s->out->version = arena_copy(s->arena, name + project + 1, length - project - 1 - (sizeof suffix - 1));
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "../../../bin/pip" in lib/python3.13/site-packages is bin/pip; what leads out of the environment is nobody's to touch. */
static const char *place_of(struct arena *a, const char *lib, const char *path)
{
    if (path_is_absolute(path))
        return NULL;
    const char *probe = path_absolute(a, path_join(a, "/environment", lib), path);
    return path_is_within(probe, "/environment") && strlen(probe) > 13 ? probe + 13 : NULL;
}

static bool take_files(struct arena *a, const struct record *record, const char *lib, struct installed *out)
{
    out->files = arena_array(a, record->count + 1, sizeof *out->files);
    for (size_t i = 0; out->files != NULL && i < record->count; i++) {
        const char *place = place_of(a, lib, record->rows[i].path);
        if (place != NULL)
            out->files[out->file_count++] = place;
    }
    if (out->files != NULL)
        qsort(out->files, out->file_count, sizeof *out->files, compare);
    return out->files != NULL;
}

static bool all_there(struct arena *a, struct disk_dir root, const struct installed *project)
{
    struct disk_dir at = DISK_NO_DIR;
    const char *at_path = NULL;
    bool whole = true;
    for (size_t i = 0; whole && i < project->file_count; i++) {
        struct disk_stat st;
        const char *parent = path_parent(a, project->files[i]);
        if (at_path == NULL || strcmp(parent, at_path) != 0) {
            disk_close(at);
            at = DISK_NO_DIR;
            whole = disk_open_below(root, parent, &at) == 0;
            at_path = parent;
        }
        whole = whole && disk_stat(at, path_name(project->files[i]), &st) == 0;
    }
    disk_close(at);
    return whole;
}

bool installed_find(struct arena *a, struct disk_dir root, const char *lib, const char *project, struct installed *out,
                    struct cvenv_error *err)
{
    struct disk_dir site, info;
    struct search search = { a, project, out };
    *out = (struct installed){ 0 };
    int number = disk_open_below(root, lib, &site);
    if (number == ENOENT)
        return true;
    if (number == 0) {
        number = disk_list(site, look_at, &search);
        disk_close(site);
    }
    if (number != 0)
        return error_system(err, number, "%s", lib);
    struct slice text;
    struct record record;
    struct cvenv_error ignored;
    if (out->info == NULL || disk_open_below(root, path_join(a, lib, out->info), &info) != 0)
        return true;
    number = disk_read(a, info, "RECORD", RECORD_LIMIT, &text);
    disk_close(info);
    if (number != 0 || !record_parse(a, text, &record, &ignored))
        return true; /* a damaged one: it is not whole, and owns nothing */
    out->whole = take_files(a, &record, lib, out) && all_there(a, root, out);
    return a->failed ? error_memory(err) : true;
}

/* ---- whose a directory is ------------------------------------------------------------------------------ */

struct ownership {
    struct arena *arena;
    const struct installed *project;
    struct disk_dir root;
    const char *path;
};

enum { FOREIGN = -1 };

static int check_owned(void *user, const char *name)
{
    const struct ownership *o = user;
    struct disk_stat st;
    struct disk_dir dir;
    const char *path = path_join(o->arena, o->path, name);
    if (strcmp(path_name(o->path), "__pycache__") == 0 ||
        bsearch(&path, o->project->files, o->project->file_count, sizeof path, compare) != NULL)
        return 0;
    int number = disk_open_below(o->root, o->path, &dir);
    if (number != 0)
        return number;
    number = disk_stat(dir, name, &st);
    disk_close(dir);
    if (number != 0 || st.type != DISK_DIRECTORY)
        return FOREIGN;
    return installed_owns(o->arena, o->project, o->root, path) ? 0 : FOREIGN;
}

bool installed_owns(struct arena *a, const struct installed *project, struct disk_dir root, const char *path)
{
    struct ownership o = { a, project, root, path };
    struct disk_dir dir;
    if (disk_open_below(root, path, &dir) != 0)
        return false;
    int number = disk_list(dir, check_owned, &o);
    disk_close(dir);
    return number == 0;
}
