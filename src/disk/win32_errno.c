/* SPDX-License-Identifier: MIT */
/* Owns the translation of the system's errors to errno, and the patience with those that pass. */
#include "disk/win32.h"

#include <errno.h>

ULONG WINAPI RtlNtStatusToDosError(NTSTATUS status);

/* Those that mingw's header does not name. */
enum { CANT_ACCESS_FILE = 1920, STOPPED_ON_SYMLINK = 681, ELEVATION_REQUIRED = 740, QUOTA_EXCEEDED = 1295 };

/* Beside each: what it is called in POSIX's view of the same trouble. */
static const struct {
    DWORD error;
    int number;
} table[] = {
    { ERROR_SUCCESS, 0 },
    { ERROR_FILE_NOT_FOUND, ENOENT },
    { ERROR_PATH_NOT_FOUND, ENOENT },
    { ERROR_INVALID_DRIVE, ENOENT },
    { ERROR_BAD_NETPATH, ENOENT },
    { ERROR_BAD_NET_NAME, ENOENT },
    { ERROR_BAD_PATHNAME, ENOENT },
    { ERROR_INVALID_NAME, EINVAL },
    { ERROR_TOO_MANY_OPEN_FILES, EMFILE },
    { ERROR_ACCESS_DENIED, EACCES },
    { ERROR_NETWORK_ACCESS_DENIED, EACCES },
    { ERROR_CURRENT_DIRECTORY, EBUSY },
    { ERROR_SHARING_VIOLATION, EBUSY },
    { ERROR_LOCK_VIOLATION, EBUSY },
    { ERROR_USER_MAPPED_FILE, EBUSY },
    { ERROR_DELETE_PENDING, EBUSY },
    { ERROR_BUSY, EBUSY },
    { ERROR_NOT_ENOUGH_MEMORY, ENOMEM },
    { ERROR_OUTOFMEMORY, ENOMEM },
    { ERROR_COMMITMENT_LIMIT, ENOMEM },
    { ERROR_NO_SYSTEM_RESOURCES, ENOMEM },
    { ERROR_NOT_SAME_DEVICE, EXDEV },
    { ERROR_WRITE_PROTECT, EROFS },
    { ERROR_HANDLE_DISK_FULL, ENOSPC },
    { ERROR_DISK_FULL, ENOSPC },
    { QUOTA_EXCEEDED, ENOSPC },
    { ERROR_FILE_EXISTS, EEXIST },
    { ERROR_ALREADY_EXISTS, EEXIST },
    { ERROR_DIR_NOT_EMPTY, ENOTEMPTY },
    { ERROR_DIRECTORY, ENOTDIR },
    { ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG },
    { ERROR_TOO_MANY_LINKS, EMLINK },
    { ERROR_PRIVILEGE_NOT_HELD, EPERM },
    { ERROR_NOT_A_REPARSE_POINT, EINVAL },
    { ERROR_CANT_RESOLVE_FILENAME, ELOOP },
    { STOPPED_ON_SYMLINK, ELOOP },
    { ERROR_INVALID_FUNCTION, ENOSYS },
    { ERROR_NOT_SUPPORTED, ENOSYS },
    { ERROR_CALL_NOT_IMPLEMENTED, ENOSYS },
    { ERROR_INVALID_PARAMETER, EINVAL },
    { ERROR_INVALID_HANDLE, EBADF },
    { ERROR_BAD_EXE_FORMAT, ENOEXEC },
    { ELEVATION_REQUIRED, EACCES },
    { ERROR_FILE_TOO_LARGE, EFBIG },
    { CANT_ACCESS_FILE, ENXIO },
};

int win32_errno(DWORD error)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].error == error)
            return table[i].number;
    return EIO;
}

int win32_last_errno(void)
{
    return win32_errno(GetLastError());
}

int win32_status_errno(NTSTATUS status)
{
    enum { IS_A_DIRECTORY = (int)0xc00000ba }; /* STATUS_FILE_IS_A_DIRECTORY, which Win32 calls "access denied" */
    if (status >= 0)
        return 0;
    return status == IS_A_DIRECTORY ? EISDIR : win32_errno(RtlNtStatusToDosError(status));
}

bool win32_wait_again(NTSTATUS status, int *round)
{
    enum { ROUNDS = 10 }; /* 1 + 2 + … + 512 ms */
    if (status >= 0 || *round >= ROUNDS)
        return false;
    DWORD error = RtlNtStatusToDosError(status);
    if (error != ERROR_SHARING_VIOLATION && error != ERROR_LOCK_VIOLATION && error != ERROR_DELETE_PENDING)
        return false;
    Sleep(1U << *round);
    ++*round;
    return true;
}
