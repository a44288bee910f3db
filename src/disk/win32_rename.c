/* SPDX-License-Identifier: MIT */
/*
 * Owns the changes of names of open files. Newer systems (Windows 10 1809) do it with POSIX's meaning: a file that others
 * have open gives up its name at once, read-only or not. Elsewhere the older calls do, and what is in use stays.
 */
#include "disk/win32.h"

#include <errno.h>

#include "base/utf16.h"

NTSTATUS NTAPI NtSetInformationFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, FILE_INFORMATION_CLASS);

/* Values of FILE_INFORMATION_CLASS that mingw's header does not name ([MS-FSCC] 2.4). */
enum { RENAME = 10, LINK = 11, DISPOSITION = 13, DISPOSITION_EX = 64, RENAME_EX = 65 };
enum { RENAME_REPLACE = 1, RENAME_POSIX = 2, RENAME_IGNORE_READONLY = 0x40 };          /* FILE_RENAME_… */
enum { DISPOSE = 1, DISPOSE_POSIX = 2, DISPOSE_IGNORE_READONLY = 0x10 };               /* FILE_DISPOSITION_… */

/* FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION; flags is a BOOLEAN in the older classes. */
struct naming {
    ULONG flags;
    HANDLE root;
    ULONG length;
    WCHAR name[WIN32_NAME];
};

static NTSTATUS set(HANDLE file, void *data, ULONG size, int information)
{
    IO_STATUS_BLOCK io;
    return NtSetInformationFile(file, &io, data, size, (FILE_INFORMATION_CLASS)information);
}

/* The file system or the system does not know the newer calls (STATUS_INVALID_PARAMETER, …_INFO_CLASS, NOT_IMPLEMENTED, …). */
static bool is_unknown(NTSTATUS status)
{
    static const DWORD unknown[] = { 0xc0000002, 0xc0000003, 0xc000000d, 0xc0000010, 0xc00000bb };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if ((DWORD)status == unknown[i])
            return true;
    return false;
}

static void clear_read_only(HANDLE file)
{
    FILE_BASIC_INFO info;
    if (!GetFileInformationByHandleEx(file, FileBasicInfo, &info, sizeof info))
        return;
    info.FileAttributes &= ~(DWORD)FILE_ATTRIBUTE_READONLY;
    if (info.FileAttributes == 0)
        info.FileAttributes = FILE_ATTRIBUTE_NORMAL; /* 0 would mean: leave them */
    SetFileInformationByHandle(file, FileBasicInfo, &info, sizeof info);
}

/* The older calls do not replace a file that is read-only. */
static void clear_read_only_at(HANDLE dir, const char *name)
{
    const struct win32_open how = { FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, FILE_OPEN, FILE_NON_DIRECTORY_FILE, 0, NULL };
    HANDLE file;
    if (win32_open(dir, name, &how, &file) != 0)
        return;
    clear_read_only(file);
    CloseHandle(file);
}

NTSTATUS win32_name(HANDLE file, HANDLE dir, const char *name, enum win32_naming how)
{
    struct naming n = { .root = dir };
    size_t length = utf16_from_utf8(name, n.name, WIN32_NAME);
    n.length = (ULONG)(length * sizeof *n.name);
    ULONG size = (ULONG)(offsetof(struct naming, name) + n.length + sizeof *n.name);
    if (length == 0)
        return (NTSTATUS)0xc0000106; /* STATUS_NAME_TOO_LONG */
    if (how == WIN32_LINK)
        return set(file, &n, size, LINK);
    n.flags = RENAME_POSIX | RENAME_IGNORE_READONLY | (how == WIN32_RENAME_REPLACE ? RENAME_REPLACE : 0);
    NTSTATUS status = set(file, &n, size, RENAME_EX);
    if (!is_unknown(status))
        return status;
    n.flags = how == WIN32_RENAME_REPLACE;
    if (how == WIN32_RENAME_REPLACE)
        clear_read_only_at(dir, name);
    return set(file, &n, size, RENAME);
}

NTSTATUS win32_unlink(HANDLE file)
{
    ULONG flags = DISPOSE | DISPOSE_POSIX | DISPOSE_IGNORE_READONLY;
    NTSTATUS status = set(file, &flags, sizeof flags, DISPOSITION_EX);
    if (!is_unknown(status))
        return status;
    clear_read_only(file);
    BOOLEAN dispose = TRUE;
    return set(file, &dispose, sizeof dispose, DISPOSITION);
}
