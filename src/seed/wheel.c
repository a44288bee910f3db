/* SPDX-License-Identifier: MIT */
/* Owns the rules for wheels (Binary distribution format specification): file name, metadata, RECORD against the
 * archive. */
#include "seed/wheel.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/digest.h"
#include "base/path.h"

enum { METADATA_LIMIT = 4 << 20 };

/* What only an installer may write (Recording Installed Projects). */
static const char *const installers_own[] = { "INSTALLER", "REQUESTED", "direct_url.json" };

static bool refuse(struct cvenv_error *err, const char *reason)
{
    return error_set(err, CVENV_ERROR_SEED, "%s", reason);
}

/* ---- the name of the file: name-version[-build]-python-abi-platform.whl */

/* Takes what is before the next '-' off the front of *rest. */
static struct slice take_part(struct slice *rest)
{
    const char *dash = memchr(rest->data, '-', rest->length);
    size_t length = dash != NULL ? (size_t)(dash - rest->data) : rest->length;
    struct slice part = { rest->data, length };
    size_t taken = dash != NULL ? length + 1 : length;
    rest->data += taken;
    rest->length -= taken;
    return part;
}

/* Is `tag` pyX or pyXY of this Python, or of an older minor version of it? */
static bool tag_fits(struct slice tag, int major, int minor)
{
    char text[16];
    if (tag.length < 3 || tag.length >= sizeof text || memcmp(tag.data, "py", 2) != 0)
        return false;
    memcpy(text, tag.data, tag.length);
    text[tag.length] = '\0';
    for (size_t i = 2; i < tag.length; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
    }
    return text[2] - '0' == major && (text[3] == '\0' || strtol(text + 3, NULL, 10) <= minor);
}

static bool tags_fit(struct slice tags, int major, int minor)
{
    while (tags.length > 0) {
        const char *dot = memchr(tags.data, '.', tags.length);
        size_t length = dot != NULL ? (size_t)(dot - tags.data) : tags.length;
        if (tag_fits((struct slice){ tags.data, length }, major, minor))
            return true;
        tags.data += length + (dot != NULL);
        tags.length -= length + (dot != NULL);
    }
    return false;
}

static bool is_name(struct slice s, const char *more)
{
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c >= 0x80 || !(isalnum(c) || strchr(more, c) != NULL))
            return false;
    }
    return s.length > 0 && isalnum((unsigned char)s.data[0]);
}

static bool read_file_name(struct arena *a, struct wheel *wheel, int major, int minor, struct cvenv_error *err)
{
    const char *file = path_name(wheel->path);
    size_t length = strlen(file);
    if (length < 4 || strcmp(file + length - 4, ".whl") != 0)
        return refuse(err, "not named as a wheel");
    struct slice rest = { file, length - 4 }, name = take_part(&rest), version = take_part(&rest);
    struct slice python = take_part(&rest);
    if (python.length > 0 && isdigit((unsigned char)python.data[0]))
        python = take_part(&rest); /* that was the build number */
    struct slice abi = take_part(&rest), platform = take_part(&rest);
    if (!is_name(name, "._") || !is_name(version, "._+!") || rest.length > 0 || platform.length == 0)
        return refuse(err, "not named as a wheel");
    if (!tags_fit(python, major, minor) || !slice_is(abi, "none") || !slice_is(platform, "any"))
        return error_set(err, CVENV_ERROR_SEED, "not a wheel for every Python %d.%d", major, minor);
    wheel->name = arena_copy(a, name.data, name.length);
    wheel->version = arena_copy(a, version.data, version.length);
    return true;
}

/* ---- the .dist-info directory and its files */

/* Equal as project names or versions: case and the kind of '-', '_' and '.' do not count (Names and normalization). */
static bool same_name(struct slice a, const char *b)
{
    if (strlen(b) != a.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        bool mark_a = memchr("-_.", a.data[i], 3) != NULL, mark_b = memchr("-_.", b[i], 3) != NULL;
        if (mark_a != mark_b || (!mark_a && tolower((unsigned char)a.data[i]) != tolower((unsigned char)b[i])))
            return false;
    }
    return true;
}

