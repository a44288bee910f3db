/* SPDX-License-Identifier: MIT */
/* Owns what is known of an open file on Windows, told as POSIX would tell it. */
#include "disk/win32.h"

#include <errno.h>

static const int64_t epoch = 116444736000000000; /* 1970 in FILETIME: units of 100 ns since 1601 */

int64_t win32_time(LARGE_INTEGER filetime)
{
    return (filetime.QuadPart - epoch) * 100;
}

LARGE_INTEGER win32_filetime(int64_t time)
{
    return (LARGE_INTEGER){ .QuadPart = time / 100 + epoch };
}

/*
 * Links are the reparse points that stand for another name: symbolic links, junctions, mount points. The others
 * (compressed, deduplicated or cloud files) are the file itself.
 */
static enum disk_type type_of(HANDLE handle, DWORD attributes)
{
    FILE_ATTRIBUTE_TAG_INFO info;
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
        GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &info, sizeof info) &&
        IsReparseTagNameSurrogate(info.ReparseTag))
        return DISK_LINK;
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return DISK_DIRECTORY;
    return GetFileType(handle) == FILE_TYPE_DISK ? DISK_FILE : DISK_OTHER;
}

int win32_stat(HANDLE handle, struct disk_stat *out)
{
    BY_HANDLE_FILE_INFORMATION info;
    FILE_BASIC_INFO basic;
    if (!GetFileInformationByHandle(handle, &info) ||
        !GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic))
        return win32_last_errno();
    *out = (struct disk_stat){
        .type = type_of(handle, info.dwFileAttributes),
        .mode = (info.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0 ? 0555 : 0755,
        .device = info.dwVolumeSerialNumber,
        .inode = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow,
        .size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow,
        .links = info.nNumberOfLinks,
        .mtime = win32_time(basic.LastWriteTime),
        .ctime = win32_time(basic.ChangeTime),
    };
    return 0;
}
