/* SPDX-License-Identifier: MIT */
/* Owns directories and names on Windows: the calls relative to directory handles that disk.h promises. */
#include "disk/win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path_names.h"
#include "base/utf16.h"

enum { OPEN_DIR = FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES | READ_CONTROL };

/* ---- handles ------------------------------------------------------------------------------------------- */

struct win32_dir *win32_dir(struct disk_dir dir)
{
    return (struct win32_dir *)dir.handle;
}

HANDLE win32_handle(struct disk_dir dir)
{
    return win32_dir(dir)->handle;
}

int win32_give_dir(HANDLE handle, struct disk_dir *out)
{
    struct win32_dir *dir = malloc(sizeof *dir);
    if (dir == NULL) {
        CloseHandle(handle);
        return ENOMEM;
    }
    *dir = (struct win32_dir){ handle, NULL };
    out->handle = (intptr_t)dir;
    return 0;
}

void disk_close(struct disk_dir dir)
{
    if (dir.handle == DISK_NO_DIR.handle)
        return;
    struct win32_dir *d = win32_dir(dir);
    if (d->lock != NULL)
        CloseHandle(d->lock);
    CloseHandle(d->handle);
    free(d);
}

/* A name is one component: a separator or a stream's colon in it would lead elsewhere. */
static bool is_component(const char *name)
{
    return strpbrk(name, "/\\:") == NULL && strcmp(name, "..") != 0;
}

/* NT would make files of names that mean devices to all programs, which then could never open them. */
static bool is_new_name(const char *name)
{
    return name[0] != '\0' && is_component(name) && path_name_refusal(name, strlen(name)) == NULL;
}

int win32_open(HANDLE dir, const char *name, const struct win32_open *how, HANDLE *out)
{
    WCHAR wide[WIN32_NAME];
    UNICODE_STRING string = { 0, sizeof wide, wide };
    OBJECT_ATTRIBUTES attributes;
    if (how->disposition == FILE_CREATE ? !is_new_name(name) : !is_component(name))
        return EINVAL;
    if (strcmp(name, ".") == 0)
        name = "";
    string.Length = (USHORT)(utf16_from_utf8(name, wide, WIN32_NAME) * sizeof *wide);
    if (string.Length == 0 && name[0] != '\0')
        return ENAMETOOLONG;
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, dir, how->security);
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    int round = 0;
    do
        status = NtCreateFile(
            out, how->access | SYNCHRONIZE, &attributes, &io, NULL, how->attributes, WIN32_SHARE_ALL, how->disposition,
            how->options | FILE_OPEN_REPARSE_POINT | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT, NULL, 0);
    while (win32_wait_again(status, &round));
    return win32_status_errno(status);
}

/* ---- directories --------------------------------------------------------------------------------------- */

int disk_open_dir(struct disk_dir parent, const char *name, struct disk_dir *out)
{
    const struct win32_open how = { OPEN_DIR, FILE_OPEN, FILE_DIRECTORY_FILE, 0, NULL };
    HANDLE handle;
    struct disk_stat st;
    int number = win32_open(win32_handle(parent), name, &how, &handle);
    if (number != 0)
        return number;
    number = win32_stat(handle, &st);
    if (number == 0 && st.type == DISK_LINK)
        number = ELOOP;
    if (number == 0)
        return win32_give_dir(handle, out);
    CloseHandle(handle);
    return number;
}

int disk_open_below(struct disk_dir parent, const char *path, struct disk_dir *out)
{
    struct disk_dir at = DISK_NO_DIR;
    int number = disk_duplicate(parent, &at);
    while (number == 0 && *path != '\0') {
        char name[UTF16_BYTES(WIN32_NAME)];
        size_t length = strcspn(path, "/\\");
        number = length < sizeof name ? 0 : ENAMETOOLONG;
        struct disk_dir next = DISK_NO_DIR;
        if (number == 0) {
            snprintf(name, sizeof name, "%.*s", (int)length, path);
            number = disk_open_dir(at, name, &next);
        }
        disk_close(at);
        at = next;
        path += length + strspn(path + length, "/\\");
    }
    if (number == 0)
        *out = at;
    return number;
}

