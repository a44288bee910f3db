/* SPDX-License-Identifier: MIT */
/* Owns symbolic links and what else points elsewhere on Windows: the reparse points ([MS-FSCC] 2.1.2). */
#include "disk/win32.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>
#include <winioctl.h>

#include "base/path.h"
#include "base/utf16.h"

/* What the two kinds of link share; a symbolic link has 4 bytes of flags before the names. */
struct reparse {
    ULONG tag;
    USHORT length, reserved;
    USHORT substitute_offset, substitute_length, print_offset, print_length;
    WCHAR names[(MAXIMUM_REPARSE_DATA_BUFFER_SIZE - 16) / sizeof(WCHAR)];
};

static int read_reparse(HANDLE file, struct reparse *out, DWORD *size)
{
    if (!DeviceIoControl(file, FSCTL_GET_REPARSE_POINT, NULL, 0, out, sizeof *out, size, NULL))
        return win32_last_errno();
    return out->tag == IO_REPARSE_TAG_SYMLINK || out->tag == IO_REPARSE_TAG_MOUNT_POINT ? 0 : EINVAL;
}

/* The name that is meant for people; where there is none, the system's without its prefix. */
static int give_target(struct arena *a, const struct reparse *r, DWORD size, char **out)
{
    const size_t head = offsetof(struct reparse, names) + (r->tag == IO_REPARSE_TAG_SYMLINK ? sizeof(ULONG) : 0);
    bool print = r->print_length > 0;
    size_t offset = head + (print ? r->print_offset : r->substitute_offset);
    size_t length = (print ? r->print_length : r->substitute_length) / sizeof(WCHAR);
    if (offset + length * sizeof(WCHAR) > size || offset % sizeof(WCHAR) != 0)
        return EINVAL;
    const WCHAR *name = (const WCHAR *)((const char *)r + offset);
    if (!print && length > 4 && wcsncmp(name, L"\\??\\", 4) == 0) {
        name += 4;
        length -= 4;
    }
    *out = arena_alloc(a, UTF16_BYTES(length) + 1);
    if (*out == NULL)
        return ENOMEM;
    utf16_to_utf8(name, length, *out);
    return 0;
}

int disk_read_link(struct arena *a, struct disk_dir dir, const char *name, char **out)
{
    const struct win32_open how = { FILE_READ_ATTRIBUTES, FILE_OPEN, 0, 0, NULL };
    HANDLE file;
    DWORD size = 0;
    struct reparse *r = malloc(sizeof *r);
    if (r == NULL)
        return ENOMEM;
    int number = win32_open(win32_handle(dir), name, &how, &file);
    if (number == 0) {
        number = read_reparse(file, r, &size);
        CloseHandle(file);
    }
    if (number == 0)
        number = give_target(a, r, size, out);
    free(r);
    return number;
}

/* Does the target, seen from the directory, lead to a directory? The two kinds of symbolic link differ here. */
static bool is_directory(const wchar_t *directory, const wchar_t *target)
{
    bool absolute = target[0] == L'\\' || (target[0] != L'\0' && target[1] == L':');
    size_t size = wcslen(directory) + wcslen(target) + 2;
    wchar_t *path = malloc(size * sizeof *path);
    if (path == NULL)
        return false;
    _snwprintf(path, size, L"%ls%ls%ls", absolute ? L"" : directory, absolute ? L"" : L"\\", target);
    DWORD attributes = GetFileAttributesW(path);
    free(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/* Users without the privilege may do it in developer mode, if they ask for it; older systems do not know the question. */
static int create(const wchar_t *path, const wchar_t *target, DWORD flags)
{
    enum { UNPRIVILEGED = 2 }; /* SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE */
    if (CreateSymbolicLinkW(path, target, flags | UNPRIVILEGED))
        return 0;
    if (GetLastError() == ERROR_INVALID_PARAMETER && CreateSymbolicLinkW(path, target, flags))
        return 0;
    return win32_last_errno();
}

static int create_in(const wchar_t *directory, const char *name, const wchar_t *target)
{
    WCHAR wide[WIN32_NAME];
    size_t length = utf16_from_utf8(name, wide, WIN32_NAME), size = wcslen(directory) + length + 2;
    wchar_t *path = length > 0 ? malloc(size * sizeof *path) : NULL;
    if (path == NULL)
        return length > 0 ? ENOMEM : ENAMETOOLONG;
    _snwprintf(path, size, L"%ls\\%ls", directory, wide);
    int number = create(path, target, is_directory(directory, target) ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0);
    free(path);
    return number;
}

int disk_symlink(const char *target, struct disk_dir dir, const char *name)
{
    struct disk_stat st;
    wchar_t *wide = malloc(WIN32_PATH * sizeof *wide), *directory = win32_wide_path_of(win32_handle(dir));
    int number = wide == NULL || directory == NULL ? ENOMEM : 0;
    if (number == 0 && (strpbrk(name, "/\\:") != NULL || utf16_from_utf8(target, wide, WIN32_PATH) == 0))
        number = EINVAL;
    for (wchar_t *c = wide; number == 0 && *c != L'\0'; c++)
        if (*c == L'/')
            *c = L'\\';
    if (number == 0)
        number = create_in(directory, name, wide);
    free(wide);
    free(directory);
    /* Systems exist that say yes and do nothing (Wine 8 and 10): believe only what is there. */
    if (number == 0 && (disk_stat(dir, name, &st) != 0 || st.type != DISK_LINK))
        number = EPERM;
    return number;
}
