/* SPDX-License-Identifier: MIT */
/* Owns setup_pip: what the base's ensurepip would install, placed from the store with all that pip would have written. */
#include "base/path.h"
#include "env.h"
#include "seed/installed.h"
#include "seed/program.h"
#include "seed/store.h"
#include "seed/version.h"

/* One project to seed. */
struct seeding {
    struct cvenv *env;
    const char *name, *wheel;     /* the project and the path of its wheel */
    const char *pip_wheel;        /* of the pip that would install it */
    const char *pip_version;      /* of the pip that would install it: files differ between its generations */
    const char *lib, *bin;        /* relative */
};

/* ---- which wheel --------------------------------------------------------------------------------------- */

struct wheel_search {
    struct arena *arena;
    const char *project, *directory;
    const char *path, *version;   /* the newest found; NULL: none */
};

/* File names of wheels (binary distribution format): NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl */
static int consider_wheel(void *user, const char *name)
{
    struct wheel_search *s = user;
    size_t length = strlen(name), project = strcspn(name, "-");
    if (length < 5 || strcmp(name + length - 4, ".whl") != 0 || name[project] != '-' ||
        !installed_is_project(name, project, s->project))
        return 0;
    const char *version = arena_copy(s->arena, name + project + 1, strcspn(name + project + 1, "-"));
    if (s->version == NULL || version_compare(version, s->version) > 0) {
        s->version = version;
        s->path = path_join(s->arena, s->directory, name);
    }
    return 0;
}

/* The newest in the first directory of the user's that has one; NULL: none has. */
static bool search_wheel_dirs(struct cvenv *env, const char *project, struct wheel_search *found, struct cvenv_error *err)
{
    *found = (struct wheel_search){ &env->arena, project, NULL, NULL, NULL };
    const char *const *directory = env->options.wheel_dirs;
    for (; directory != NULL && *directory != NULL && found->path == NULL; directory++) {
        struct disk_dir dir;
        found->directory = path_absolute(&env->arena, env->cwd, *directory);
        int number = disk_open_path(found->directory, &dir);
        if (number == 0) {
            number = disk_list(dir, consider_wheel, found);
            disk_close(dir);
        }
        if (number != 0)
            return error_system(err, number, "%s", found->directory);
    }
    return true;
}

static bool no_wheel(const struct cvenv *env, const char *project, struct cvenv_error *err)
{
    return error_set(err, CVENV_ERROR_SEED,
                     "%s: has no %s wheel to install (on Debian and Ubuntu it comes with python%d.%d-venv; "
                     "or name a directory with --wheel-dir, or use --without-pip)",
                     env->facts.executable, project, env->facts.major, env->facts.minor);
}

static bool choose_wheel(struct cvenv *env, const struct facts_seed *seed, struct facts_seed *out, struct cvenv_error *err)
{
    struct wheel_search found;
    if (!search_wheel_dirs(env, seed->name, &found, err))
        return false;
    *out = *seed;
    if (found.path != NULL) {
        out->path = found.path;
        out->version = found.version;
    }
    return out->path != NULL ? true : no_wheel(env, seed->name, err);
}

/* ---- what is there ------------------------------------------------------------------------------------- */

/* The directory in site-packages that the file is in, at whatever depth; NULL: none. */
static const char *top_of(const struct seeding *s, const char *file)
{
    size_t lib = strlen(s->lib);
    if (strncmp(file, s->lib, lib) != 0 || file[lib] != '/' || strchr(file + lib + 1, '/') == NULL)
        return NULL;
    return arena_copy(&s->env->arena, file, lib + 1 + strcspn(file + lib + 1, "/"));
}

