/* SPDX-License-Identifier: MIT */
/*
 * Owns the wrappers that the linker puts in the place of the system's calls (ld --wrap=NAME: __wrap_NAME is called for NAME,
 * and __real_NAME is NAME). LARGE(NAME) is what the C library calls NAME for files of any size.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "fault.h"

#define JOIN_(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define WRAP(name) __wrap_##name
#define REAL(name) __real_##name
#define WRAP_LARGE(name) JOIN(__wrap_, name, LARGE)
#define REAL_LARGE(name) JOIN(__real_, name, LARGE)

/* Declares the real function, and the wrapper that is defined next. */
#define WRAPPER(type, name, ...) \
    type REAL(name)(__VA_ARGS__); \
    type WRAP(name)(__VA_ARGS__); \
    type WRAP(name)(__VA_ARGS__)
#define WRAPPER_LARGE(type, name, ...) \
    type REAL_LARGE(name)(__VA_ARGS__); \
    type WRAP_LARGE(name)(__VA_ARGS__); \
    type WRAP_LARGE(name)(__VA_ARGS__)

/* ---- opening and closing ------------------------------------------------------------------------------- */

WRAPPER_LARGE(int, openat, int dir, const char *name, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return fault_hits((flags & O_CREAT) != 0 ? CALL_CREATE : CALL_OPEN) ? -1 : REAL_LARGE(openat)(dir, name, flags, mode);
}

/* A descriptor is gone even when closing it fails (Linux, close(2)). */
WRAPPER(int, close, int fd)
{
    bool hit = fault_hits(CALL_CLOSE);
    int number = errno, result = REAL(close)(fd);
    errno = hit ? number : errno;
    return hit ? -1 : result;
}

WRAPPER_LARGE(FILE *, fopen, const char *path, const char *mode)
{
    return fault_hits(CALL_STREAM) ? NULL : REAL_LARGE(fopen)(path, mode);
}

WRAPPER_LARGE(int, fcntl, int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    int argument = va_arg(args, int);
    va_end(args);
    return command == F_DUPFD_CLOEXEC && fault_hits(CALL_DUPLICATE) ? -1 : REAL_LARGE(fcntl)(fd, command, argument);
}

WRAPPER(int, pipe2, int ends[2], int flags)
{
    return fault_hits(CALL_PIPE) ? -1 : REAL(pipe2)(ends, flags);
}

WRAPPER(pid_t, fork, void)
{
    if (fault_hits(CALL_FORK))
        return -1;
    pid_t pid = REAL(fork)();
    if (pid == 0)
        fault_disarm();
    return pid;
}

/* ---- names --------------------------------------------------------------------------------------------- */

WRAPPER(int, mkdirat, int dir, const char *name, mode_t mode)
{
    return fault_hits(CALL_MKDIR) ? -1 : REAL(mkdirat)(dir, name, mode);
}

WRAPPER(int, renameat, int from, const char *name, int to, const char *new_name)
{
    return fault_hits(CALL_RENAME) ? -1 : REAL(renameat)(from, name, to, new_name);
}

WRAPPER(int, symlinkat, const char *target, int dir, const char *name)
{
    return fault_hits(CALL_SYMLINK) ? -1 : REAL(symlinkat)(target, dir, name);
}

WRAPPER(int, linkat, int from, const char *name, int to, const char *new_name, int flags)
{
    return fault_hits(CALL_LINK) ? -1 : REAL(linkat)(from, name, to, new_name, flags);
}

WRAPPER(int, unlinkat, int dir, const char *name, int flags)
{
    return fault_hits(CALL_UNLINK) ? -1 : REAL(unlinkat)(dir, name, flags);
}

WRAPPER(ssize_t, readlinkat, int dir, const char *name, char *out, size_t size)
{
    return fault_hits(CALL_READ_LINK) ? -1 : REAL(readlinkat)(dir, name, out, size);
}

WRAPPER(ssize_t, readlink, const char *path, char *out, size_t size)
{
    return fault_hits(CALL_READ_LINK) ? -1 : REAL(readlink)(path, out, size);
}

WRAPPER(char *, realpath, const char *path, char *out)
{
    return fault_hits(CALL_REAL_PATH) ? NULL : REAL(realpath)(path, out);
}

WRAPPER(int, fchmodat, int dir, const char *name, mode_t mode, int flags)
{
    return fault_hits(CALL_CHMOD) ? -1 : REAL(fchmodat)(dir, name, mode, flags);
}

WRAPPER(char *, getcwd, char *buffer, size_t size)
{
    return fault_hits(CALL_CWD) ? NULL : REAL(getcwd)(buffer, size);
}

/* What Linux has beyond POSIX is called by its number. */
WRAPPER(long, syscall, long number, ...)
{
    va_list args;
    long a[5] = { 0 };
    va_start(args, number);
    for (size_t i = 0; i < (number == SYS_openat2 ? 4 : 5); i++)
        a[i] = va_arg(args, long);
    va_end(args);
    bool rename = number == SYS_renameat2, below = number == SYS_openat2;
    if (fault_old_kernel() && (rename || below)) {
        errno = rename ? EINVAL : ENOSYS;
        return -1;
    }
    if ((rename && fault_hits(CALL_RENAME_FLAGS)) || (below && fault_hits(CALL_OPEN_BELOW)) ||
        (number == SYS_statx && fault_hits(CALL_STATX)))
        return -1;
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4]);
}

