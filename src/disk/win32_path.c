/* SPDX-License-Identifier: MIT */
/* Owns what lies outside of environments on Windows: files by absolute path, and the paths of what is open. */
#include "disk/win32.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/utf16.h"
#include "base/variable.h"
#include "disk/long_path.h"

/* With the prefix that lifts the limit of 260 units and keeps the system from giving names another meaning. */
wchar_t *win32_path(const char *path)
{
    static const wchar_t drive[] = L"\\\\?\\", share[] = L"\\\\?\\UNC\\";
    wchar_t *wide = malloc((WIN32_PATH + 8) * sizeof *wide);
    if (wide == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    bool is_share = path_is_separator(path[0]) && path_is_separator(path[1]);
    const wchar_t *prefix = is_share ? share : drive;
    size_t length = wcslen(prefix);
    memcpy(wide, prefix, length * sizeof *wide);
    if (!path_is_absolute(path) || utf16_from_utf8(path + (is_share ? 2 : 0), wide + length, WIN32_PATH - length) == 0) {
        free(wide);
        errno = path_is_absolute(path) ? ENAMETOOLONG : ENOENT;
        return NULL;
    }
    for (wchar_t *c = wide; *c != L'\0'; c++)
        if (*c == L'/')
            *c = L'\\';
    return wide;
}

int win32_open_path(const char *path, ACCESS_MASK access, HANDLE *out)
{
    wchar_t *wide = win32_path(path);
    if (wide == NULL)
        return errno;
    *out = CreateFileW(wide, access | SYNCHRONIZE, WIN32_SHARE_ALL, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    int number = *out == INVALID_HANDLE_VALUE ? win32_last_errno() : 0;
    free(wide);
    return number;
}

int disk_open_path(const char *path, struct disk_dir *out)
{
    const ACCESS_MASK access = FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES;
    HANDLE handle;
    FILE_BASIC_INFO info;
    int number = win32_open_path(path, access | READ_CONTROL, &handle);
    if (number == EACCES)
        number = win32_open_path(path, access, &handle); /* then disk_stat_dir can trust nobody */
    if (number != 0)
        return number;
    if (GetFileInformationByHandleEx(handle, FileBasicInfo, &info, sizeof info) &&
        (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return win32_give_dir(handle, out);
    CloseHandle(handle);
    return ENOTDIR;
}

/* Aliases of the Store stand for programs without being links that could be followed: they are told as they are, empty. */
static int open_alias(const char *path, HANDLE *out)
{
    wchar_t *wide = win32_path(path);
    if (wide == NULL)
        return errno;
    *out = CreateFileW(wide, FILE_READ_ATTRIBUTES, WIN32_SHARE_ALL, NULL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    int number = *out == INVALID_HANDLE_VALUE ? win32_last_errno() : 0;
    free(wide);
    return number;
}

int disk_stat_path(const char *path, struct disk_stat *out)
{
    HANDLE handle;
    int number = win32_open_path(path, FILE_READ_ATTRIBUTES, &handle);
    if (number == ENXIO)
        number = open_alias(path, &handle);
    if (number != 0)
        return number;
    number = win32_stat(handle, out);
    CloseHandle(handle);
    return number;
}

wchar_t *win32_wide_path_of(HANDLE handle)
{
    wchar_t *wide = malloc(WIN32_PATH * sizeof *wide);
    if (wide == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    DWORD length = GetFinalPathNameByHandleW(handle, wide, WIN32_PATH, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
    if (length > 0 && length < WIN32_PATH)
        return wide;
    errno = length == 0 ? win32_last_errno() : ENAMETOOLONG;
    free(wide);
    return NULL;
}

/* In the arena, as UTF-8. */
static int give_path(struct arena *a, const wchar_t *wide, char **out)
{
    size_t length = wcslen(wide);
    *out = arena_alloc(a, UTF16_BYTES(length) + 1);
    if (*out == NULL)
        return ENOMEM;
    utf16_to_utf8(wide, length, *out);
    return 0;
}

/* The same without the literal prefix: as users know it. */
static int give_known_path(struct arena *a, wchar_t *wide, char **out)
{
    static const wchar_t literal[] = L"\\\\?\\", share[] = L"\\\\?\\UNC\\";
    const size_t literal_length = wcslen(literal), share_length = wcslen(share);
    const wchar_t *path = wide;
    if (wcsncmp(wide, share, share_length) == 0) {
        wide[share_length - 2] = L'\\'; /* "\\?\UNC\server" becomes "\\server" */
        path = wide + share_length - 2;
    } else if (wcsncmp(wide, literal, literal_length) == 0)
        path = wide + literal_length;
    return give_path(a, path, out);
}

int win32_path_of(struct arena *a, HANDLE handle, char **out)
{
    wchar_t *wide = win32_wide_path_of(handle);
    if (wide == NULL)
        return errno;
    int number = give_known_path(a, wide, out);
    free(wide);
    return number;
}

int disk_real_path(struct arena *a, const char *path, char **out)
{
    HANDLE handle;
    int number = win32_open_path(path, FILE_READ_ATTRIBUTES, &handle);
    if (number != 0)
        return number;
    number = win32_path_of(a, handle, out);
    CloseHandle(handle);
    return number;
}

int disk_long_path(struct arena *a, const char *path, char **out)
{
    wchar_t *wide = win32_path(path), *full = malloc(WIN32_PATH * sizeof *full);
    int number = wide == NULL || full == NULL ? ENOMEM : 0;
    if (number == 0) {
        DWORD length = GetLongPathNameW(wide, full, WIN32_PATH);
        number = length == 0 ? win32_last_errno() : length >= WIN32_PATH ? ENAMETOOLONG : give_known_path(a, full, out);
    }
    free(wide);
    free(full);
    return number;
}

int disk_working_directory(struct arena *a, char **out)
{
    wchar_t *wide = malloc(WIN32_PATH * sizeof *wide);
    if (wide == NULL)
        return ENOMEM;
    DWORD length = GetCurrentDirectoryW(WIN32_PATH, wide);
    int number = length == 0 || length >= WIN32_PATH ? win32_last_errno() : give_path(a, wide, out);
    free(wide);
    return number;
}

/* Windows has a place for it of its own: what a user's programs keep on this machine. */
const char *disk_cache_path(struct arena *a, const char *const *environment)
{
    const char *base = variable_value(environment, "XDG_CACHE_HOME"), *local = variable_value(environment, "LOCALAPPDATA");
    if (path_is_absolute(base))
        return path_join(a, base, "cvenv");
    return path_is_absolute(local) ? path_join(a, local, "cvenv/cache") : NULL;
}