int disk_duplicate(struct disk_dir dir, struct disk_dir *out)
{
    HANDLE copy, self = GetCurrentProcess();
    if (!DuplicateHandle(self, win32_handle(dir), self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return win32_last_errno();
    return win32_give_dir(copy, out);
}

static int make_dir(struct disk_dir dir, const char *name, void *security)
{
    const struct win32_open how = { FILE_READ_ATTRIBUTES, FILE_CREATE, FILE_DIRECTORY_FILE, FILE_ATTRIBUTE_NORMAL, security };
    HANDLE handle;
    int number = win32_open(win32_handle(dir), name, &how, &handle);
    if (number == 0)
        CloseHandle(handle);
    return number;
}

int disk_make_dir(struct disk_dir dir, const char *name)
{
    return make_dir(dir, name, NULL);
}

int disk_make_private_dir(struct disk_dir dir, const char *name)
{
    void *security = win32_private_security();
    if (security == NULL)
        return ENOMEM;
    int number = make_dir(dir, name, security);
    LocalFree(security);
    return number;
}

/* Files keep the access list that they inherited where they were made, wherever they are moved. */
int disk_make_staging_dir(struct disk_dir dir, const char *name)
{
    return make_dir(dir, name, NULL);
}

/* Permissions do not keep the owner of a directory from it here; what keeps files from being removed, disk_remove lifts. */
int disk_make_writable(struct disk_dir dir, const char *name)
{
    (void)dir;
    (void)name;
    return EACCES;
}

/* What is mounted in a directory shows as a reparse point, which is never followed. */
bool disk_has_mounts(struct disk_dir dir)
{
    (void)dir;
    return false;
}

/* Every new file here inherits its directory's access list; a link would keep the store's, which is for its owner alone. */
int disk_inherits(struct disk_dir dir, bool *out)
{
    (void)dir;
    *out = true;
    return 0;
}

/* Hands on the names of one buffer of entries. */
static int give_names(const FILE_ID_BOTH_DIR_INFO *entry, int (*each)(void *user, const char *name), void *user)
{
    for (;;) {
        char name[UTF16_BYTES(WIN32_NAME) + 1];
        size_t length = entry->FileNameLength / sizeof *entry->FileName;
        utf16_to_utf8(entry->FileName, length < WIN32_NAME ? length : WIN32_NAME, name);
        int number = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? 0 : each(user, name);
        if (number != 0 || entry->NextEntryOffset == 0)
            return number;
        entry = (const FILE_ID_BOTH_DIR_INFO *)((const char *)entry + entry->NextEntryOffset);
    }
}

int disk_list(struct disk_dir dir, int (*each)(void *user, const char *name), void *user)
{
    const struct win32_open how = { FILE_LIST_DIRECTORY, FILE_OPEN, FILE_DIRECTORY_FILE, 0, NULL };
    union {
        FILE_ID_BOTH_DIR_INFO first;
        char bytes[8192];
    } buffer;
    HANDLE handle; /* of its own: how far one has read belongs to the handle */
    int number = win32_open(win32_handle(dir), "", &how, &handle);
    if (number != 0)
        return number;
    while (number == 0) {
        if (GetFileInformationByHandleEx(handle, FileIdBothDirectoryInfo, &buffer, sizeof buffer)) {
            number = give_names(&buffer.first, each, user);
            continue;
        }
        if (GetLastError() != ERROR_NO_MORE_FILES && GetLastError() != ERROR_FILE_NOT_FOUND) /* a root with nothing in it */
            number = win32_last_errno();
        break;
    }
    CloseHandle(handle);
    return number;
}

int disk_stat_dir(struct disk_dir dir, struct disk_stat *out)
{
    int number = win32_stat(win32_handle(dir), out);
    if (number == 0)
        win32_stat_trust(win32_handle(dir), out);
    return number;
}

/* Windows keeps its directories in order by itself; what can be asked for is that its journal is written. */
int disk_sync_dir(struct disk_dir dir)
{
    const struct win32_open how = { FILE_ADD_FILE, FILE_OPEN, FILE_DIRECTORY_FILE, 0, NULL };
    HANDLE handle;
    int number = win32_open(win32_handle(dir), "", &how, &handle);
    if (number != 0)
        return number == EACCES ? 0 : number;
    FlushFileBuffers(handle);
    CloseHandle(handle);
    return 0;
}

/* What is mounted in a directory is a reparse point, which disk_stat calls a link: only a root is left. */
int disk_is_mount(struct disk_dir dir, const char *name, bool *out)
{
    struct disk_stat here, there;
    int number = win32_stat(win32_handle(dir), &here);
    if (number == 0)
        number = disk_stat(dir, name, &there);
    if (number == 0)
        *out = here.device != there.device;
    return number;
}

/* ---- names --------------------------------------------------------------------------------------------- */

int disk_stat(struct disk_dir dir, const char *name, struct disk_stat *out)
{
    const struct win32_open how = { FILE_READ_ATTRIBUTES, FILE_OPEN, 0, 0, NULL };
    HANDLE handle;
    int number = win32_open(win32_handle(dir), name, &how, &handle);
    if (number != 0)
        return number;
    number = win32_stat(handle, out);
    CloseHandle(handle);
    return number;
}

/* While a virus scanner has a file below a directory open, renaming the directory is "denied". */
static bool name_again(NTSTATUS status, int *round)
{
    const NTSTATUS denied = (NTSTATUS)0xc0000022, violation = (NTSTATUS)0xc0000043;
    return win32_wait_again(status == denied ? violation : status, round);
}

static int give_name(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, enum win32_naming how)
{
    const struct win32_open open = { how == WIN32_LINK ? FILE_WRITE_ATTRIBUTES : DELETE | FILE_READ_ATTRIBUTES, FILE_OPEN, 0, 0,
                                     NULL };
    HANDLE file;
    if (!is_new_name(new_name))
        return EINVAL;
    int number = win32_open(win32_handle(from), name, &open, &file);
    if (number != 0)
        return number;
    NTSTATUS status;
    int round = 0;
    do
        status = win32_name(file, win32_handle(to), new_name, how);
    while (name_again(status, &round));
    CloseHandle(file);
    return win32_status_errno(status);
}

int disk_link(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name)
{
    return give_name(from, name, to, new_name, WIN32_LINK);
}

int disk_rename(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, enum disk_rename how)
{
    if (how == DISK_EXCHANGE)
        return ENOTSUP;
    return give_name(from, name, to, new_name, how == DISK_REPLACE ? WIN32_RENAME_REPLACE : WIN32_RENAME);
}

int disk_remove(struct disk_dir dir, const char *name, enum disk_type type)
{
    const ULONG options = type == DISK_DIRECTORY ? FILE_DIRECTORY_FILE : 0;
    const struct win32_open how = { DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, FILE_OPEN, options, 0, NULL };
    HANDLE file;
    int number = win32_open(win32_handle(dir), name, &how, &file);
    if (number != 0)
        return number;
    NTSTATUS status;
    int round = 0;
    do
        status = win32_unlink(file);
    while (win32_wait_again(status, &round));
    CloseHandle(file);
    return win32_status_errno(status);
}
