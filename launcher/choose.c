/* SPDX-License-Identifier: MIT */
/*
 * Owns the choice of the interpreter in `home`. One launcher serves under every name, so the choice is: a program of
 * the launcher's own special name (python_d.exe, python3.14t.exe); else the one that pyvenv.cfg calls `executable` (the
 * free-threaded interpreter may lie beside the ordinary python.exe); else the plain name.
 */
#include "launcher.h"

#include <stdlib.h>
#include <wchar.h>

wchar_t *launcher_concatenate(const wchar_t *const *pieces)
{
    size_t length = 0;
    for (size_t i = 0; pieces[i] != NULL; i++)
        length += wcslen(pieces[i]);
    wchar_t *whole = calloc(length + 1, sizeof *whole);
    for (size_t i = 0; whole != NULL && pieces[i] != NULL; i++)
        wcscat(whole, pieces[i]);
    return whole;
}

wchar_t *launcher_join(const wchar_t *parent, const wchar_t *name)
{
    const wchar_t *const pieces[] = { parent, L"\\", name, NULL };
    return launcher_concatenate(pieces);
}

/* python3.14t.exe as the kind that is wanted: with the "w" of the windowed interpreters, or without. */
static wchar_t *of_kind(const wchar_t *name, BOOL windowed)
{
    static const wchar_t stem[] = L"python";
    if (_wcsnicmp(name, stem, wcslen(stem)) != 0)
        return _wcsdup(name);
    const wchar_t *rest = name + wcslen(stem);
    if (*rest == L'w' || *rest == L'W')
        rest++;
    const wchar_t *const pieces[] = { stem, windowed ? L"w" : L"", rest, NULL };
    return launcher_concatenate(pieces);
}

/* The program of that name in `home` if there is one, else NULL. */
static wchar_t *existing(const wchar_t *home, const wchar_t *name)
{
    wchar_t *path = launcher_join(home, name);
    if (path != NULL && GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return path;
    free(path);
    return NULL;
}

wchar_t *launcher_choose(const struct launcher_config *config, const wchar_t *own, BOOL windowed)
{
    const wchar_t *plain = windowed ? L"pythonw.exe" : L"python.exe";
    wchar_t *found = _wcsicmp(own, plain) != 0 ? existing(config->home, own) : NULL;
    if (found == NULL && config->executable != NULL) {
        const wchar_t *name = wcsrchr(config->executable, L'\\');
        wchar_t *wanted = of_kind(name != NULL ? name + 1 : config->executable, windowed);
        found = wanted != NULL ? existing(config->home, wanted) : NULL;
        free(wanted);
    }
    return found != NULL ? found : launcher_join(config->home, plain);
}