/* As pip uninstalls: what its RECORD lists goes, what anybody else put beside it stays. The files are sorted. */
static bool remove_old(const struct seeding *s, const struct installed *old, struct disk_dir root, struct cvenv_error *err)
{
    struct transaction *t = s->env->transaction;
    const char *top = NULL;
    bool owned = false;
    for (size_t i = 0; i < old->file_count; i++) {
        const char *file = old->files[i];
        if (top == NULL || !path_is_within(file, top)) {
            top = top_of(s, file);
            owned = false;
            if (top != NULL && !installed_owns(&s->env->arena, old, root, top, &owned, err))
                return error_wrap(err, "%s", s->env->context[CVENV_ENV_DIR]);
            if (owned && !transaction_remove(t, top, err))
                return false;
        }
        if (!owned && !transaction_remove(t, file, err))
            return false;
    }
    return old->file_count > 0 ? true : transaction_remove(t, path_join(&s->env->arena, s->lib, old->info), err);
}

/* `ensurepip --upgrade`: nothing to do where the same or a newer one is there, whole. */
static bool make_room(const struct seeding *s, const char *version, bool *wanted, struct cvenv_error *err)
{
    struct installed old;
    struct disk_dir root = transaction_existing(s->env->transaction);
    *wanted = true;
    if (root.handle < 0)
        return true;
    if (!installed_find(&s->env->arena, root, s->lib, s->name, &old, err))
        return error_wrap(err, "%s", s->env->context[CVENV_ENV_DIR]);
    *wanted = old.version == NULL || !old.whole || version_compare(old.version, version) < 0;
    return old.version == NULL || !*wanted ? true : remove_old(s, &old, root, err);
}

/* ---- placing ------------------------------------------------------------------------------------------- */

static struct store make_store(const struct cvenv *env)
{
    const struct cvenv_options *wanted = &env->options;
    return (struct store){
        .path = env->cache_path, .dir = env->cache, .compile = !wanted->no_compile, .facts = &env->facts,
        .bytecode = { .executable = env->facts.executable, .environment = wanted->environment,
                      .processors = wanted->processors, .report = wanted->report, .interrupted = wanted->interrupted,
                      .user = wanted->user },
    };
}

/* Without a cache that can be used: unpacked and compiled for this environment alone. */
static bool open_in_scratch(const struct seeding *s, struct store_entry *entry, struct cvenv_error *err)
{
    struct store store = make_store(s->env);
    store.dir = DISK_NO_DIR;
    return transaction_scratch(s->env->transaction, &store.path, err) &&
           store_open(&s->env->arena, &store, s->wheel, entry, err);
}

/* One warning is enough, for all that is seeded. */
static void leave_cache(const struct seeding *s, const struct cvenv_error *err)
{
    env_report(s->env, CVENV_REPORT_WARNING, arena_format(&s->env->arena, "going on without the cache: %s", err->message));
    disk_close(s->env->cache);
    s->env->cache = DISK_NO_DIR;
}

static bool open_entry(const struct seeding *s, struct store_entry *entry, struct cvenv_error *err)
{
    struct store store = make_store(s->env);
    if (store.dir.handle < 0)
        return open_in_scratch(s, entry, err);
    if (store_open(&s->env->arena, &store, s->wheel, entry, err))
        return true;
    if (err->code != CVENV_ERROR_SYSTEM)
        return false; /* the wheel's fault, or the user's wish */
    leave_cache(s, err);
    return open_in_scratch(s, entry, err);
}

static enum place_outcome place(const struct seeding *s, const struct store_entry *entry, struct cvenv_error *err)
{
    struct disk_dir to;
    const struct cvenv_options *wanted = &s->env->options;
    const struct place_options options = { .scratch = transaction_stage(s->env->transaction), .mode = wanted->link_mode,
                                           .processors = wanted->processors, .interrupted = wanted->interrupted,
                                           .user = wanted->user };
    if (!transaction_open_dir(s->env->transaction, s->lib, &to, err))
        return PLACE_FAILED;
    enum place_outcome outcome = place_files(&s->env->arena, &entry->content, to, &options, err);
    disk_close(to);
    if (outcome == PLACE_DONE)
        return outcome;
    if (env_interrupted(s->env, err))
        return PLACE_FAILED;
    if (outcome == PLACE_ALTERED)
        error_wrap(err, "%s", entry->path);
    else
        error_wrap(err, "%s/%s", s->env->context[CVENV_ENV_DIR], s->lib);
    return outcome;
}

