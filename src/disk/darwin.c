/* SPDX-License-Identifier: MIT */
/* Owns what only macOS does: renameatx_np, clonefile, fcopyfile. */
#include "disk/posix.h"

#include <copyfile.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/clonefile.h>
#include <unistd.h>

int native_rename(int from, const char *name, int to, const char *new_name, enum disk_rename how)
{
    unsigned flags = how == DISK_EXCHANGE ? RENAME_SWAP : how == DISK_NOREPLACE ? RENAME_EXCL : 0;
    if (renameatx_np(from, name, to, new_name, flags) == 0)
        return 0;
    return errno == ENOTSUP || errno == EINVAL ? ENOTSUP : errno;
}

int native_clone(int source, int to, const char *name, unsigned mode, int *created)
{
    if (fclonefileat(source, to, name, 0) != 0)
        return errno == ENOTSUP || errno == EXDEV ? EOPNOTSUPP : errno;
    int fd = openat(to, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    (void)mode; /* a clone has its source's mode, which is 0666 or 0777 less the umask of the store's owner */
    *created = fd;
    return 0;
}

int native_copy(int from, int to)
{
    return fcopyfile(from, to, NULL, COPYFILE_DATA) == 0 ? 0 : errno;
}

int native_open_below(int dir, const char *path, int *out)
{
    int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW_ANY);
    if (fd < 0)
        return errno;
    *out = fd;
    return 0;
}

int native_is_mount(int dir, const char *name, bool *out)
{
    (void)dir;
    (void)name;
    (void)out;
    return ENOTSUP; /* macOS has no bind mounts: the device number tells */
}

int native_has_mounts(int dir, bool *out)
{
    (void)dir;
    (void)out;
    return ENOTSUP;
}

bool native_has_default_acl(int dir)
{
    (void)dir;
    return false; /* what is inherited there are single entries, which a link's file has from its own directory */
}

int native_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return -1;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return 0;
}

int64_t native_mtime(const struct stat *st)
{
    return (int64_t)st->st_mtimespec.tv_sec * 1000000000 + st->st_mtimespec.tv_nsec;
}

int64_t native_ctime(const struct stat *st)
{
    return (int64_t)st->st_ctimespec.tv_sec * 1000000000 + st->st_ctimespec.tv_nsec;
}
