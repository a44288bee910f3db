/* SPDX-License-Identifier: MIT */
/* Owns the plan of an image: which files, in which directories, in which order, and their RECORD rows. */
#include "seed/image.h"

#include <stdlib.h>

#include "base/path.h"

static int by_place(const void *x, const void *y)
{
    const struct image_file *a = x, *b = y;
    int order = strcmp(a->directory, b->directory);
    return order != 0 ? order : strcmp(a->name, b->name);
}

static int by_string(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* All directories that have files, with their ancestors, once each; strcmp() puts parents first. */
static bool find_directories(struct arena *a, struct image *image)
{
    size_t most = 1;
    for (size_t i = 0; i < image->count; i++) {
        for (const char *p = image->files[i].directory; *p != '\0'; p++)
            most += p[1] == '/' || p[1] == '\0';
    }
    const char **found = arena_array(a, most, sizeof *found);
    if (found == NULL)
        return false;
    size_t count = 0;
    found[count++] = "";
    for (size_t i = 0; i < image->count; i++) {
        if (i > 0 && strcmp(image->files[i].directory, image->files[i - 1].directory) == 0)
            continue;
        for (const char *at = image->files[i].directory; at[0] != '\0'; at = path_parent(a, at))
            found[count++] = at;
    }
    qsort(found, count, sizeof *found, by_string);
    image->directory_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(found[i], found[i - 1]) != 0)
            found[image->directory_count++] = found[i];
    }
    image->directories = found;
    return !a->failed;
}

static bool arrange(struct arena *a, struct image *image, struct cvenv_error *err)
{
    qsort(image->files, image->count, sizeof *image->files, by_place);
    return find_directories(a, image) || error_memory(err);
}

/* pip writes a RECORD of its own; that of the wheel is only read. */
static bool is_installed(const struct wheel *wheel, const struct archive_entry *entry)
{
    size_t length = strlen(wheel->info);
    return !entry->directory &&
           !(strncmp(entry->name, wheel->info, length) == 0 && strcmp(entry->name + length, "/RECORD") == 0);
}

static void plan_file(struct arena *a, const struct wheel *wheel, size_t index, struct image *out)
{
    static const struct record_row unlisted = { NULL, "", "" };
    const struct archive_entry *entry = &wheel->archive.entries[index];
    struct image_file *file = &out->files[out->count++];
    *file = (struct image_file){ .path = entry->name,
                                 .directory = path_parent(a, entry->name),
                                 .name = path_name(entry->name),
                                 .entry = index,
                                 .mode = (entry->mode & 0111) != 0 ? 0777 : 0666,
                                 .row = wheel->rows[index] != NULL ? *wheel->rows[index] : unlisted,
                                 .size = entry->size,
                                 .mtime = entry->mtime,
                                 .offset = out->length };
    file->row.path = file->path;
    out->length += (size_t)entry->size;
}

bool image_plan(struct arena *a, const struct wheel *wheel, struct image *out, struct cvenv_error *err)
{
    size_t most = wheel->archive.count;
    *out = (struct image){ .wheel = wheel, .files = arena_array(a, most, sizeof *out->files) };
    if (out->files == NULL)
        return error_memory(err);
    for (size_t i = 0; i < most; i++) {
        if (is_installed(wheel, &wheel->archive.entries[i]))
            plan_file(a, wheel, i, out);
    }
    return arrange(a, out, err);
}

/* ---- bytecode */

static bool is_source(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, ".py") == 0;
}

static int largest_first(const void *x, const void *y)
{
    const struct image_file *a = *(const struct image_file *const *)x;
    const struct image_file *b = *(const struct image_file *const *)y;
    return a->size != b->size ? (a->size < b->size) - (a->size > b->size) : strcmp(a->path, b->path);
}

/* "pkg/__pycache__/mod.cpython-313.pyc" for "pkg/mod.py" (PEP 3147). */
static struct image_file bytecode_of(struct arena *a, const struct image_file *source, const char *tag)
{
    int stem = (int)strlen(source->name) - (int)strlen(".py");
    const char *directory =
        source->directory[0] != '\0' ? path_join(a, source->directory, "__pycache__") : "__pycache__";
    const char *name = arena_format(a, "%.*s.%s.pyc", stem, source->name, tag);
    struct image_file file = { .directory = directory,
                               .name = name,
                               .path = path_join(a, directory, name),
                               .entry = source->entry,
                               .bytecode = true,
                               .mode = 0666,
                               .row = { NULL, "", "" } };
    file.row.path = file.path;
    return file;
}

static bool add_bytecode(struct arena *a, struct image *image, const struct image_file **sources, size_t count,
                         const bool *compiled, const char *tag, struct cvenv_error *err)
{
    struct image_file *files = arena_array(a, image->count + count, sizeof *files);
    if (files == NULL)
        return error_memory(err);
    memcpy(files, image->files, image->count * sizeof *files);
    for (size_t i = 0; i < count; i++) {
        if (compiled[i])
            files[image->count++] = bytecode_of(a, sources[i], tag);
    }
    image->files = files;
    return arrange(a, image, err);
}

bool image_compile(struct arena *a, struct image *image, const struct bytecode *b, const char *path, const char *tag,
                   struct cvenv_error *err)
{
    const struct image_file **sources = arena_array(a, image->count, sizeof *sources);
    const char **names = arena_array(a, image->count, sizeof *names);
    bool *compiled = arena_array(a, image->count, sizeof *compiled);
    size_t count = 0;
    if (sources == NULL || names == NULL || compiled == NULL)
        return error_memory(err);
    for (size_t i = 0; i < image->count; i++) {
        if (is_source(image->files[i].name))
            sources[count++] = &image->files[i];
    }
    qsort(sources, count, sizeof *sources, largest_first);
    for (size_t i = 0; i < count; i++)
        names[i] = sources[i]->path;
    return bytecode_compile(a, b, path, names, count, compiled, err) &&
           add_bytecode(a, image, sources, count, compiled, tag, err);
}

struct slice image_record(struct arena *a, const struct image *image)
{
    struct record record = { arena_array(a, image->count, sizeof *record.rows), image->count };
    struct text out = TEXT_INIT(a);
    if (record.rows == NULL)
        return (struct slice){ "", 0 };
    for (size_t i = 0; i < image->count; i++)
        record.rows[i] = image->files[i].row;
    record_sort(&record);
    for (size_t i = 0; i < record.count; i++)
        record_add(&out, record.rows[i].path, record.rows[i].hash, record.rows[i].size, RECORD_LINE_END);
    return (struct slice){ text_string(&out), out.length };
}
