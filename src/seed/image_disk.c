/* SPDX-License-Identifier: MIT */
/* Owns what an image does to the disk: unpacking on all processors, and taking stock of the result. */
#include <stdatomic.h>

#include "base/path.h"
#include "disk/threads.h"
#include "seed/image.h"

enum { MOST_THREADS = 16 };

struct unpacking {
    struct image *image;
    struct disk_dir tree;
    const size_t *first; /* files of directory i: first[i] to first[i + 1] */
    atomic_size_t next;  /* the directory that is free to be taken */
    atomic_bool failed;  /* whoever sets it may write *err */
    struct cvenv_error *err;
};

/* Where each directory's files begin; a last one tells where they end. */
static size_t *index_files(struct arena *a, const struct image *image)
{
    size_t *first = arena_array(a, image->directory_count + 1, sizeof *first);
    size_t file = 0;
    for (size_t i = 0; first != NULL && i < image->directory_count; i++) {
        first[i] = file;
        while (file < image->count && strcmp(image->files[file].directory, image->directories[i]) == 0)
            file++;
    }
    if (first != NULL)
        first[image->directory_count] = file;
    return first;
}

static bool make_directories(struct arena *a, const struct image *image, struct disk_dir tree, struct cvenv_error *err)
{
    for (size_t i = 1; i < image->directory_count; i++) {
        const char *path = image->directories[i];
        struct disk_dir parent;
        int number = disk_open_below(tree, path_parent(a, path), &parent);
        if (number == 0) {
            number = disk_make_dir(parent, path_name(path));
            disk_close(parent);
        }
        if (number != 0)
            return error_system(err, number, "creating %s", path);
    }
    return true;
}

static bool write_file(const struct unpacking *u, struct disk_dir dir, const struct image_file *file,
                       struct cvenv_error *err)
{
    unsigned char *data = u->image->contents + file->offset;
    if (!wheel_extract(u->image->wheel, file->entry, data, err))
        return false;
    int number = disk_write_new(dir, file->name, data, (size_t)file->size, file->mode, file->mtime, false);
    return number == 0 || error_system(err, number, "writing %s", file->path);
}

static bool write_directory(const struct unpacking *u, size_t directory, struct cvenv_error *err)
{
    struct disk_dir dir;
    int number = disk_open_below(u->tree, u->image->directories[directory], &dir);
    if (number != 0)
        return error_system(err, number, "opening %s", u->image->directories[directory]);
    bool ok = true;
    for (size_t i = u->first[directory]; ok && i < u->first[directory + 1]; i++)
        ok = write_file(u, dir, &u->image->files[i], err);
    disk_close(dir);
    return ok;
}

static void work(void *user, int index)
{
    struct unpacking *u = user;
    struct cvenv_error err;
    size_t directory;
    (void)index;
    while (!atomic_load(&u->failed) && (directory = atomic_fetch_add(&u->next, 1)) < u->image->directory_count) {
        if (!write_directory(u, directory, &err) && !atomic_exchange(&u->failed, true))
            *u->err = err;
    }
}

bool image_write(struct arena *a, struct image *image, struct disk_dir tree, int processors, struct cvenv_error *err)
{
    struct unpacking u = { .image = image, .tree = tree, .first = index_files(a, image), .err = err };
    image->contents = arena_alloc(a, image->length);
    if (u.first == NULL || image->contents == NULL)
        return error_memory(err);
    if (!make_directories(a, image, tree, err))
        return false;
    atomic_init(&u.next, 0);
    atomic_init(&u.failed, false);
    int threads = processors > 0 ? processors : disk_processors();
    threads_run(threads < MOST_THREADS ? threads : MOST_THREADS, work, &u);
    return !atomic_load(&u.failed);
}

/* ---- taking stock */

static bool stat_file(struct disk_dir dir, struct image_file *file, struct cvenv_error *err)
{
    struct disk_stat st;
    int number = disk_stat(dir, file->name, &st);
    if (number != 0)
        return error_system(err, number, "looking at %s", file->path);
    if (st.type != DISK_FILE || (!file->bytecode && st.size != file->size))
        return error_set(err, CVENV_ERROR_SYSTEM, "%s changed while it was made", file->path);
    file->size = st.size;
    file->inode = st.inode;
    file->mtime = st.mtime;
    return true;
}

static bool stat_files(struct arena *a, struct image *image, struct disk_dir tree, struct cvenv_error *err)
{
    const size_t *first = index_files(a, image);
    if (first == NULL)
        return error_memory(err);
    bool ok = true;
    for (size_t i = 0; ok && i < image->directory_count; i++) {
        struct disk_dir dir;
        int number = disk_open_below(tree, image->directories[i], &dir);
        if (number != 0)
            return error_system(err, number, "opening %s", image->directories[i]);
        for (size_t j = first[i]; ok && j < first[i + 1]; j++)
            ok = stat_file(dir, &image->files[j], err);
        disk_close(dir);
    }
    return ok;
}

/* Reads one file of bytecode to its place in the contents. */
static bool load_file(const struct image *image, struct disk_dir tree, const struct image_file *file,
                      struct cvenv_error *err)
{
    struct disk_dir dir;
    struct disk_map map = { 0 };
    int number = disk_open_below(tree, file->directory, &dir);
    if (number == 0) {
        number = disk_map(dir, file->name, &map);
        disk_close(dir);
    }
    if (number != 0)
        return error_system(err, number, "reading %s", file->path);
    bool same = map.length == file->size;
    if (same)
        memcpy(image->contents + file->offset, map.data, map.length);
    disk_unmap(&map);
    return same || error_set(err, CVENV_ERROR_SYSTEM, "%s changed while it was made", file->path);
}

bool image_collect(struct arena *a, struct image *image, struct disk_dir tree, struct cvenv_error *err)
{
    if (!stat_files(a, image, tree, err))
        return false;
    size_t sources = image->length;
    for (size_t i = 0; i < image->count; i++) {
        if (!image->files[i].bytecode)
            continue;
        image->files[i].offset = image->length;
        image->length += (size_t)image->files[i].size;
    }
    unsigned char *contents = arena_alloc(a, image->length);
    if (contents == NULL)
        return error_memory(err);
    if (sources > 0)
        memcpy(contents, image->contents, sources);
    image->contents = contents;
    bool ok = true;
    for (size_t i = 0; ok && i < image->count; i++)
        ok = !image->files[i].bytecode || load_file(image, tree, &image->files[i], err);
    return ok;
}