/* Length of the first component of an entry's name if that is a directory whose name ends in `end`; else 0. */
static size_t top_directory(const struct archive_entry *entry, const char *end)
{
    size_t length = strcspn(entry->name, "/"), tail = strlen(end);
    bool directory = entry->name[length] == '/' || entry->directory;
    return directory && length > tail && memcmp(entry->name + length - tail, end, tail) == 0 ? length : 0;
}

static bool find_info(struct arena *a, struct wheel *wheel, struct cvenv_error *err)
{
    for (size_t i = 0; i < wheel->archive.count; i++) {
        const struct archive_entry *entry = &wheel->archive.entries[i];
        if (top_directory(entry, ".data") > 0)
            return refuse(err, "installs files outside of site-packages, which seeding cannot do");
        if (strstr(entry->name, "__pycache__") != NULL)
            return refuse(err, "holds bytecode of its own");
        size_t length = top_directory(entry, ".dist-info");
        if (length == 0 || (wheel->info != NULL && slice_is((struct slice){ entry->name, length }, wheel->info)))
            continue;
        if (wheel->info != NULL)
            return refuse(err, "more than one .dist-info directory");
        wheel->info = arena_copy(a, entry->name, length);
    }
    if (wheel->info == NULL)
        return refuse(err, "no .dist-info directory");
    struct slice rest = { wheel->info, strlen(wheel->info) - strlen(".dist-info") }, name = take_part(&rest);
    if (!same_name(name, wheel->name) || !same_name(rest, wheel->version))
        return error_set(err, CVENV_ERROR_SEED, "its %s is of another project or version", wheel->info);
    return true;
}

static const struct archive_entry *find_metadata(struct arena *a, const struct wheel *wheel, const char *file)
{
    return archive_find(&wheel->archive, arena_format(a, "%s/%s", wheel->info, file));
}

static bool read_metadata(struct arena *a, const struct wheel *wheel, const char *file, struct slice *out,
                          struct cvenv_error *err)
{
    const struct archive_entry *entry = find_metadata(a, wheel, file);
    if (entry == NULL || entry->directory || entry->size > METADATA_LIMIT)
        return error_set(err, CVENV_ERROR_SEED, "no readable %s/%s", wheel->info, file);
    char *data = arena_alloc(a, (size_t)entry->size + 1);
    if (data == NULL)
        return error_memory(err);
    *out = (struct slice){ data, (size_t)entry->size };
    return archive_extract(&wheel->archive, entry, data, err);
}

/* The value of a header of WHEEL (as in mail: "Key: value"), or an empty one. */
static struct slice header_value(struct slice text, const char *key)
{
    size_t length = strlen(key);
    for (struct slice line; slice_line(&text, &line);) {
        if (line.length > length && line.data[length] == ':' && strncasecmp(line.data, key, length) == 0)
            return slice_trim((struct slice){ line.data + length + 1, line.length - length - 1 });
    }
    return (struct slice){ "", 0 };
}

static bool check_wheel_file(struct arena *a, const struct wheel *wheel, struct cvenv_error *err)
{
    struct slice text;
    if (!read_metadata(a, wheel, "WHEEL", &text, err))
        return false;
    struct slice version = header_value(text, "Wheel-Version"), pure = header_value(text, "Root-Is-Purelib");
    if (version.length < 3 || version.data[0] != '1' || version.data[1] != '.')
        return refuse(err, "of a Wheel-Version other than 1.x");
    if (!slice_is(pure, "true") && !slice_is(pure, "True"))
        return refuse(err, "not pure Python");
    for (size_t i = 0; i < sizeof installers_own / sizeof *installers_own; i++) {
        if (find_metadata(a, wheel, installers_own[i]) != NULL)
            return error_set(err, CVENV_ERROR_SEED, "holds %s, which only an installer may write", installers_own[i]);
    }
    return find_metadata(a, wheel, "METADATA") != NULL ||
           error_set(err, CVENV_ERROR_SEED, "no %s/METADATA", wheel->info);
}

/* ---- RECORD against the archive */

