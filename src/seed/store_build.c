/* SPDX-License-Identifier: MIT */
/* Owns the building of store entries: in a private directory, published by one rename. */
#include <errno.h>

#include "base/path.h"
#include "seed/image.h"
#include "seed/manifest.h"
#include "seed/shelf.h"

/* An entry in the making. */
struct building {
    struct arena *arena; /* for the time of building only */
    const struct shelf *shelf;
    const struct store *store;
    const char *key;
    struct disk_dir dir, tree;
    const char *path; /* of dir, absolute */
    struct wheel wheel;
    struct image image;
};

static bool fill_tree(struct building *b, struct cvenv_error *err)
{
    const struct store *store = b->store;
    return image_plan(b->arena, &b->wheel, &b->image, err) &&
           image_write(b->arena, &b->image, b->tree, store->bytecode.processors, err) &&
           (!store->compile || image_compile(b->arena, &b->image, &store->bytecode,
                                             path_join(b->arena, b->path, SHELF_TREE), store->facts->cache_tag, err)) &&
           image_collect(b->arena, &b->image, b->tree, err);
}

/*
 * What everything else in the entry is checked against, and the copies are made from: it must not be lost in a power failure
 * while its size and times are kept.
 */
static bool write_contents(struct building *b, struct disk_stat *st, struct cvenv_error *err)
{
    int number = disk_write_new(b->dir, SHELF_CONTENTS, b->image.contents, b->image.length, 0600, -1, b->shelf->kept);
    if (number == 0)
        number = disk_stat(b->dir, SHELF_CONTENTS, st);
    return number == 0 || error_system(err, number, "writing " SHELF_CONTENTS);
}

/* The image's files as the manifest lists them. */
static struct place_file *list_files(struct arena *a, const struct image *image)
{
    struct place_file *files = arena_array(a, image->count, sizeof *files);
    uint32_t directory = 0;
    for (size_t i = 0; files != NULL && i < image->count; i++) {
        const struct image_file *file = &image->files[i];
        while (strcmp(image->directories[directory], file->directory) != 0)
            directory++;
        files[i] = (struct place_file){ .name = file->name,
                                        .directory = directory,
                                        .bytecode = file->bytecode,
                                        .mode = file->mode,
                                        .size = file->size,
                                        .inode = file->inode,
                                        .mtime = file->mtime,
                                        .offset = file->offset };
    }
    return files;
}

static bool write_manifest(struct building *b, const struct disk_stat *contents, struct cvenv_error *err)
{
    struct text text = TEXT_INIT(b->arena);
    struct manifest m = { .key = b->key,
                          .name = b->wheel.name,
                          .version = b->wheel.version,
                          .info = b->wheel.info,
                          .contents = *contents,
                          .place = { .directories = b->image.directories,
                                     .directory_count = b->image.directory_count,
                                     .files = list_files(b->arena, &b->image),
                                     .file_count = b->image.count },
                          .scripts = b->wheel.scripts,
                          .record = image_record(b->arena, &b->image) };
    if (b->arena->failed)
        return error_memory(err);
    manifest_format(&text, &m);
    if (b->arena->failed)
        return error_memory(err);
    int number = disk_write_new(b->dir, SHELF_MANIFEST, text.data, text.length, 0600, -1, false);
    if (number == 0)
        number = disk_write_new(b->dir, SHELF_USED, "", 0, 0600, -1, false);
    return number == 0 || error_system(err, number, "writing the manifest");
}

static bool build(struct building *b, const char *wheel_path, struct slice wheel, struct cvenv_error *err)
{
    const struct facts *facts = b->store->facts;
    struct disk_stat contents;
    if (!wheel_open(b->arena, wheel_path, wheel.data, wheel.length, facts->major, facts->minor, &b->wheel, err))
        return false;
    int number = disk_make_private_dir(b->dir, SHELF_TREE);
    if (number == 0)
        number = disk_open_dir(b->dir, SHELF_TREE, &b->tree);
    if (number != 0)
        return error_system(err, number, "creating " SHELF_TREE);
    return fill_tree(b, err) && write_contents(b, &contents, err) && write_manifest(b, &contents, err);
}

static bool build_in(struct building *b, const char *name, const char *wheel_path, struct slice wheel, struct cvenv_error *err)
{
    int number = disk_make_private_dir(b->shelf->dir, name);
    if (number == 0)
        number = disk_open_dir(b->shelf->dir, name, &b->dir);
    if (number != 0)
        return error_system(err, number, "%s", b->shelf->path);
    b->path = path_join(b->arena, b->shelf->path, name);
    bool ok = build(b, wheel_path, wheel, err);
    disk_close(b->tree);
    disk_close(b->dir);
    if (ok)
        number = disk_rename(b->shelf->dir, name, b->shelf->dir, b->key, DISK_NOREPLACE);
    if (ok && number != 0)
        ok = error_system(err, number, "publishing %s", b->key);
    if (!ok)
        disk_remove_tree(b->shelf->dir, name);
    return ok ||
           (err->code == CVENV_ERROR_SYSTEM || err->code == CVENV_ERROR_MEMORY ? error_wrap(err, "%s", b->shelf->path) : false);
}

bool shelf_build(const struct shelf *shelf, const struct store *store, const char *wheel_path, struct slice wheel,
                 const char *key, struct cvenv_error *err)
{
    struct arena arena = ARENA_INIT;
    struct building b = {
        .arena = &arena, .shelf = shelf, .store = store, .key = key, .dir = DISK_NO_DIR, .tree = DISK_NO_DIR
    };
    char name[32];
    if (shelf->kept)
        shelf_sweep(shelf);
    int number = shelf_name(SHELF_NEW, name);
    bool ok =
        number == 0 ? build_in(&b, name, wheel_path, wheel, err) : error_system(err, number, "%s", shelf->path);
    if (!ok && arena.failed)
        error_memory(err); /* names were cut then, and whatever went wrong did for that reason */
    arena_release(&arena);
    return ok;
}
