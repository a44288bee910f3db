/* SPDX-License-Identifier: MIT */
/* Owns the contents of files on Windows: reading, writing, copying, mapping. */
#include "disk/win32.h"

#include <errno.h>
#include <stdlib.h>

NTSTATUS NTAPI NtQueryVolumeInformationFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, FS_INFORMATION_CLASS);

enum { PART = 1 << 30, COPY_BUFFER = 1 << 16, COMPARED = 16384 }; /* the calls take 32-bit lengths */
enum { WRITING = FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | DELETE };

/* ---- writing ------------------------------------------------------------------------------------------- */

static int create(struct disk_dir dir, const char *name, unsigned mode, HANDLE *out)
{
    const ULONG attributes = (mode & 0222) == 0 ? FILE_ATTRIBUTE_READONLY : FILE_ATTRIBUTE_NORMAL;
    const struct win32_open how = { WRITING, FILE_CREATE, FILE_NON_DIRECTORY_FILE, attributes, NULL };
    return win32_open(win32_handle(dir), name, &how, out);
}

static int write_all(HANDLE file, const char *data, size_t length)
{
    while (length > 0) {
        DWORD written;
        if (!WriteFile(file, data, length > PART ? PART : (DWORD)length, &written, NULL))
            return win32_last_errno();
        data += written;
        length -= written;
    }
    return 0;
}

/* The end of writing a new file: its time, its way to the disk; and its removal when something went wrong. */
static int finish(HANDLE file, int number, int64_t mtime, bool sync)
{
    FILE_BASIC_INFO info = { 0 }; /* 0: leave it */
    if (number == 0 && mtime >= 0) {
        info.LastWriteTime = win32_filetime(mtime);
        if (!SetFileInformationByHandle(file, FileBasicInfo, &info, sizeof info))
            number = win32_last_errno();
    }
    if (number == 0 && sync && !FlushFileBuffers(file))
        number = win32_last_errno();
    if (number != 0)
        win32_unlink(file);
    CloseHandle(file);
    return number;
}

int disk_write_new(struct disk_dir dir, const char *name, const void *data, size_t length, unsigned mode, int64_t mtime,
                   bool sync)
{
    HANDLE file;
    int number = create(dir, name, mode, &file);
    return number != 0 ? number : finish(file, write_all(file, data, length), mtime, sync);
}

int disk_sync_file(struct disk_dir dir, const char *name)
{
    const struct win32_open how = { FILE_WRITE_DATA, FILE_OPEN, FILE_NON_DIRECTORY_FILE, 0, NULL };
    HANDLE file;
    int number = win32_open(win32_handle(dir), name, &how, &file);
    if (number != 0)
        return number;
    number = FlushFileBuffers(file) ? 0 : win32_last_errno();
    CloseHandle(file);
    return number;
}

static int copy_contents(HANDLE from, HANDLE to)
{
    char *buffer = malloc(COPY_BUFFER);
    int number = buffer == NULL ? ENOMEM : 0;
    while (number == 0) {
        DWORD got;
        if (!ReadFile(from, buffer, COPY_BUFFER, &got, NULL))
            number = win32_last_errno();
        else if (got == 0)
            break;
        else
            number = write_all(to, buffer, got);
    }
    free(buffer);
    return number;
}

int disk_copy_path(const char *path, struct disk_dir to, const char *name, unsigned mode, bool sync)
{
    HANDLE from, file;
    int number = win32_open_path(path, GENERIC_READ, &from);
    if (number != 0)
        return number;
    number = create(to, name, mode, &file);
    if (number == 0)
        number = finish(file, copy_contents(from, file), -1, sync);
    CloseHandle(from);
    return number;
}

/* ---- sharing contents (ReFS block cloning) ------------------------------------------------------------- */

/* DUPLICATE_EXTENTS_DATA, which mingw's headers lack ([MS-FSCC] 2.3.8). */
struct duplicate_extents {
    HANDLE file;
    LARGE_INTEGER source, target, count;
};

enum { CTL_DUPLICATE_EXTENTS = 0x98344, VOLUME_CLONES = 0x08000000 }; /* FILE_SUPPORTS_BLOCK_REFCOUNTING */

/* FILE_FS_SIZE_INFORMATION ([MS-FSCC] 2.5.8): what a file system gives out at once. 0: unknown. */
static uint64_t cluster_size(HANDLE file)
{
    struct {
        LARGE_INTEGER total, available;
        ULONG sectors, bytes;
    } size;
    enum { SIZE_INFORMATION = 3 };
    IO_STATUS_BLOCK io;
    NTSTATUS status = NtQueryVolumeInformationFile(file, &io, &size, sizeof size, (FS_INFORMATION_CLASS)SIZE_INFORMATION);
    return status >= 0 ? (uint64_t)size.sectors * size.bytes : 0;
}

/* Whole clusters, and less than 4 GiB a call: files of an environment are far smaller. */
static int duplicate_extents(HANDLE source, HANDLE file, uint64_t size)
{
    FILE_END_OF_FILE_INFO end = { .EndOfFile.QuadPart = (LONGLONG)size };
    struct duplicate_extents extents = { .file = source };
    uint64_t cluster = cluster_size(file);
    DWORD returned;
    if (size == 0)
        return 0;
    if (size >= PART || cluster == 0)
        return EOPNOTSUPP;
    extents.count.QuadPart = (LONGLONG)((size + cluster - 1) / cluster * cluster);
    if (!SetFileInformationByHandle(file, FileEndOfFileInfo, &end, sizeof end) ||
        !DeviceIoControl(file, CTL_DUPLICATE_EXTENTS, &extents, sizeof extents, NULL, 0, &returned, NULL))
        return win32_last_errno();
    return 0;
}

