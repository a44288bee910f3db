/* SPDX-License-Identifier: MIT */
/* Owns the programs that stand for console scripts on Windows. */
#include "seed/program.h"

#include <zlib.h>

#include "base/error.h"
#include "base/path.h"
#include "disk/disk.h"
#include "seed/wheel.h"

/* ---- the launcher -------------------------------------------------------------------------------------- */

static bool extract(struct arena *a, const struct wheel *wheel, const char *name, struct slice *out, struct cvenv_error *err)
{
    const struct archive_entry *entry = archive_find(&wheel->archive, name);
    if (entry == NULL)
        return error_set(err, CVENV_ERROR_SEED, "%s: has no %s, which scripts need on Windows", wheel->path, name);
    char *data = arena_alloc(a, (size_t)entry->size + 1);
    if (data == NULL)
        return error_memory(err);
    *out = (struct slice){ data, (size_t)entry->size };
    return wheel_extract(wheel, (size_t)(entry - wheel->archive.entries), data, err);
}

bool program_launcher(struct arena *a, const char *path, const struct facts *facts, bool gui, struct slice *out,
                      struct cvenv_error *err)
{
    struct disk_map map;
    struct wheel wheel;
    const char *name = arena_format(a, "pip/_vendor/distlib/%s%s.exe", gui ? "w" : "t", facts->script_launcher);
    int number = disk_map_path(path, &map);
    if (number != 0)
        return error_system(err, number, "%s", path);
    bool ok = wheel_open(a, path, map.data, map.length, facts->major, facts->minor, &wheel, err) &&
              extract(a, &wheel, name, out, err);
    disk_unmap(&map);
    return ok;
}

/* ---- the archive (APPNOTE.TXT 6.3.10) ------------------------------------------------------------------- */

static void add_number(struct text *out, unsigned long value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        text_add_char(out, (char)(value & 0xff));
}

static const char member[] = "__main__.py";

enum { VERSION = 20, DATE = 1 << 5 | 1, ATTRIBUTES = 0600 }; /* DATE: 1980-01-01, so that the same is made every time */

/* What a local header and the central directory have in common: of a stored file. */
static void add_description(struct text *out, struct slice script)
{
    add_number(out, VERSION, 2);
    add_number(out, 0, 2); /* flags */
    add_number(out, 0, 2); /* stored */
    add_number(out, 0, 2); /* time */
    add_number(out, DATE, 2);
    add_number(out, crc32(0, (const Bytef *)script.data, (uInt)script.length), 4);
    add_number(out, (unsigned long)script.length, 4);
    add_number(out, (unsigned long)script.length, 4);
    add_number(out, sizeof member - 1, 2);
    add_number(out, 0, 2); /* extra field */
}

static void add_archive(struct text *out, struct slice script)
{
    size_t start = out->length;
    text_add(out, "PK\3\4", 4);
    add_description(out, script);
    text_add_string(out, member);
    text_add(out, script.data, script.length);
    size_t central = out->length;
    text_add(out, "PK\1\2", 4);
    add_number(out, VERSION, 2); /* made by: MS-DOS, as Python says on Windows */
    add_description(out, script);
    add_number(out, 0, 2 + 2 + 2); /* comment, disk, internal attributes */
    add_number(out, (unsigned long)ATTRIBUTES << 16, 4);
    add_number(out, 0, 4); /* offset of the local header */
    text_add_string(out, member);
    size_t end = out->length;
    text_add(out, "PK\5\6", 4);
    add_number(out, 0, 2 + 2);
    add_number(out, 1, 2);
    add_number(out, 1, 2);
    add_number(out, (unsigned long)(end - central), 4);
    add_number(out, (unsigned long)(central - start), 4);
    add_number(out, 0, 2);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

/* ...\python.exe becomes ...\pythonw.exe. */
static const char *windowed(struct arena *a, const char *executable)
{
    static const char stem[] = "python";
    const char *name = path_name(executable);
    if (strncmp(name, stem, sizeof stem - 1) != 0)
        return executable;
    return arena_format(a, "%.*s%sw%s", (int)(name - executable), executable, stem, name + sizeof stem - 1);
}

struct slice program_make(struct arena *a, struct slice launcher, const char *executable, bool gui, bool relocatable,
                          struct slice script)
{
    struct text out = TEXT_INIT(a);
    if (gui)
        executable = windowed(a, executable);
    if (relocatable) /* the launcher's own word for the directory that it is in */
        executable = arena_format(a, "<launcher_dir>\\%s", path_name(executable));
    const char *quote = strchr(executable, ' ') != NULL ? "\"" : "";
    text_add(&out, launcher.data, launcher.length);
    text_add_format(&out, "#!%s%s%s\n", quote, executable, quote);
    add_archive(&out, script);
    return (struct slice){ text_string(&out), out.length };
}
