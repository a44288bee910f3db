/* SPDX-License-Identifier: MIT */
/* Owns directories and names on POSIX systems: the calls relative to directory descriptors that disk.h promises. */
#define _GNU_SOURCE
#include "disk/posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/path.h"
#include "base/variable.h"

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

static int fd_of(struct disk_dir dir)
{
    return (int)dir.handle;
}

int posix_above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), number = errno;
    close(fd);
    errno = number;
    return higher;
}

int posix_open(int dir, const char *name, int flags, unsigned mode)
{
    int fd;
    do
        fd = openat(dir, name, flags, mode);
    while (fd < 0 && errno == EINTR);
    return posix_above_standard(fd);
}

static int give_dir(int fd, struct disk_dir *out)
{
    if (fd < 0)
        return errno;
    out->handle = fd;
    return 0;
}

int disk_open_path(const char *path, struct disk_dir *out)
{
    return give_dir(posix_open(AT_FDCWD, path, OPEN_DIR, 0), out);
}

int disk_open_dir(struct disk_dir parent, const char *name, struct disk_dir *out)
{
    return give_dir(posix_open(fd_of(parent), name, OPEN_DIR | O_NOFOLLOW, 0), out);
}

/* Component by component, for systems that cannot do it in one call. */
static int open_stepwise(struct disk_dir parent, const char *path, struct disk_dir *out)
{
    struct disk_dir at = DISK_NO_DIR;
    int number = disk_duplicate(parent, &at);
    while (number == 0 && *path != '\0') {
        char name[256];
        size_t length = strcspn(path, "/");
        if (length >= sizeof name) {
            disk_close(at);
            return ENAMETOOLONG;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        struct disk_dir next = DISK_NO_DIR;
        number = disk_open_dir(at, name, &next);
        disk_close(at);
        at = next;
        path += length + strspn(path + length, "/");
    }
    if (number == 0)
        *out = at;
    return number;
}

int disk_open_below(struct disk_dir parent, const char *path, struct disk_dir *out)
{
    if (path[0] == '\0')
        return disk_duplicate(parent, out);
    int fd, number = native_open_below(fd_of(parent), path, &fd);
    if (number == ENOSYS)
        return open_stepwise(parent, path, out);
    return number == 0 ? give_dir(posix_above_standard(fd), out) : number;
}

int disk_duplicate(struct disk_dir dir, struct disk_dir *out)
{
    return give_dir(fcntl(fd_of(dir), F_DUPFD_CLOEXEC, 3), out);
}

void disk_close(struct disk_dir dir)
{
    if (dir.handle >= 0)
        close(fd_of(dir));
}

int disk_make_dir(struct disk_dir dir, const char *name)
{
    return mkdirat(fd_of(dir), name, 0777) == 0 ? 0 : errno;
}

int disk_make_private_dir(struct disk_dir dir, const char *name)
{
    return mkdirat(fd_of(dir), name, 0700) == 0 ? 0 : errno;
}

int disk_make_staging_dir(struct disk_dir dir, const char *name)
{
    return disk_make_private_dir(dir, name);
}

int disk_make_writable(struct disk_dir dir, const char *name)
{
    struct stat st;
    if (fstatat(fd_of(dir), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    if (!S_ISDIR(st.st_mode) || (st.st_mode & 0700) == 0700)
        return EACCES;
    /* Somebody may have put a link there meanwhile. */
    return fchmodat(fd_of(dir), name, (st.st_mode & 07777) | 0700, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

int disk_list(struct disk_dir dir, int (*each)(void *user, const char *name), void *user)
{
    int fd = posix_open(fd_of(dir), ".", OPEN_DIR, 0);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream == NULL) {
        int number = errno;
        if (fd >= 0)
            close(fd);
        return number;
    }
    int number = 0;
    while (number == 0) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            number = errno;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            number = each(user, entry->d_name);
    }
    closedir(stream);
    return number;
}

static void give_stat(const struct stat *st, struct disk_stat *out)
{
    out->type = S_ISREG(st->st_mode)   ? DISK_FILE
                : S_ISDIR(st->st_mode) ? DISK_DIRECTORY
                : S_ISLNK(st->st_mode) ? DISK_LINK
                                       : DISK_OTHER;
    out->mode = st->st_mode & 07777;
    out->device = (uint64_t)st->st_dev;
    out->inode = (uint64_t)st->st_ino;
    out->size = (uint64_t)st->st_size;
    out->links = (uint64_t)st->st_nlink;
    out->mtime = native_mtime(st);
    out->ctime = native_ctime(st);
    out->owner = st->st_uid;
}

int disk_stat(struct disk_dir dir, const char *name, struct disk_stat *out)
{
    struct stat st;
    if (fstatat(fd_of(dir), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    give_stat(&st, out);
    return 0;
}

int disk_stat_path(const char *path, struct disk_stat *out)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno;
    give_stat(&st, out);
    return 0;
}

int disk_stat_dir(struct disk_dir dir, struct disk_stat *out)
{
    struct stat st;
    if (fstat(fd_of(dir), &st) != 0)
        return errno;
    give_stat(&st, out);
    return 0;
}

int disk_inherits(struct disk_dir dir, bool *out)
{
    struct stat st;
    if (fstat(fd_of(dir), &st) != 0)
        return errno;
    *out = (st.st_mode & S_ISGID) != 0 || native_has_default_acl(fd_of(dir));
    return 0;
}

int disk_lock(struct disk_dir dir, bool wait)
{
    int result;
    do
        result = flock(fd_of(dir), wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR && !wait);
    return result == 0 ? 0 : errno == EAGAIN ? EWOULDBLOCK : errno;
}

int disk_lock_shared(struct disk_dir dir)
{
    if (flock(fd_of(dir), LOCK_SH | LOCK_NB) == 0)
        return 0;
    return errno == EAGAIN ? EWOULDBLOCK : errno;
}

int disk_sync_dir(struct disk_dir dir)
{
    int result;
    do
        result = fsync(fd_of(dir));
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int disk_is_mount(struct disk_dir dir, const char *name, bool *out)
{
    int number = native_is_mount(fd_of(dir), name, out);
    if (number != ENOTSUP)
        return number;
    struct stat here, there;
    if (fstat(fd_of(dir), &here) != 0 || fstatat(fd_of(dir), name, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    *out = here.st_dev != there.st_dev;
    return 0;
}

bool disk_has_mounts(struct disk_dir dir)
{
    bool has = false;
    return native_has_mounts(fd_of(dir), &has) == 0 && has;
}

int disk_read_link(struct arena *a, struct disk_dir dir, const char *name, char **out)
{
    char target[4096];
    ssize_t length = readlinkat(fd_of(dir), name, target, sizeof target);
    if (length < 0)
        return errno;
    if ((size_t)length == sizeof target)
        return ENAMETOOLONG;
    *out = arena_copy(a, target, (size_t)length);
    return 0;
}

int disk_symlink(const char *target, struct disk_dir dir, const char *name)
{
    return symlinkat(target, fd_of(dir), name) == 0 ? 0 : errno;
}

int disk_link(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name)
{
    return linkat(fd_of(from), name, fd_of(to), new_name, 0) == 0 ? 0 : errno;
}

int disk_rename(struct disk_dir from, const char *name, struct disk_dir to, const char *new_name, enum disk_rename how)
{
    return native_rename(fd_of(from), name, fd_of(to), new_name, how);
}

int disk_remove(struct disk_dir dir, const char *name, enum disk_type type)
{
    return unlinkat(fd_of(dir), name, type == DISK_DIRECTORY ? AT_REMOVEDIR : 0) == 0 ? 0 : errno;
}

int disk_real_path(struct arena *a, const char *path, char **out)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return errno;
    *out = arena_string(a, real);
    free(real);
    return 0;
}

int disk_working_directory(struct arena *a, char **out)
{
    char *cwd = getcwd(NULL, 0);
    if (cwd == NULL)
        return errno;
    *out = arena_string(a, cwd);
    free(cwd);
    return 0;
}

const char *disk_cache_path(struct arena *a, const char *const *environment)
{
    const char *base = variable_value(environment, "XDG_CACHE_HOME"), *home = variable_value(environment, "HOME");
    if (path_is_absolute(base))
        return path_join(a, base, "cvenv");
    return path_is_absolute(home) ? path_join(a, home, ".cache/cvenv") : NULL;
}
