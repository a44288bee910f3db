/* SPDX-License-Identifier: MIT */
/* Owns what only Linux does: renameat2, openat2, reflinks, copies inside the kernel. */
#define _GNU_SOURCE
#include "disk/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* musl installs no kernel headers: these numbers are the kernel's promise to user space. */
#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int)
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

enum { FLAG_NOREPLACE = 1, FLAG_EXCHANGE = 2 };                     /* renameat2(2) */
enum { RESOLVE_NO_SYMLINKS_ = 0x04, RESOLVE_BENEATH_ = 0x08 };      /* openat2(2) */

/* File systems that do not know RENAME_NOREPLACE (FUSE, NFS): look first; the directory is ours, so nobody comes between. */
static int rename_if_absent(int from, const char *name, int to, const char *new_name)
{
    struct stat st;
    if (fstatat(to, new_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return EEXIST;
    if (errno != ENOENT)
        return errno;
    return renameat(from, name, to, new_name) == 0 ? 0 : errno;
}

int native_rename(int from, const char *name, int to, const char *new_name, enum disk_rename how)
{
    if (how == DISK_REPLACE)
        return renameat(from, name, to, new_name) == 0 ? 0 : errno;
    unsigned flag = how == DISK_EXCHANGE ? FLAG_EXCHANGE : FLAG_NOREPLACE;
    if (syscall(SYS_renameat2, from, name, to, new_name, flag) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    return how == DISK_EXCHANGE ? ENOTSUP : rename_if_absent(from, name, to, new_name);
}

int native_clone(int source, int to, const char *name, unsigned mode, int *created)
{
    int fd = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return errno;
    if (ioctl(fd, FICLONE, source) == 0) {
        *created = fd;
        return 0;
    }
    int number = errno == EINVAL || errno == ENOTTY || errno == EXDEV ? EOPNOTSUPP : errno;
    close(fd);
    return unlinkat(to, name, 0) == 0 ? number : errno; /* the next one of that name would find it in its way */
}

int native_copy(int from, int to)
{
    bool begun = false;
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (n == 0)
            return begun ? 0 : ENOTSUP; /* also what files in /proc answer */
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return begun || errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG ? errno : ENOTSUP;
        begun = true;
    }
}

int native_open_below(int dir, const char *path, int *out)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = { O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, RESOLVE_BENEATH_ | RESOLVE_NO_SYMLINKS_ };
    long fd;
    do
        fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return errno == EPERM ? ENOSYS : errno; /* sandboxes answer EPERM for calls that they do not know */
    *out = (int)fd;
    return 0;
}

/* struct statx of the kernel's ABI, as far as it is needed here; bind mounts have no other sign (since Linux 5.8). */
int native_is_mount(int dir, const char *name, bool *out)
{
    enum { ATTRIBUTES = 1, ATTRIBUTES_MASK = 7, MOUNT_ROOT = 0x2000 };
    uint64_t fields[32];
    if (syscall(SYS_statx, dir, name, AT_SYMLINK_NOFOLLOW, 0, fields) != 0)
        return errno == ENOSYS || errno == EPERM ? ENOTSUP : errno;
    if ((fields[ATTRIBUTES_MASK] & MOUNT_ROOT) == 0)
        return ENOTSUP;
    *out = (fields[ATTRIBUTES] & MOUNT_ROOT) != 0;
    return 0;
}

/* Octal escapes for what would end the field (proc(5)). */
static void unescape(char *field)
{
    char *to = field;
    for (const char *from = field; *from != '\0'; from++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] != '\0' && from[3] != '\0') {
            *to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* "36 35 98:0 /root /mount/point rw - ext4 /dev/sda1 rw" */
static bool is_mounted_below(char *line, const char *path)
{
    char *rest = NULL, *field = strtok_r(line, " ", &rest);
    for (int i = 1; i < 5 && field != NULL; i++)
        field = strtok_r(NULL, " ", &rest);
    if (field == NULL)
        return false;
    unescape(field);
    size_t length = strlen(path);
    return strncmp(field, path, length) == 0 && field[length] == '/';
}

int native_has_mounts(int dir, bool *out)
{
    char link[64], path[4096], *line = NULL;
    size_t size = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t length = readlink(link, path, sizeof path - 1);
    FILE *mounts = length < 0 ? NULL : fopen("/proc/self/mountinfo", "re");
    if (mounts == NULL)
        return ENOTSUP;
    path[length] = '\0';
    *out = false;
    while (!*out && getline(&line, &size, mounts) > 0)
        *out = is_mounted_below(line, path);
    free(line);
    int number = ferror(mounts) ? EIO : 0;
    fclose(mounts);
    return number;
}

bool native_has_default_acl(int dir)
{
    return fgetxattr(dir, "system.posix_acl_default", NULL, 0) > 0;
}

int native_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

int64_t native_mtime(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int64_t native_ctime(const struct stat *st)
{
    return (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}
