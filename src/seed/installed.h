/* SPDX-License-Identifier: MIT */
/* What is installed in an environment already, by its .dist-info directories (Recording Installed Projects specification). */
#ifndef SEED_INSTALLED_H
#define SEED_INSTALLED_H

#include "disk/disk.h"
#include "seed/record.h"

struct installed {
    const char *version;   /* NULL: it is not installed */
    const char *info;      /* "pip-24.2.dist-info" */
    const char **files;    /* what RECORD lists, relative to the environment and sorted; nothing outside of it */
    size_t file_count;
    bool whole;            /* there is a RECORD, and every file that it lists is there */
};

/* `root` is the environment, `lib` its site-packages relative to it. */
bool installed_find(struct arena *a, struct disk_dir root, const char *lib, const char *project, struct installed *out,
                    struct cvenv_error *err);
/* Does the directory (relative to root) hold nothing but files of the project and their bytecode? */
bool installed_owns(struct arena *a, const struct installed *project, struct disk_dir root, const char *path, bool *owns,
                    struct cvenv_error *err);

/* Is `name` (of `length` bytes) the project's name, however it is spelt ("Foo.Bar", "foo-bar"; Name normalization)? */
bool installed_is_project(const char *name, size_t length, const char *project);

#endif
