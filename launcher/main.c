/* SPDX-License-Identifier: MIT */
/* Owns the launcher's story: from its own place to pyvenv.cfg, from there to the interpreter, and that is run. */
#include "launcher.h"

#include <stdlib.h>
#include <wchar.h>

#define PATH_LIMIT 32768 /* of a path with its NUL: the limit of NT */

/* Shows "WHAT: PATH (Windows error N)"; what a configuration says is no error of Windows'. */
static int fail(enum launcher_status status, const wchar_t *what, const wchar_t *path)
{
    wchar_t reason[40] = L"";
    if (status != LAUNCHER_BAD_CONFIG)
        _snwprintf(reason, sizeof reason / sizeof *reason, L" (Windows error %lu)", GetLastError());
    const wchar_t *const pieces[] = { what, L": ", path, reason, L"\r\n", NULL };
    wchar_t *message = launcher_concatenate(pieces);
    if (message == NULL)
        return LAUNCHER_NO_MEMORY;
    launcher_show(message);
    free(message);
    return status;
}

/* Cuts the last component off. */
static void to_parent(wchar_t *path)
{
    wchar_t *slash = wcsrchr(path, L'\\');
    if (slash != NULL)
        *slash = L'\0';
}

/* Above the scripts directory first, then beside the launcher: the order in which Python itself looks (getpath.py). */
static BOOL find_config(const wchar_t *own, struct launcher_config *config)
{
    wchar_t *directory = _wcsdup(own);
    if (directory == NULL)
        return FALSE;
    to_parent(directory);
    wchar_t *beside = launcher_join(directory, L"pyvenv.cfg");
    to_parent(directory);
    wchar_t *above = launcher_join(directory, L"pyvenv.cfg");
    return above != NULL && beside != NULL &&
           (launcher_read_config(above, config) || launcher_read_config(beside, config));
}

/* A relative `home` would mean another program in every directory. */
static BOOL is_absolute(const wchar_t *path)
{
    return (path[0] != L'\0' && path[1] == L':' && (path[2] == L'\\' || path[2] == L'/')) ||
           ((path[0] == L'\\' || path[0] == L'/') && (path[1] == L'\\' || path[1] == L'/'));
}

static int run(wchar_t *own)
{
    struct launcher_config config = { NULL, NULL };
    if (!find_config(own, &config))
        return fail(LAUNCHER_NO_CONFIG, L"failed to locate pyvenv.cfg of", own);
    if (config.home == NULL)
        return fail(LAUNCHER_BAD_CONFIG, L"no home= specified in pyvenv.cfg of", own);
    if (!is_absolute(config.home))
        return fail(LAUNCHER_BAD_CONFIG, L"home= in pyvenv.cfg is not an absolute path", config.home);
    wchar_t *program = launcher_choose(&config, wcsrchr(own, L'\\') + 1, launcher_windowed);
    if (program == NULL)
        return LAUNCHER_NO_MEMORY;
    if (GetFileAttributesW(program) == INVALID_FILE_ATTRIBUTES)
        return fail(LAUNCHER_NO_PYTHON, L"did not find executable: the environment's base Python is gone", program);
    /* It makes the interpreter take the environment for its own (CPython's PC/launcher and getpath.py). */
    SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", own);
    DWORD status;
    return launch(program, &status) ? (int)status : fail(LAUNCHER_NO_PROCESS, L"failed to start", program);
}

int wmain(void);

int wmain(void)
{
    wchar_t *own = malloc(PATH_LIMIT * sizeof *own);
    if (own == NULL)
        return LAUNCHER_NO_MEMORY;
    DWORD length = GetModuleFileNameW(NULL, own, PATH_LIMIT);
    if (length == 0 || length >= PATH_LIMIT || wcsrchr(own, L'\\') == NULL)
        return fail(LAUNCHER_NO_OWN_PATH, L"failed to find out the launcher's own path", L"python.exe");
    return run(own);
}
