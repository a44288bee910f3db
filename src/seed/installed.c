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

static bool is_missing(int number)
{
    return number == ENOENT || number == ENOTDIR;
}

/* Is every file that the project lists there? 0 or an errno value. */
static int check_files(struct arena *a, struct disk_dir root, struct installed *project)
{
    struct disk_dir at = DISK_NO_DIR;
    const char *at_path = NULL;
    int number = 0;
    for (size_t i = 0; number == 0 && i < project->file_count; i++) {
        struct disk_stat st;
        const char *parent = path_parent(a, project->files[i]);
        if (at_path == NULL || strcmp(parent, at_path) != 0) {
            disk_close(at);
            at = DISK_NO_DIR;
            number = disk_open_below(root, parent, &at);
            at_path = parent;
        }
        if (number == 0)
            number = disk_stat(at, path_name(project->files[i]), &st);
    }
    disk_close(at);
    project->whole = number == 0;
    return is_missing(number) ? 0 : number;
}

/* A damaged project is not whole, and owns nothing; but what cannot be read just now must not be taken for damaged. */
static bool is_damage(int number)
{
    return is_missing(number) || number == EFBIG || number == EINVAL || number == EISDIR;
}

static int read_files(struct arena *a, struct disk_dir root, const char *lib, struct installed *out)
{
    struct disk_dir info;
    struct slice text;
    struct record record;
    struct cvenv_error ignored;
    int number = disk_open_below(root, path_join(a, lib, out->info), &info);
    if (number == 0) {
        number = disk_read(a, info, "RECORD", RECORD_LIMIT, &text);
        disk_close(info);
    }
    if (number != 0)
        return is_damage(number) ? 0 : number;
    if (!record_parse(a, text, &record, &ignored))
        return 0;
    return take_files(a, &record, lib, out) ? check_files(a, root, out) : ENOMEM;
}

bool installed_find(struct arena *a, struct disk_dir root, const char *lib, const char *project, struct installed *out,
                    struct cvenv_error *err)
{
    struct disk_dir site;
    struct search search = { a, project, out };
    *out = (struct installed){ 0 };
    int number = disk_open_below(root, lib, &site);
    if (number == ENOENT)
        return true;
    if (number == 0) {
        number = disk_list(site, look_at, &search);
        disk_close(site);
    }
    if (number == 0 && out->info != NULL)
        number = read_files(a, root, lib, out);
    if (number != 0)
        return error_system(err, number, "%s%s%s", lib, out->info != NULL ? "/" : "", out->info != NULL ? out->info : "");
    return a->failed ? error_memory(err) : true;
}

/* ---- whose a directory is ------------------------------------------------------------------------------ */

struct ownership {
    struct arena *arena;
    const struct installed *project;
    struct disk_dir dir;
    const char *path; /* of dir, relative to the environment */
};

enum { FOREIGN = -1 };

static int check_owned(void *user, const char *name);

static int check_directory(const struct ownership *o)
{
    return disk_list(o->dir, check_owned, (void *)(uintptr_t)o);
}

static int check_owned(void *user, const char *name)
{
    const struct ownership *o = user;
    struct disk_stat st;
    const char *path = path_join(o->arena, o->path, name);
    if (strcmp(path_name(o->path), "__pycache__") == 0 ||
        bsearch(&path, o->project->files, o->project->file_count, sizeof path, compare) != NULL)
        return 0;
    int number = disk_stat(o->dir, name, &st);
    if (number != 0 || st.type != DISK_DIRECTORY)
        return number != 0 ? number : FOREIGN;
    struct ownership inner = { o->arena, o->project, DISK_NO_DIR, path };
    number = disk_open_dir(o->dir, name, &inner.dir);
    if (number == 0) {
        number = check_directory(&inner);
        disk_close(inner.dir);
    }
    return number;
}

bool installed_owns(struct arena *a, const struct installed *project, struct disk_dir root, const char *path, bool *owns,
                    struct cvenv_error *err)
{
    struct ownership o = { a, project, DISK_NO_DIR, path };
    int number = disk_open_below(root, path, &o.dir);
    if (number == 0) {
        number = check_directory(&o);
        disk_close(o.dir);
    }
    *owns = number == 0;
    return number == 0 || number == FOREIGN || is_missing(number) ? true : error_system(err, number, "%s", path);
}
