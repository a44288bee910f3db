/* SPDX-License-Identifier: MIT */
/* Owns the world of the fault tests. */
#define _GNU_SOURCE
#include "world.h"

#include <err.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/zip_maker.h"
#include "disk/transaction.h"

/* Answers the probe with its facts; "compiles" each file by writing its name. */
static const char python[] = "#!/bin/sh\n"
                             "test \"$3\" = -W || exec cat \"${0%/bin/*}/facts\"\n"
                             "while read -r number name && test -n \"$number\"; do\n"
                             "    mkdir -p \"${name%/*}/__pycache__\"\n"
                             "    file=${name##*/}\n"
                             "    echo \"code of $name\" >\"${name%/*}/__pycache__/${file%.py}.cpython-313.pyc\"\n"
                             "    echo \"$number\"\n"
                             "done\n";

static const char *format(char out[PATH_MAX], const char *directory, const char *name)
{
    if (snprintf(out, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        errx(2, "%s: too long", name);
    return out;
}

static void make_directory(const char *directory, const char *name, mode_t mode)
{
    char path[PATH_MAX];
    if (mkdir(format(path, directory, name), mode) != 0)
        err(2, "%s", path);
}

static void write_data(const char *directory, const char *name, struct slice data, mode_t mode)
{
    char path[PATH_MAX];
    FILE *file = fopen(format(path, directory, name), "wb");
    if (file == NULL || fwrite(data.data, 1, data.length, file) != data.length || fclose(file) != 0 || chmod(path, mode) != 0)
        err(2, "%s", path);
}

void world_write(const struct world *w, const char *path, const char *text)
{
    write_data(w->work, path, slice_of(text), 0644);
}

/* ---- what is outside ----------------------------------------------------------------------------------- */

static void write_wheel(const struct world *w, const char *version)
{
    struct arena a = ARENA_INIT;
    char name[64];
    const char *info = arena_format(&a, "pip-%s.dist-info", version);
    const char *main = arena_format(&a, "version = '%s'\n", version);
    const struct zip_member members[] = {
        { "pip/__init__.py", slice_of(main), 8, ZIP_FILE, 0, NULL },
        { "pip/__main__.py", slice_of("import pip\n"), 0, ZIP_FILE, 0, NULL },
        { "pip/_internal/__init__.py", slice_of(""), 0, ZIP_FILE, 0, NULL },
        { strcmp(version, "24.0") == 0 ? "pip/_internal/old.py" : "pip/_internal/new.py", slice_of("x = 1\n"), 8, ZIP_FILE, 0,
          NULL },
        { arena_format(&a, "%s/METADATA", info),
          slice_of(arena_format(&a, "Metadata-Version: 2.1\nName: pip\nVersion: %s\n", version)), 8, ZIP_FILE, 0, NULL },
        { arena_format(&a, "%s/WHEEL", info), slice_of("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"), 0,
          ZIP_FILE, 0, NULL },
        { arena_format(&a, "%s/entry_points.txt", info), slice_of("[console_scripts]\npip = pip:main\npip3 = pip:main\n"), 0,
          ZIP_FILE, 0, NULL },
    };
    snprintf(name, sizeof name, "wheels/pip-%s-py3-none-any.whl", version);
    write_data(w->root, name, wheel_make(&a, info, members, sizeof members / sizeof *members), 0644);
    arena_release(&a);
}

void world_set_facts(struct world *w, int micro, const char *pip)
{
    snprintf(w->facts, sizeof w->facts,
             "=== cvenv facts 1 ===\nversion = 3.13.%d\nself = %s/base/bin/python3\nexecutable = %s/base/bin/python3\n"
             "real_executable = %s/base/bin/python3\nimplementation = cpython\nabi_thread =\nprefix = %s/base\n"
             "stdlib = %s/base/lib\nbin_name = bin\ninclude_path = include/python3.13\n"
             "lib_path = lib/python3.13/site-packages\nplatlib_path = lib/python3.13/site-packages\nlib64 = 1\n"
             "name = python\nname = python3\nname = python3.13\ncache_tag = cpython-313\nmagic = f30d0d0a\n"
             "seed = pip %s %s/wheels/pip-%s-py3-none-any.whl\n=== end of facts ===\n",
             micro, w->root, w->root, w->root, w->root, w->root, pip, w->root, pip);
}

/* Memory holds files that are to be written and removed ten thousand times. */
static const char *fast_directory(void)
{
    const char *wanted = getenv("TMPDIR");
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : wanted != NULL ? wanted : "/tmp";
}

void world_open(struct world *w)
{
    *w = (struct world){ 0 };
    umask(022);
    if (snprintf(w->root, sizeof w->root, "%s/cvenv-faults-XXXXXX", fast_directory()) >= (int)sizeof w->root ||
        mkdtemp(w->root) == NULL)
        err(2, "%s", w->root);
    format(w->work, w->root, "work");
    format(w->cache, w->root, "cache");
    format(w->prepared, w->root, "prepared");
    format(w->python, w->root, "base/bin/python3");
    snprintf(w->environment, sizeof w->environment, "PATH=%s/base/bin:/usr/bin:/bin", w->root);
    make_directory(w->root, "base", 0755);
    make_directory(w->root, "base/bin", 0755);
    make_directory(w->root, "wheels", 0755);
    make_directory(w->root, "canary", 0755);
    write_data(w->root, "canary/victim", slice_of("not to be touched\n"), 0600);
    write_data(w->root, "base/bin/python3", slice_of(python), 0755);
    write_wheel(w, "24.0");
    write_wheel(w, "25.0");
    world_set_facts(w, 1, "25.0");
    write_data(w->root, "base/facts", slice_of(w->facts), 0644);
    w->outside = world_outside(w);
}

void world_close(struct world *w)
{
    snapshot_release(&w->outside);
    snapshot_release(&w->before);
    snapshot_release(&w->after);
    tree_remove(w->root);
}

static bool is_inside(const char *name)
{
    return strcmp(name, "work") == 0 || strcmp(name, "cache") == 0 || strcmp(name, "prepared") == 0;
}

struct snapshot world_outside(const struct world *w)
{
    return snapshot_take(w->root, is_inside);
}

/* ---- runs ---------------------------------------------------------------------------------------------- */

bool world_is_staging(const char *name)
{
    return strstr(name, ".cvenv-") != NULL;
}

static bool count_down(void *user)
{
    struct world *w = user;
    return w->until_interrupted > 0 && --w->until_interrupted == 0 ? (w->until_interrupted = 1) : false;
}

static bool create(struct world *w, const struct scenario *s, const char *target, bool plainly, struct cvenv_error *err)
{
    const char *const environment[] = { w->environment, NULL };
    struct cvenv_options options = CVENV_OPTIONS_INIT;
    options.facts = w->facts;
    options.cwd = w->root;
    options.cache_dir = w->cache;
    options.environment = environment;
    options.processors = 1;
    options.with_pip = true;
    options.interrupted = count_down;
    options.user = w;
    *err = (struct cvenv_error){ 0 };
    if (!plainly && s->configure != NULL)
        s->configure(w, &options);
    return cvenv_create(target, &options, plainly ? NULL : s->stages, w, err);
}

bool world_run(struct world *w, const struct scenario *s, struct cvenv_error *err)
{
    return create(w, s, w->target, false, err);
}

bool world_run_at(struct world *w, const struct scenario *s, const char *target, struct cvenv_error *err)
{
    return create(w, s, target, false, err);
}

bool world_make(struct world *w, const struct scenario *s, struct cvenv_error *err)
{
    return create(w, s, w->target, true, err);
}

bool world_recover(struct world *w, struct cvenv_error *err)
{
    struct arena a = ARENA_INIT;
    struct transaction *t;
    const struct transaction_options options = { .path = w->target };
    bool ok = transaction_open(&a, &options, &t, err);
    if (ok) {
        ok = transaction_prepare(t, err);
        transaction_close(t, err);
    }
    arena_release(&a);
    return ok;
}

const char *world_target_name(const struct world *w)
{
    return w->target + strlen(w->work) + 1;
}

void world_remove_parents(const struct world *w)
{
    char path[PATH_MAX];
    if (access(w->target, F_OK) == 0)
        return;
    strcpy(path, w->target);
    for (char *end; (end = strrchr(path, '/')) > path + strlen(w->work);) {
        *end = '\0';
        rmdir(path);
    }
}

static void empty_cache(const struct world *w)
{
    tree_remove(w->cache);
    if (mkdir(w->cache, 0700) != 0)
        err(2, "%s", w->cache);
}

/* As an editor does that is let loose on what an environment has of it. */
static void alter_cache(const struct world *w)
{
    char pattern[PATH_MAX];
    glob_t found;
    format(pattern, w->cache, "wheels-1/*/tree/pip/__pycache__/__init__.cpython-313.pyc");
    if (glob(pattern, 0, NULL, &found) == 0) {
        FILE *file = fopen(found.gl_pathv[0], "r+");
        if (file == NULL || fputc('X', file) == EOF || fclose(file) != 0)
            err(2, "%s", found.gl_pathv[0]);
    }
    globfree(&found);
}

void world_reset(struct world *w, const struct scenario *s)
{
    char from[PATH_MAX], to[PATH_MAX];
    w->until_interrupted = 0;
    tree_remove(w->work);
    tree_copy(w->prepared, w->work);
    if (s->hard_link && link(format(from, w->root, "canary/victim"), format(to, w->target, "hard")) != 0)
        err(2, "%s", to);
    if (s->cold)
        empty_cache(w);
    if (s->altered)
        alter_cache(w);
    snapshot_release(&w->before);
    w->before = snapshot_take(w->work, NULL);
}

void world_prepare(struct world *w, const struct scenario *s)
{
    struct cvenv_error fault;
    empty_cache(w);
    tree_remove(w->work);
    tree_remove(w->prepared);
    make_directory(w->root, "work", 0755);
    format(w->target, w->work, "env");
    if (s->prepare != NULL)
        s->prepare(w);
    world_set_facts(w, 1, "25.0");
    tree_copy(w->work, w->prepared);
    for (int i = 0; i < 2; i++) { /* the second time the cache is warm */
        world_reset(w, s);
        if (!world_run(w, s, &fault))
            errx(2, "%s: %s", s->name, fault.message);
    }
    snapshot_release(&w->after);
    w->after = snapshot_take(w->work, NULL);
}
