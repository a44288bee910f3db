/* SPDX-License-Identifier: MIT */
/* Owns reading what installers have registered (PEP 514): HKEY_CURRENT_USER first, then the machine's 64 and 32 bit views. */
#include "interpreter/registry.h"

#include <windows.h>

#include <stdlib.h>

#include "base/path.h"
#include "base/utf16.h"

enum { NAME_LIMIT = 256, VALUE_LIMIT = 4096, KEYS_MAX = 4096 };

/* ---- versions ------------------------------------------------------------------------------------------ */

static bool parse_numbers(const char **text, int numbers[3])
{
    numbers[0] = numbers[1] = numbers[2] = -1;
    for (int i = 0; i < 3; i++) {
        size_t length = strspn(*text, "0123456789");
        if (length == 0 || length > 4)
            return false;
        numbers[i] = atoi(*text);
        *text += length;
        if (**text != '.')
            return true;
        ++*text;
    }
    return false;
}

bool python_version_parse(const char *text, struct python_version *out)
{
    *out = (struct python_version){ .bits = 0 };
    if (!parse_numbers(&text, out->numbers))
        return false;
    if (*text == 't') {
        out->threaded = true;
        text++;
    }
    static const struct {
        const char *suffix;
        int bits;
        bool arm;
    } kinds[] = { { "", 0, false }, { "-32", 32, false }, { "-64", 64, false }, { "-arm64", 64, true } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text, kinds[i].suffix) != 0)
            continue;
        out->bits = kinds[i].bits;
        out->arm = kinds[i].arm;
        return true;
    }
    return false;
}

/* ---- keys and values ----------------------------------------------------------------------------------- */

static const char *to_utf8(struct arena *a, const wchar_t *wide)
{
    size_t length = wcslen(wide);
    char *text = arena_alloc(a, UTF16_BYTES(length) + 1);
    if (text != NULL)
        utf16_to_utf8(wide, length, text);
    return text != NULL ? text : "";
}

/* A string value of the key; "" when there is none. NULL names the default value. */
static const char *read_value(struct arena *a, HKEY key, const wchar_t *subkey, const wchar_t *name)
{
    wchar_t value[VALUE_LIMIT];
    DWORD size = sizeof value;
    return RegGetValueW(key, subkey, name, RRF_RT_REG_SZ, NULL, value, &size) == ERROR_SUCCESS ? to_utf8(a, value) : "";
}

/* Where the tags of one company are read. */
struct place {
    struct arena *arena;
    const char *company;
    int bits;    /* what the view of the registry says of Pythons that do not say it themselves */
    bool (*each)(void *user, const struct registered *python);
    void *user;
};

/* Tag and SysVersion say the version; SysArchitecture, or else the tag or the view, how wide it is. */
static void read_version(const struct place *p, HKEY key, struct registered *out)
{
    struct python_version said;
    const char *version = read_value(p->arena, key, NULL, L"Version");
    const char *minor = read_value(p->arena, key, NULL, L"SysVersion");
    const char *width = read_value(p->arena, key, NULL, L"SysArchitecture");
    bool tagged = python_version_parse(out->tag, &said);
    out->version = tagged ? said : (struct python_version){ { -1, -1, -1 }, false, 0, false };
    if (python_version_parse(version, &said) || python_version_parse(minor, &said))
        memcpy(out->version.numbers, said.numbers, sizeof said.numbers);
    if (strcmp(width, "32bit") == 0 || strcmp(width, "64bit") == 0)
        out->version.bits = atoi(width);
    if (out->version.bits == 0)
        out->version.bits = p->bits;
}

/* ExecutablePath, or python.exe in the directory that is the key's default value. */
static bool read_tag(const struct place *p, HKEY key, const wchar_t *tag)
{
    const wchar_t *const install = L"InstallPath";
    struct registered python = { .company = p->company, .tag = to_utf8(p->arena, tag) };
    python.executable = read_value(p->arena, key, install, L"ExecutablePath");
    if (python.executable[0] == '\0') {
        const char *directory = read_value(p->arena, key, install, NULL);
        python.executable = directory[0] != '\0' ? path_join(p->arena, directory, "python.exe") : "";
    }
    if (!path_is_absolute(python.executable))
        return true;
    read_version(p, key, &python);
    return p->each(p->user, &python);
}

/* Calls `read` with every key below; false as soon as it says so. */
static bool each_key(HKEY key, bool (*read)(const struct place *p, HKEY key, const wchar_t *name), const struct place *p)
{
    bool go_on = true;
    for (DWORD i = 0; go_on && i < KEYS_MAX; i++) {
        wchar_t name[NAME_LIMIT];
        DWORD length = NAME_LIMIT;
        HKEY inner;
        if (RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
            break;
        if (RegOpenKeyExW(key, name, 0, KEY_READ, &inner) != ERROR_SUCCESS)
            continue;
        go_on = read(p, inner, name);
        RegCloseKey(inner);
    }
    return go_on;
}

/* "PyLauncher" is reserved for py.exe itself. */
static bool read_company(const struct place *p, HKEY key, const wchar_t *name)
{
    struct place inner = *p;
    inner.company = to_utf8(p->arena, name);
    return strcmp(inner.company, "PyLauncher") == 0 || each_key(key, read_tag, &inner);
}

void registry_pythons(struct arena *a, bool (*each)(void *user, const struct registered *python), void *user)
{
    const struct {
        HKEY root;
        REGSAM view;
        int bits;
    } views[] = {
        { HKEY_CURRENT_USER, 0, 0 },
        { HKEY_LOCAL_MACHINE, KEY_WOW64_64KEY, 64 },
        { HKEY_LOCAL_MACHINE, KEY_WOW64_32KEY, 32 },
    };
    bool go_on = true;
    for (size_t i = 0; go_on && i < sizeof views / sizeof *views; i++) {
        HKEY key;
        const struct place place = { a, "", views[i].bits, each, user };
        if (RegOpenKeyExW(views[i].root, L"Software\\Python", 0, KEY_READ | views[i].view, &key) != ERROR_SUCCESS)
            continue;
        go_on = each_key(key, read_company, &place);
        RegCloseKey(key);
    }
}