/* RECORD itself and its signatures have no hash, and the signatures need not be listed. */
static bool is_exempt(const struct wheel *wheel, const char *name)
{
    size_t length = strlen(wheel->info);
    if (strncmp(name, wheel->info, length) != 0 || strncmp(name + length, "/RECORD", 7) != 0)
        return false;
    const char *end = name + length + 7;
    return *end == '\0' || strcmp(end, ".jws") == 0 || strcmp(end, ".p7s") == 0;
}

static bool match_row(struct arena *a, struct wheel *wheel, const struct record_row *row, struct cvenv_error *err)
{
    const struct archive_entry *entry = archive_find(&wheel->archive, row->path);
    if (entry == NULL || entry->directory)
        return error_set(err, CVENV_ERROR_SEED, "RECORD lists '%s', which is not there", row->path);
    if (is_exempt(wheel, row->path))
        return true;
    size_t index = (size_t)(entry - wheel->archive.entries);
    if (wheel->rows[index] != NULL)
        return error_set(err, CVENV_ERROR_SEED, "RECORD lists '%s' twice", row->path);
    if (strncmp(row->hash, "sha256=", 7) != 0)
        return error_set(err, CVENV_ERROR_SEED, "RECORD has no SHA-256 hash of '%s'", row->path);
    if (row->size[0] != '\0' && strcmp(row->size, arena_format(a, "%llu", (unsigned long long)entry->size)) != 0)
        return error_set(err, CVENV_ERROR_SEED, "RECORD has a wrong size of '%s'", row->path);
    wheel->rows[index] = row;
    return true;
}

static bool match_record(struct arena *a, struct wheel *wheel, struct cvenv_error *err)
{
    struct slice text;
    wheel->rows = arena_array(a, wheel->archive.count, sizeof *wheel->rows);
    if (wheel->rows == NULL)
        return error_memory(err);
    if (!read_metadata(a, wheel, "RECORD", &text, err) || !record_parse(a, text, &wheel->record, err))
        return false;
    for (size_t i = 0; i < wheel->record.count; i++) {
        if (!match_row(a, wheel, &wheel->record.rows[i], err))
            return false;
    }
    for (size_t i = 0; i < wheel->archive.count; i++) {
        const struct archive_entry *entry = &wheel->archive.entries[i];
        if (!entry->directory && wheel->rows[i] == NULL && !is_exempt(wheel, entry->name))
            return error_set(err, CVENV_ERROR_SEED, "RECORD does not list '%s'", entry->name);
    }
    return true;
}

static bool read_scripts(struct arena *a, struct wheel *wheel, int major, int minor, struct cvenv_error *err)
{
    struct slice text = { "", 0 };
    struct entry_points points;
    if (find_metadata(a, wheel, "entry_points.txt") != NULL && !read_metadata(a, wheel, "entry_points.txt", &text, err))
        return false;
    if (!entry_points_parse(a, text, &points, err))
        return false;
    return entry_points_version(a, &points, major, minor, &wheel->scripts) || error_memory(err);
}

bool wheel_open(struct arena *a, const char *path, const void *data, size_t length, int major, int minor,
                struct wheel *out, struct cvenv_error *err)
{
    *out = (struct wheel){ .path = arena_string(a, path) };
    bool ok = read_file_name(a, out, major, minor, err) && archive_open(a, data, length, &out->archive, err) &&
              find_info(a, out, err) && check_wheel_file(a, out, err) && match_record(a, out, err) &&
              read_scripts(a, out, major, minor, err);
    if (a->failed)
        return error_memory(err);
    return ok || error_wrap(err, "%s", path);
}

bool wheel_extract(const struct wheel *wheel, size_t index, void *buffer, struct cvenv_error *err)
{
    const struct archive_entry *entry = &wheel->archive.entries[index];
    const struct record_row *row = wheel->rows[index];
    if (!archive_extract(&wheel->archive, entry, buffer, err))
        return error_wrap(err, "%s", wheel->path);
    if (row == NULL)
        return true;
    unsigned char digest[DIGEST_SIZE];
    char base64[DIGEST_BASE64_SIZE];
    digest_sha256(buffer, (size_t)entry->size, digest);
    digest_base64(digest, base64);
    return strcmp(row->hash + strlen("sha256="), base64) == 0 ||
           error_set(err, CVENV_ERROR_SEED, "%s: '%s' is not what RECORD says", wheel->path, entry->name);
}