/* Takes back what was placed before the altered file was met. */
static bool take_back(const struct seeding *s, const struct store_entry *entry, struct cvenv_error *err)
{
    const struct place *content = &entry->content;
    for (size_t i = 1; i < content->directory_count; i++)
        if (strchr(content->directories[i], '/') == NULL &&
            !transaction_forget(s->env->transaction, path_join(&s->env->arena, s->lib, content->directories[i]), err))
            return false;
    for (size_t i = 0; i < content->file_count && content->files[i].directory == 0; i++)
        if (!transaction_forget(s->env->transaction, path_join(&s->env->arena, s->lib, content->files[i].name), err))
            return false;
    return true;
}

/* What is not as it was stored is built anew, if it can be taken away; or else the cache is done without. */
static void give_up(const struct seeding *s, const struct store_entry *entry, bool anew, const struct cvenv_error *err)
{
    const struct store store = make_store(s->env);
    if (store.dir.handle < 0)
        return;
    if (store_discard(&store, entry) && anew)
        env_report(s->env, CVENV_REPORT_WARNING,
                   arena_format(&s->env->arena, "the cache was altered and is made anew: %s", err->message));
    else
        leave_cache(s, err);
}

/* Opens the entry and places it. Unless that worked, there is nothing to be closed afterwards. */
static enum place_outcome place_opened(const struct seeding *s, struct store_entry *entry, bool anew, struct cvenv_error *err)
{
    if (!open_entry(s, entry, err))
        return PLACE_FAILED;
    enum place_outcome outcome = place(s, entry, err);
    if (outcome == PLACE_ALTERED) {
        give_up(s, entry, anew, err);
        outcome = take_back(s, entry, err) ? PLACE_ALTERED : PLACE_FAILED;
    }
    if (outcome != PLACE_DONE)
        store_close(entry);
    return outcome;
}

/* An altered entry is not used: another one is, and if that is altered too, one for this environment alone. */
static bool place_from_store(const struct seeding *s, struct store_entry *entry, struct cvenv_error *err)
{
    enum place_outcome outcome = PLACE_ALTERED;
    for (int attempt = 0; outcome == PLACE_ALTERED && attempt < 3; attempt++)
        outcome = place_opened(s, entry, attempt == 0, err);
    return outcome == PLACE_DONE;
}

/* ---- what pip writes itself ---------------------------------------------------------------------------- */

/* A file that is generated, and its row for RECORD. */
static bool write_generated(const struct seeding *s, const char *path, const char *recorded, struct slice data, unsigned mode,
                            struct record_row *row, struct cvenv_error *err)
{
    *row = record_row_of(&s->env->arena, recorded, data);
    return transaction_write(s->env->transaction, path, data, mode, err);
}

/* From site-packages to the scripts directory, as RECORD has it: "../../../bin/". */
static const char *way_to_scripts(const struct seeding *s)
{
    struct text out = TEXT_INIT(&s->env->arena);
    for (const char *at = s->lib; at != NULL; at = strchr(at + 1, '/'))
        text_add_string(&out, "../");
    text_add_format(&out, "%s/", s->bin);
    return text_string(&out);
}

/* The script, or on Windows the program that stands for it, and its file name. */
static bool make_script(const struct seeding *s, const struct entry_point *point, struct slice launchers[2],
                        const char **name, struct slice *out, struct cvenv_error *err)
{
    struct arena *a = &s->env->arena;
    const char *executable = s->env->context[CVENV_ENV_EXE];
    bool relocatable = s->env->options.relocatable;
    struct slice *launcher = &launchers[point->gui];
    *name = point->name;
    if (s->env->facts.script_launcher[0] == '\0') {
        *out = wheel_script(a, point, executable, s->pip_version, relocatable);
        return true;
    }
    if (launcher->data == NULL && !program_launcher(a, s->pip_wheel, &s->env->facts, point->gui, launcher, err))
        return false;
    *name = arena_format(a, "%s.exe", point->name);
    *out = program_make(a, *launcher, executable, point->gui, relocatable, wheel_script_body(a, point, s->pip_version));
    return true;
}