/* ---- what is known of files ---------------------------------------------------------------------------- */

WRAPPER_LARGE(int, stat, const char *path, struct stat *out)
{
    return fault_hits(CALL_STAT) ? -1 : REAL_LARGE(stat)(path, out);
}

WRAPPER_LARGE(int, fstatat, int dir, const char *name, struct stat *out, int flags)
{
    return fault_hits(CALL_STAT) ? -1 : REAL_LARGE(fstatat)(dir, name, out, flags);
}

WRAPPER_LARGE(int, fstat, int fd, struct stat *out)
{
    return fault_hits(CALL_FSTAT) ? -1 : REAL_LARGE(fstat)(fd, out);
}

WRAPPER(ssize_t, fgetxattr, int fd, const char *name, void *value, size_t size)
{
    return fault_hits(CALL_XATTR) ? -1 : REAL(fgetxattr)(fd, name, value, size);
}

WRAPPER(DIR *, fdopendir, int fd)
{
    return fault_hits(CALL_LIST) ? NULL : REAL(fdopendir)(fd);
}

WRAPPER_LARGE(struct dirent *, readdir, DIR *stream)
{
    return fault_hits(CALL_LIST_NEXT) ? NULL : REAL_LARGE(readdir)(stream);
}

/* ---- contents ------------------------------------------------------------------------------------------ */

WRAPPER(ssize_t, write, int fd, const void *data, size_t length)
{
    return fault_hits_length(CALL_WRITE, &length) ? -1 : REAL(write)(fd, data, length);
}

WRAPPER(ssize_t, read, int fd, void *data, size_t length)
{
    return fault_hits_length(CALL_READ, &length) ? -1 : REAL(read)(fd, data, length);
}

WRAPPER_LARGE(void *, mmap, void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
    return fault_hits(CALL_MAP) ? MAP_FAILED : REAL_LARGE(mmap)(at, length, protection, flags, fd, offset);
}

WRAPPER(ssize_t, copy_file_range, int from, off_t *from_at, int to, off_t *to_at, size_t length, unsigned flags)
{
    return fault_hits(CALL_COPY_RANGE) ? -1 : REAL(copy_file_range)(from, from_at, to, to_at, length, flags);
}

WRAPPER(int, ioctl, int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    long argument = va_arg(args, long);
    va_end(args);
    return fault_hits(CALL_CLONE) ? -1 : REAL(ioctl)(fd, request, argument);
}

WRAPPER(int, futimens, int fd, const struct timespec times[2])
{
    return fault_hits(CALL_TIMES) ? -1 : REAL(futimens)(fd, times);
}

WRAPPER(int, fsync, int fd)
{
    return fault_hits(CALL_SYNC) ? -1 : REAL(fsync)(fd);
}

WRAPPER(int, flock, int fd, int operation)
{
    return fault_hits(CALL_LOCK) ? -1 : REAL(flock)(fd, operation);
}

WRAPPER(int, getentropy, void *out, size_t length)
{
    return fault_hits(CALL_RANDOM) ? -1 : REAL(getentropy)(out, length);
}

/* An hour later than it is: nothing is too new to be remembered. */
WRAPPER(time_t, time, time_t *out)
{
    time_t now = REAL(time)(NULL) + 3600;
    if (out != NULL)
        *out = now;
    return now;
}

/* ---- memory -------------------------------------------------------------------------------------------- */

WRAPPER(void *, malloc, size_t size)
{
    return fault_hits(CALL_MEMORY) ? NULL : REAL(malloc)(size);
}

/* An arena seldom needs a new chunk: each of its own allocations can be the one that does. */
static bool arena_hits(struct arena *a)
{
    bool hit = fault_hits(CALL_MEMORY);
    a->failed = a->failed || hit;
    return hit;
}

WRAPPER(void *, arena_alloc, struct arena *a, size_t size)
{
    return arena_hits(a) ? NULL : REAL(arena_alloc)(a, size);
}

WRAPPER(void *, arena_array, struct arena *a, size_t count, size_t size)
{
    return arena_hits(a) ? NULL : REAL(arena_array)(a, count, size);
}

WRAPPER(char *, arena_copy, struct arena *a, const char *data, size_t length)
{
    static char nothing[1];
    return arena_hits(a) ? nothing : REAL(arena_copy)(a, data, length);
}

WRAPPER(char *, arena_string, struct arena *a, const char *string)
{
    return WRAP(arena_copy)(a, string, strlen(string));
}

char *WRAP(arena_format)(struct arena *a, const char *format, ...) ERROR_PRINTF(2, 3);
char *WRAP(arena_format)(struct arena *a, const char *format, ...)
{
    static char nothing[1];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *out = arena_hits(a) || length < 0 ? NULL : REAL(arena_alloc)(a, (size_t)length + 1);
    if (out != NULL)
        vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return out != NULL ? out : nothing;
}
