/* SPDX-License-Identifier: MIT */
/* Owns the contents of files on POSIX systems: reading, writing, copying, mapping; and what is asked of the system itself. */
#define _GNU_SOURCE
#include "disk/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { CREATE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, COMPARED = 16384 /* bytes at once */ };

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        data += n;
        length -= (size_t)n;
    }
    return 0;
}

/* The end of writing a new file: its time, its way to the disk, and the errors that only close() tells (NFS, quotas). */
static int finish(int fd, int number, int64_t mtime, bool sync)
{
    if (number == 0 && mtime >= 0) {
        struct timespec time = { mtime / 1000000000, mtime % 1000000000 };
        number = futimens(fd, (struct timespec[2]){ time, time }) == 0 ? 0 : errno; /* some file systems know no UTIME_OMIT */
    }
    if (number == 0 && sync)
        number = disk_sync_dir((struct disk_dir){ fd });
    if (close(fd) != 0 && number == 0 && errno != EINTR)
        number = errno;
    return number;
}

int disk_write_new(struct disk_dir dir, const char *name, const void *data, size_t length, unsigned mode, int64_t mtime,
                   bool sync)
{
    int fd = posix_open((int)dir.handle, name, CREATE, mode);
    if (fd < 0)
        return errno;
    int number = finish(fd, write_all(fd, data, length), mtime, sync);
    if (number != 0)
        unlinkat((int)dir.handle, name, 0);
    return number;
}

int disk_sync_file(struct disk_dir dir, const char *name)
{
    int fd = posix_open((int)dir.handle, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    return fd < 0 ? errno : finish(fd, 0, -1, true);
}

static int copy_by_buffer(int from, int to)
{
    char buffer[16384];
    for (;;) {
        ssize_t n = read(from, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? 0 : errno;
        int number = write_all(to, buffer, (size_t)n);
        if (number != 0)
            return number;
    }
}

int disk_copy_path(const char *path, struct disk_dir to, const char *name, unsigned mode, bool sync)
{
    int from = posix_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (from < 0)
        return errno;
    int fd = posix_open((int)to.handle, name, CREATE, mode);
    int number = fd < 0 ? errno : 0;
    if (number == 0) {
        number = native_copy(from, fd);
        if (number == ENOTSUP)
            number = copy_by_buffer(from, fd);
        number = finish(fd, number, -1, sync);
        if (number != 0)
            unlinkat((int)to.handle, name, 0);
    }
    close(from);
    return number;
}

int disk_clone(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, unsigned mode, int64_t mtime)
{
    int source = posix_open((int)from.handle, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (source < 0)
        return errno;
    int fd, number = native_clone(source, (int)to.handle, new_name, mode, &fd);
    if (number == 0) {
        fd = posix_above_standard(fd);
        number = fd < 0 ? errno : finish(fd, 0, mtime, false);
        if (number != 0)
            unlinkat((int)to.handle, new_name, 0);
    }
    close(source);
    return number;
}

/* Opens a regular file for reading and tells what it is; never waits for the other end of a FIFO. */
static int open_regular(int dir, const char *name, int flags, int *out, struct disk_stat *st)
{
    int fd = posix_open(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags, 0);
    if (fd < 0)
        return errno;
    int number = disk_stat_dir((struct disk_dir){ fd }, st);
    if (number == 0 && st->type != DISK_FILE)
        number = st->type == DISK_DIRECTORY ? EISDIR : EINVAL;
    if (number != 0)
        close(fd);
    else
        *out = fd;
    return number;
}

/* Reads so many bytes, or less where the file ends. */
static int read_fully(int fd, char *data, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t n = read(fd, data + *length, size - *length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        *length += (size_t)n;
    }
    return 0;
}

static int read_all(struct arena *a, int fd, size_t size, struct slice *out)
{
    char *data = arena_alloc(a, size + 1);
    size_t length;
    int number = data == NULL ? ENOMEM : read_fully(fd, data, size, &length);
    if (number == 0)
        *out = (struct slice){ data, length };
    return number;
}

static int read_file(struct arena *a, int dir, const char *name, int flags, size_t limit, struct slice *out)
{
    int fd = -1;
    struct disk_stat st;
    int number = open_regular(dir, name, flags, &fd, &st);
    if (number != 0)
        return number;
    number = st.size > limit ? EFBIG : read_all(a, fd, (size_t)st.size, out);
    close(fd);
    return number;
}

int disk_read(struct arena *a, struct disk_dir dir, const char *name, size_t limit, struct slice *out)
{
    return read_file(a, (int)dir.handle, name, O_NOFOLLOW, limit, out);
}

int disk_read_path(struct arena *a, const char *path, size_t limit, struct slice *out)
{
    return read_file(a, AT_FDCWD, path, 0, limit, out);
}

static int compare(int fd, const char *data, size_t length)
{
    char piece[COMPARED];
    while (length > 0) {
        size_t wanted = length < sizeof piece ? length : sizeof piece, got;
        int number = read_fully(fd, piece, wanted, &got);
        if (number != 0)
            return number;
        if (got != wanted || memcmp(piece, data, wanted) != 0)
            return ESTALE;
        data += wanted;
        length -= wanted;
    }
    return 0;
}

int disk_compare(struct disk_dir dir, const char *name, const void *data, size_t length, struct disk_stat *out)
{
    int fd = -1;
    int number = open_regular((int)dir.handle, name, O_NOFOLLOW, &fd, out);
    if (number != 0)
        return number;
    number = out->size == length ? compare(fd, data, length) : ESTALE;
    close(fd);
    return number;
}

static int map_file(int dir, const char *name, int flags, struct disk_map *out)
{
    int fd = -1;
    int number = open_regular(dir, name, flags, &fd, &out->stat);
    if (number != 0)
        return number;
    out->data = (const unsigned char *)"";
    out->length = (size_t)out->stat.size;
    if (out->length > 0) {
        void *data = mmap(NULL, out->length, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED)
            number = errno;
        else
            out->data = data;
    }
    close(fd);
    return number;
}

int disk_map_path(const char *path, struct disk_map *out)
{
    return map_file(AT_FDCWD, path, 0, out);
}

int disk_map(struct disk_dir dir, const char *name, struct disk_map *out)
{
    return map_file((int)dir.handle, name, O_NOFOLLOW, out);
}

void disk_unmap(struct disk_map *map)
{
    if (map->length > 0)
        munmap((void *)(uintptr_t)map->data, map->length);
    *map = (struct disk_map){ 0 };
}

int disk_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 64 ? 64 : (int)count;
}

int64_t disk_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void disk_pause(int milliseconds)
{
    struct timespec pause = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
    nanosleep(&pause, NULL);
}

uint64_t disk_user(void)
{
    return geteuid();
}

int disk_random_name(char *out, size_t size)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char bytes[64];
    size_t length = size - 1 < sizeof bytes ? size - 1 : sizeof bytes;
    if (getentropy(bytes, length) != 0)
        return errno;
    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[bytes[i] & 31];
    out[length] = '\0';
    return 0;
}