int disk_clone(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, unsigned mode, int64_t mtime)
{
    DWORD flags;
    HANDLE source, file;
    struct disk_stat st, there;
    int number = win32_stat(win32_handle(to), &there);
    if (number != 0)
        return number;
    if (!GetVolumeInformationByHandleW(win32_handle(to), NULL, 0, NULL, NULL, &flags, NULL, 0) || (flags & VOLUME_CLONES) == 0)
        return EOPNOTSUPP;
    number = win32_open_regular(win32_handle(from), name, &source, &st);
    if (number != 0)
        return number;
    if (st.device != there.device)
        number = EXDEV;
    if (number == 0)
        number = create(to, new_name, mode, &file);
    if (number == 0)
        number = finish(file, duplicate_extents(source, file, st.size), mtime, false);
    CloseHandle(source);
    return number == ENOSYS || number == EINVAL ? EOPNOTSUPP : number;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int check_regular(HANDLE file, struct disk_stat *st)
{
    int number = win32_stat(file, st);
    if (number != 0 || st->type == DISK_FILE)
        return number;
    return st->type == DISK_LINK ? ELOOP : st->type == DISK_DIRECTORY ? EISDIR : EINVAL;
}

int win32_open_regular(HANDLE dir, const char *name, HANDLE *out, struct disk_stat *st)
{
    const struct win32_open how = { FILE_READ_DATA | FILE_READ_ATTRIBUTES, FILE_OPEN, 0, 0, NULL };
    int number = win32_open(dir, name, &how, out);
    if (number != 0)
        return number;
    number = check_regular(*out, st);
    if (number != 0)
        CloseHandle(*out);
    return number;
}

static int open_regular_path(const char *path, HANDLE *out, struct disk_stat *st)
{
    int number = win32_open_path(path, FILE_READ_DATA | FILE_READ_ATTRIBUTES, out);
    if (number != 0)
        return number;
    number = check_regular(*out, st);
    if (number != 0)
        CloseHandle(*out);
    return number;
}

/* Reads what is open and closes it. */
static int read_and_close(struct arena *a, HANDLE file, uint64_t size, size_t limit, struct slice *out)
{
    DWORD got = 0;
    int number = size > limit || size > PART ? EFBIG : 0;
    char *data = number == 0 ? arena_alloc(a, (size_t)size + 1) : NULL;
    if (number == 0 && data == NULL)
        number = ENOMEM;
    if (number == 0 && !ReadFile(file, data, (DWORD)size, &got, NULL))
        number = win32_last_errno();
    CloseHandle(file);
    if (number == 0)
        *out = (struct slice){ data, got };
    return number;
}

int disk_read(struct arena *a, struct disk_dir dir, const char *name, size_t limit, struct slice *out)
{
    HANDLE file;
    struct disk_stat st;
    int number = win32_open_regular(win32_handle(dir), name, &file, &st);
    return number != 0 ? number : read_and_close(a, file, st.size, limit, out);
}

int disk_read_path(struct arena *a, const char *path, size_t limit, struct slice *out)
{
    HANDLE file;
    struct disk_stat st;
    int number = open_regular_path(path, &file, &st);
    return number != 0 ? number : read_and_close(a, file, st.size, limit, out);
}

static int compare(HANDLE file, const char *data, size_t length)
{
    char piece[COMPARED];
    while (length > 0) {
        DWORD wanted = length < sizeof piece ? (DWORD)length : (DWORD)sizeof piece, got;
        if (!ReadFile(file, piece, wanted, &got, NULL))
            return win32_last_errno();
        if (got != wanted || memcmp(piece, data, wanted) != 0)
            return ESTALE;
        data += wanted;
        length -= wanted;
    }
    return 0;
}

int disk_compare(struct disk_dir dir, const char *name, const void *data, size_t length, struct disk_stat *out)
{
    HANDLE file;
    int number = win32_open_regular(win32_handle(dir), name, &file, out);
    if (number != 0)
        return number;
    number = out->size == length ? compare(file, data, length) : ESTALE;
    CloseHandle(file);
    return number;
}

/* Maps what is open and closes it: the view alone keeps the file. */
static int map_and_close(HANDLE file, struct disk_map *out)
{
    int number = 0;
    out->data = (const unsigned char *)"";
    out->length = (size_t)out->stat.size;
    if (out->length > 0) {
        HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
        const void *view = mapping != NULL ? MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, out->length) : NULL;
        if (view == NULL)
            number = win32_last_errno();
        else
            out->data = view;
        if (mapping != NULL)
            CloseHandle(mapping);
    }
    CloseHandle(file);
    return number;
}

int disk_map_path(const char *path, struct disk_map *out)
{
    HANDLE file;
    int number = open_regular_path(path, &file, &out->stat);
    return number != 0 ? number : map_and_close(file, out);
}

int disk_map(struct disk_dir dir, const char *name, struct disk_map *out)
{
    HANDLE file;
    int number = win32_open_regular(win32_handle(dir), name, &file, &out->stat);
    return number != 0 ? number : map_and_close(file, out);
}

void disk_unmap(struct disk_map *map)
{
    if (map->length > 0)
        UnmapViewOfFile(map->data);
    *map = (struct disk_map){ 0 };
}
