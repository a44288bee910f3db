/* SPDX-License-Identifier: MIT */
/*
 * What the files of the Windows side share. Names are opened relative to directory handles, as NT does it natively
 * (OBJECT_ATTRIBUTES.RootDirectory): no path is put together that somebody could change the meaning of meanwhile.
 */
#ifndef DISK_WIN32_H
#define DISK_WIN32_H

#include <windows.h>
#include <winternl.h>

#include "disk/disk.h"

/* What struct disk_dir stands for here. */
struct win32_dir {
    HANDLE handle;
    HANDLE lock; /* win32_lock.c; NULL: not locked */
};

enum { WIN32_NAME = 256, WIN32_PATH = 32768 }; /* UTF-16 units with the NUL: NT's limits */

/* The sharing of all our handles: others may read, write, rename and delete what we have open. */
#define WIN32_SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

struct win32_dir *win32_dir(struct disk_dir dir);
HANDLE win32_handle(struct disk_dir dir);
/* Makes a struct disk_dir of a handle, which it owns from now on, also when it fails. */
int win32_give_dir(HANDLE handle, struct disk_dir *out);

/* win32_errno.c: what the system says, as errno. */
int win32_errno(DWORD error);
int win32_last_errno(void);
int win32_status_errno(NTSTATUS status);
/*
 * Is it worth trying again? Virus scanners and indexers open what has just been written, for moments. Waits, longer each
 * round; false when the failure is of another kind or this has been going on for about a second.
 */
bool win32_wait_again(NTSTATUS status, int *round);

/* How to open a name. */
struct win32_open {
    ACCESS_MASK access;  /* SYNCHRONIZE is added */
    ULONG disposition;   /* FILE_OPEN, FILE_CREATE */
    ULONG options;       /* FILE_DIRECTORY_FILE, …; links are never followed */
    ULONG attributes;    /* of a new file */
    void *security;      /* security descriptor of a new file, or NULL */
};

/* Opens `name` in the directory; "" is the directory itself. Sharing violations are waited for. */
int win32_open(HANDLE dir, const char *name, const struct win32_open *how, HANDLE *out);
/* The same for an existing regular file that is to be read; links are refused with ELOOP, directories with EISDIR. */
int win32_open_regular(HANDLE dir, const char *name, HANDLE *out, struct disk_stat *st);

/* win32_path.c: the path as the system takes it: UTF-16, of any length, literal. NULL (and errno) when it cannot be. To be
 * freed. */
wchar_t *win32_path(const char *path);
/* Opens what is at the path; links are followed. */
int win32_open_path(const char *path, ACCESS_MASK access, HANDLE *out);
/* The path of what is open, as users know it, without the literal prefix. */
int win32_path_of(struct arena *a, HANDLE handle, char **out);
/* The name of what is open in units with the literal prefix; to be freed; NULL (and errno) when it has none. */
wchar_t *win32_wide_path_of(HANDLE handle);

/* win32_stat.c */
int win32_stat(HANDLE handle, struct disk_stat *out);
int64_t win32_time(LARGE_INTEGER filetime);
LARGE_INTEGER win32_filetime(int64_t time);

/* win32_trust.c: who may change the directory: as owner and permission bits of POSIX, as far as they are asked for. */
void win32_stat_trust(HANDLE directory, struct disk_stat *out);
/* The security descriptor of a directory for its owner alone; NULL: out of memory. To be freed with LocalFree. */
void *win32_private_security(void);

/* win32_rename.c: gives the open file another name (or one more, a hard link) in the directory. */
enum win32_naming { WIN32_RENAME, WIN32_RENAME_REPLACE, WIN32_LINK };
NTSTATUS win32_name(HANDLE file, HANDLE dir, const char *name, enum win32_naming how);
/* Makes the open file (access DELETE) go away. */
NTSTATUS win32_unlink(HANDLE file);

#endif
