/* SPDX-License-Identifier: MIT */
/* Owns the knowledge of pyenv's shims: starting bash four times to learn a path would take longer than all the rest. */
#include "interpreter/shim.h"

#include "base/path.h"
#include "base/variable.h"

enum { SCRIPT_LIMIT = 4096, VERSION_FILE_LIMIT = 4096 };

bool shim_is_script(struct arena *a, const char *path, struct slice *script)
{
    struct disk_map map;
    if (disk_map_path(path, &map) != 0)
        return false;
    bool found = map.length >= 2 && map.data[0] == '#' && map.data[1] == '!';
    if (found) {
        script->length = map.length < SCRIPT_LIMIT ? map.length : SCRIPT_LIMIT;
        script->data = arena_copy(a, (const char *)map.data, script->length);
    }
    disk_unmap(&map);
    return found;
}

/* The directory that the shim's line `export PYENV_ROOT="DIR"` names; NULL when there is no such plain line. */
static const char *root_of(struct arena *a, struct slice script)
{
    static const char start[] = "export PYENV_ROOT=\"";
    struct slice line;
    while (slice_line(&script, &line)) {
        if (line.length <= sizeof start || memcmp(line.data, start, sizeof start - 1) != 0)
            continue;
        char *root = arena_copy(a, line.data + sizeof start - 1, line.length - sizeof start + 1);
        size_t length = strcspn(root, "\"$`\\");
        if (strcmp(root + length, "\"") != 0)
            return NULL;
        root[length] = '\0';
        return root;
    }
    return NULL;
}

static bool has_line(struct slice script, const char *end)
{
    struct slice line;
    size_t length = strlen(end);
    while (slice_line(&script, &line)) {
        if (line.length > length && slice_is((struct slice){ line.data + line.length - length, length }, end))
            return true;
    }
    return false;
}

/* The versions that a version file names, with ":" between: the first word of each line that is no comment. */
static const char *read_versions(struct arena *a, const char *path)
{
    struct slice file, line;
    struct text out = TEXT_INIT(a);
    if (disk_read_path(a, path, VERSION_FILE_LIMIT, &file) != 0)
        return NULL;
    while (slice_line(&file, &line)) {
        line = slice_trim(line);
        size_t length = 0;
        while (length < line.length && line.data[length] != ' ' && line.data[length] != '\t')
            length++;
        if (length == 0 || line.data[0] == '#')
            continue;
        if (out.length > 0)
            text_add_char(&out, ':');
        text_add(&out, line.data, length);
    }
    return out.length > 0 ? text_string(&out) : NULL;
}

/* What pyenv-version-name goes by, in its order. */
static const char *wanted_versions(struct arena *a, const char *root, const char *const *environment, const char *cwd)
{
    const char *versions = variable_value(environment, "PYENV_VERSION");
    if (versions[0] != '\0')
        return versions;
    for (const char *directory = cwd;; directory = path_parent(a, directory)) {
        struct disk_stat st;
        const char *path = path_join(a, directory, ".python-version");
        if (disk_stat_path(path, &st) == 0)
            return read_versions(a, path);
        if (strcmp(directory, "/") == 0 || a->failed)
            return read_versions(a, path_join(a, root, "version"));
    }
}

/* One version's program; NULL when the version is not plainly a directory of that name. *missing: it has no such
 * program. */
static const char *program_of(struct arena *a, const char *root, const char *version, const char *name, bool *missing)
{
    struct disk_stat st;
    if (version[0] == '\0' || version[0] == '.' || strchr(version, '/') != NULL)
        return NULL;
    const char *directory = path_join(a, path_join(a, root, "versions"), version);
    if (disk_stat_path(directory, &st) != 0 || st.type != DISK_DIRECTORY)
        return NULL;
    const char *path = path_join(a, path_join(a, directory, "bin"), name);
    *missing = disk_stat_path(path, &st) != 0 || st.type != DISK_FILE || (st.mode & 0111) == 0;
    return path;
}

bool shim_resolve(struct arena *a, const char *path, struct slice script, const char *const *environment,
                  const char *cwd, const char **target)
{
    const char *root = root_of(a, script);
    if (root == NULL || strcmp(path_parent(a, path), path_join(a, root, "shims")) != 0 ||
        !has_line(script, " exec \"$program\" \"$@\"") || variable_value(environment, "PYENV_DIR")[0] != '\0' ||
        variable_value(environment, "PYENV_HOOK_PATH")[0] != '\0')
        return false;
    const char *versions = wanted_versions(a, root, environment, cwd);
    while (versions != NULL && versions[0] != '\0') {
        size_t length = strcspn(versions, ":");
        bool missing = false;
        *target = program_of(a, root, arena_copy(a, versions, length), path_name(path), &missing);
        if (*target == NULL || a->failed)
            return false;
        if (!missing)
            return true;
        versions += length + (versions[length] == ':');
    }
    return false;
}