static bool write_scripts(const struct seeding *s, const struct entry_points *scripts, struct record_row *rows,
                          struct cvenv_error *err)
{
    struct arena *a = &s->env->arena;
    const char *way = way_to_scripts(s);
    struct slice launchers[2] = { { NULL, 0 }, { NULL, 0 } }; /* once read, for consoles and for windows */
    if (!transaction_make_dir(s->env->transaction, s->bin, err))
        return false;
    for (size_t i = 0; i < scripts->count; i++) {
        const char *name;
        struct slice script;
        if (!make_script(s, &scripts->items[i], launchers, &name, &script, err) ||
            !write_generated(s, path_join(a, s->bin, name), arena_format(a, "%s%s", way, name), script, 0777, &rows[i], err))
            return false;
    }
    return true;
}

/* INSTALLER and REQUESTED (Recording Installed Projects), and RECORD with all rows as pip sorts them. */
static bool write_metadata(const struct seeding *s, const struct store_entry *entry, struct cvenv_error *err)
{
    struct arena *a = &s->env->arena;
    size_t count = entry->scripts.count;
    struct record_row *rows = arena_array(a, count + 3, sizeof *rows);
    const char *info = path_join(a, s->lib, entry->info);
    const struct slice installer = { "pip\n", 4 }, nothing = { "", 0 };
    if (rows == NULL)
        return error_memory(err);
    if (!write_scripts(s, &entry->scripts, rows, err) ||
        !write_generated(s, path_join(a, info, "INSTALLER"), path_join(a, entry->info, "INSTALLER"), installer, 0666,
                         &rows[count++], err))
        return false;
    if (wheel_leaves_requested(s->pip_version) &&
        !write_generated(s, path_join(a, info, "REQUESTED"), path_join(a, entry->info, "REQUESTED"), nothing, 0666,
                         &rows[count++], err))
        return false;
    rows[count++] = (struct record_row){ path_join(a, entry->info, "RECORD"), "", "" };
    struct text record = TEXT_INIT(a);
    record_merge(&record, entry->record, rows, count, RECORD_LINE_END);
    return transaction_write(s->env->transaction, path_join(a, info, "RECORD"),
                             (struct slice){ text_string(&record), record.length }, 0666, err);
}

static bool seed(const struct seeding *s, const char *version, struct cvenv_error *err)
{
    struct store_entry entry;
    bool wanted;
    if (!make_room(s, version, &wanted, err))
        return false;
    if (!wanted)
        return true;
    env_report(s->env, CVENV_REPORT_DETAIL, arena_format(&s->env->arena, "%s %s from %s", s->name, version, s->wheel));
    if (!transaction_make_dir(s->env->transaction, s->lib, err) || !place_from_store(s, &entry, err))
        return false;
    bool ok = write_metadata(s, &entry, err);
    store_close(&entry);
    return ok;
}

bool stage_setup_pip(struct cvenv *env, struct cvenv_error *err)
{
    static const struct facts_seed pip_alone[] = { { "pip", NULL, NULL }, { NULL, NULL, NULL } };
    const struct facts_seed *wanted = env->facts.seeds[0].name != NULL ? env->facts.seeds : pip_alone;
    struct facts_seed chosen[8];
    struct seeding s = { .env = env, .pip_version = "" };
    size_t count = 0;
    if (!env_relative(env, CVENV_LIB_PATH, &s.lib, err) || !env_relative(env, CVENV_BIN_PATH, &s.bin, err))
        return false;
    for (; wanted[count].name != NULL && count < sizeof chosen / sizeof *chosen; count++) {
        if (!choose_wheel(env, &wanted[count], &chosen[count], err))
            return false;
        if (strcmp(chosen[count].name, "pip") == 0) {
            s.pip_version = chosen[count].version;
            s.pip_wheel = chosen[count].path;
        }
    }
    for (size_t i = 0; i < count; i++) {
        s.name = chosen[i].name;
        s.wheel = chosen[i].path;
        if (!seed(&s, chosen[i].version, err))
            return false;
    }
    return true;
}
