/* SPDX-License-Identifier: MIT */
/* Owns the reading of an interpreter's answer: nothing in it is believed before it has been looked at. */
#include "interpreter/facts.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/path.h"

static const char begin[] = "=== cvenv facts 1 ===", end[] = "=== end of facts ===";

bool facts_body(struct slice text, struct slice *body)
{
    struct slice line;
    do {
        if (!slice_line(&text, &line))
            return false;
    } while (!slice_is(line, begin));
    *body = (struct slice){ text.data, 0 };
    while (slice_line(&text, &line)) {
        if (slice_is(line, end)) {
            body->length = (size_t)(line.data - body->data);
            return true;
        }
    }
    return false;
}

bool facts_next(struct slice *rest, const char *key, struct slice *value)
{
    struct slice line;
    while (slice_line(rest, &line)) {
        const char *equals = line.length > 0 ? memchr(line.data, '=', line.length) : NULL;
        if (equals == NULL)
            continue;
        size_t length = (size_t)(equals - line.data);
        if (!slice_is(slice_trim((struct slice){ line.data, length }), key))
            continue;
        *value = slice_trim((struct slice){ equals + 1, line.length - length - 1 });
        return true;
    }
    return false;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *facts_decode(struct arena *a, struct slice value)
{
    char *out = arena_alloc(a, value.length + 1);
    if (out == NULL)
        return NULL;
    char *to = out;
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        if (c == '%') {
            int high = value.length - i > 2 ? hex_digit(value.data[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(value.data[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c < 0x20 || c == 0x7f)
            return NULL;
        if (c == '\0')
            return NULL;
        *to++ = c;
    }
    return out;
}

void facts_encode(struct text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (c > 0x20 && c < 0x7f && c != '%')
            text_add_char(out, *value);
        else
            text_add_format(out, "%%%02x", c);
    }
}

/* ---- what a value may be --------------------------------------------------------------------------------- */

static bool is_word(const char *value)
{
    for (; *value != '\0'; value++) {
        if (!(*value >= '0' && *value <= '9') && !(*value >= 'a' && *value <= 'z') &&
            !(*value >= 'A' && *value <= 'Z') && strchr("._+!-", *value) == NULL)
            return false;
    }
    return true;
}

static bool is_some_word(const char *value)
{
    return value[0] != '\0' && is_word(value);
}

static bool is_thread(const char *value)
{
    return strcmp(value, "") == 0 || strcmp(value, "t") == 0;
}

static bool is_flag(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

/* Four bytes, of which pip and importlib only ever compare all. */
static bool is_magic(const char *value)
{
    size_t length = strspn(value, "0123456789abcdef");
    return length == 8 && value[length] == '\0';
}

/* A path that stays where it is put: no component is empty or leads upwards, on any platform. */
static bool is_relative(const char *value)
{
    if (strpbrk(value, "\\:") != NULL)
        return false;
    for (;;) {
        size_t length = strcspn(value, "/");
        if (length == 0 || (length == 1 && value[0] == '.') || (length == 2 && value[0] == '.' && value[1] == '.'))
            return false;
        if (value[length] == '\0')
            return true;
        value += length + 1;
    }
}

static bool is_name(const char *value)
{
    return is_relative(value) && strchr(value, '/') == NULL;
}

/* ---- reading --------------------------------------------------------------------------------------------- */

/* One answer under way. */
struct reading {
    struct arena *arena;
    struct slice body;
    const char *who;
    struct cvenv_error *err;
};

static bool refuse(const struct reading *r, const char *key)
{
    if (r->arena->failed)
        return error_memory(r->err);
    return error_set(r->err, CVENV_ERROR_INTERPRETER, "%s: does not answer as a Python does: no usable '%s'", r->who,
                     key);
}

static bool read_value(const struct reading *r, const char *key, bool (*is_valid)(const char *), const char **out)
{
    struct slice rest = r->body, value;
    *out = facts_next(&rest, key, &value) ? facts_decode(r->arena, value) : NULL;
    return (*out != NULL && is_valid(*out)) || refuse(r, key);
}

/* Takes a word off the front of *rest. */
static const char *read_word(const struct reading *r, struct slice *rest)
{
    *rest = slice_trim(*rest);
    const char *blank = rest->length > 0 ? memchr(rest->data, ' ', rest->length) : NULL;
    struct slice word = { rest->data, blank != NULL ? (size_t)(blank - rest->data) : rest->length };
    rest->data += word.length;
    rest->length -= word.length;
    return facts_decode(r->arena, word);
}

/* Room for every value of `key` and an end mark. */
static void *room_for(const struct reading *r, const char *key, size_t size)
{
    size_t count = 1;
    struct slice rest = r->body, value;
    while (facts_next(&rest, key, &value))
        count++;
    return arena_array(r->arena, count, size);
}

static bool read_names(const struct reading *r, struct facts *out)
{
    const char **names = room_for(r, "name", sizeof *names);
    if (names == NULL)
        return refuse(r, "name");
    out->names = names;
    struct slice rest = r->body, value;
    for (; facts_next(&rest, "name", &value); names++) {
        *names = facts_decode(r->arena, value);
        if (*names == NULL || !is_name(*names))
            return refuse(r, "name");
    }
    return true;
}

static bool read_libraries(const struct reading *r, struct facts *out)
{
    struct facts_library *library = room_for(r, "library", sizeof *library);
    if (library == NULL)
        return refuse(r, "library");
    out->libraries = library;
    struct slice rest = r->body, value;
    for (; facts_next(&rest, "library", &value); library++) {
        library->path = read_word(r, &value);
        library->place = read_word(r, &value);
        if (library->path == NULL || library->place == NULL || !path_is_absolute(library->path) ||
            !is_relative(library->place))
            return refuse(r, "library");
    }
    return true;
}

/* An absolute path, or "-" for none, which becomes "". */
static const char *read_path(const struct reading *r, struct slice *rest)
{
    const char *path = read_word(r, rest);
    if (path == NULL || strcmp(path, "-") == 0)
        return path == NULL ? NULL : "";
    return path_is_absolute(path) ? path : NULL;
}

/* Interpreters for POSIX systems have none, and are called in an environment as in the base. */
static bool read_programs(const struct reading *r, struct facts *out)
{
    struct facts_program *program = room_for(r, "program", sizeof *program);
    if (program == NULL)
        return refuse(r, "program");
    out->programs = program;
    struct slice rest = r->body, value;
    for (; facts_next(&rest, "program", &value); program++) {
        program->name = read_word(r, &value);
        program->original = read_path(r, &value);
        program->launcher = read_path(r, &value);
        if (program->name == NULL || !is_name(program->name) || program->original == NULL || program->launcher == NULL)
            return refuse(r, "program");
    }
    out->primary = out->programs[0].name != NULL ? out->programs[0].name : path_name(out->executable);
    rest = r->body;
    out->script_launcher = facts_next(&rest, "script_launcher", &value) ? facts_decode(r->arena, value) : "";
    return (out->script_launcher != NULL && is_word(out->script_launcher)) || refuse(r, "script_launcher");
}

static bool read_seeds(const struct reading *r, struct facts *out)
{
    struct facts_seed *seed = room_for(r, "seed", sizeof *seed);
    if (seed == NULL)
        return refuse(r, "seed");
    out->seeds = seed;
    struct slice rest = r->body, value;
    for (; facts_next(&rest, "seed", &value); seed++) {
        seed->name = read_word(r, &value);
        seed->version = read_word(r, &value);
        seed->path = read_word(r, &value);
        if (seed->name == NULL || seed->version == NULL || seed->path == NULL || !is_some_word(seed->name) ||
            !is_some_word(seed->version) || !path_is_absolute(seed->path))
            return refuse(r, "seed");
    }
    return true;
}

/* One number of a version, off the front of *text. */
static bool read_number(const char **text, char after, int *out)
{
    size_t length = strspn(*text, "0123456789");
    if (length == 0 || length > 4 || (*text)[length] != after)
        return false;
    *out = atoi(*text);
    *text += length + (after != '\0');
    return true;
}

/* The version comes first: what is too old for the rest of the questions can still say so. */
static bool read_version(const struct reading *r, struct facts *out)
{
    if (!read_value(r, "version", is_some_word, &out->version))
        return false;
    const char *text = out->version;
    if (!read_number(&text, '.', &out->major) || !read_number(&text, '.', &out->minor) ||
        !read_number(&text, '\0', &out->micro))
        return refuse(r, "version");
    if (out->major < 3 || (out->major == 3 && out->minor < 6))
        return error_set(r->err, CVENV_ERROR_INTERPRETER, "%s: is Python %s, but 3.6 or later is needed", r->who,
                         out->version);
    return true;
}

static bool read_values(const struct reading *r, struct facts *out)
{
    const char *lib64;
    const struct {
        const char *key;
        bool (*is_valid)(const char *);
        const char **value;
    } values[] = {
        { "executable", path_is_absolute, &out->executable },
        { "real_executable", path_is_absolute, &out->real_executable },
        { "implementation", is_some_word, &out->implementation },
        { "abi_thread", is_thread, &out->abi_thread },
        { "prefix", path_is_absolute, &out->prefix },
        { "stdlib", path_is_absolute, &out->stdlib },
        { "bin_name", is_name, &out->bin_name },
        { "include_path", is_relative, &out->include_path },
        { "lib_path", is_relative, &out->lib_path },
        { "platlib_path", is_relative, &out->platlib_path },
        { "lib64", is_flag, &lib64 },
        { "cache_tag", is_word, &out->cache_tag },
        { "magic", is_magic, &out->magic },
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (!read_value(r, values[i].key, values[i].is_valid, values[i].value))
            return false;
    }
    out->lib64 = lib64[0] == '1';
    return true;
}

bool facts_parse(struct arena *a, struct slice text, const char *who, struct facts *out, struct cvenv_error *err)
{
    struct reading r = { a, { NULL, 0 }, who, err };
    memset(out, 0, sizeof *out);
    if (!facts_body(text, &r.body))
        return error_set(err, CVENV_ERROR_INTERPRETER, "%s: does not answer as a Python does", who);
    return read_version(&r, out) && read_values(&r, out) && read_names(&r, out) && read_libraries(&r, out) &&
           read_programs(&r, out) && read_seeds(&r, out);
}
