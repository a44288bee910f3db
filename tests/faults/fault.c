/* SPDX-License-Identifier: MIT */
/* Owns the counting of calls, and which of them fail with what. */
#include "fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_CALLS = 100000 };

static struct fault_plan plan;
static atomic_long count;
static unsigned char noted[MOST_CALLS];

#define SPACE ENOSPC, EDQUOT
#define ACCESS EACCES, EPERM

static const struct {
    const char *name;
    int numbers[16];
} calls[CALL_COUNT] = {
    [CALL_OPEN] = { "openat", { EIO, EMFILE, ENFILE, ENOMEM, EACCES, EINTR, ELOOP, ESTALE } },
    [CALL_CREATE] = { "openat(O_CREAT)", { ENOSPC, EIO, EMFILE, EROFS, EDQUOT, ENFILE, ENOMEM, ACCESS, EINTR, ELOOP, ESTALE } },
    [CALL_OPEN_BELOW] = { "openat2", { EIO, EMFILE, EPERM, ENFILE, ENOMEM, EACCES, EINTR, ELOOP, ESTALE, EXDEV, ENOSYS } },
    [CALL_MKDIR] = { "mkdirat", { ENOSPC, EIO, EACCES, EROFS, EDQUOT, EPERM, ENOMEM, EMLINK, ELOOP, ESTALE } },
    [CALL_WRITE] = { "write", { ENOSPC, FAULT_SHORT, EIO, EINTR, EDQUOT, EFBIG, ESTALE } },
    [CALL_READ] = { "read", { EIO, FAULT_SHORT, EINTR, ENOMEM, ESTALE } },
    [CALL_CLOSE] = { "close", { EIO, EINTR, SPACE, ESTALE } },
    [CALL_RENAME] = { "renameat", { EIO, ENOSPC, EACCES, EROFS, EDQUOT, EPERM, ENOMEM, EXDEV, EBUSY, EMLINK, ELOOP, ESTALE } },
    [CALL_RENAME_FLAGS] = { "renameat2", { EIO, ENOSPC, EINVAL, EACCES, EROFS, ENOSYS, EDQUOT, EPERM, ENOMEM, EXDEV, EBUSY,
                                           EMLINK, ELOOP, ESTALE } },
    [CALL_SYMLINK] = { "symlinkat", { ENOSPC, EIO, EACCES, EROFS, EDQUOT, ENOMEM, ELOOP, ESTALE } }, /* EPERM: there are no links */
    [CALL_LINK] = { "linkat", { EMLINK, ENOENT, ENOSPC, EPERM, EIO, EXDEV, EROFS, EDQUOT, EACCES, ENOMEM, ELOOP, ESTALE } },
    [CALL_UNLINK] = { "unlinkat", { EIO, EACCES, EBUSY, EPERM, EROFS, ENOMEM, ELOOP, ESTALE } },
    [CALL_STAT] = { "fstatat", { EIO, ENOMEM, EACCES, ELOOP, ESTALE } },
    [CALL_FSTAT] = { "fstat", { EIO, ENOMEM, ESTALE } },
    [CALL_STATX] = { "statx", { EIO, ENOSYS, ENOMEM, EACCES, ELOOP, ESTALE } },
    [CALL_TIMES] = { "futimens", { EIO, ACCESS, EROFS, ESTALE } },
    [CALL_SYNC] = { "fsync", { EIO, EINTR, SPACE, ESTALE } },
    [CALL_LOCK] = { "flock", { EINTR, ENOLCK, ENOMEM } },
    [CALL_MAP] = { "mmap", { ENOMEM, EAGAIN, EMFILE, ENFILE, EACCES, EPERM } },
    [CALL_LIST] = { "fdopendir", { ENOMEM, EMFILE, ENFILE } },
    [CALL_LIST_NEXT] = { "readdir", { EIO, ESTALE } },
    [CALL_COPY_RANGE] = { "copy_file_range", { ENOSPC, EXDEV, EIO, EINVAL, EDQUOT, EFBIG, ENOMEM, EPERM, ESTALE } },
    [CALL_CLONE] = { "ioctl(FICLONE)", { EIO, ENOSPC, EXDEV, EPERM, EDQUOT, ENOMEM } },
    [CALL_READ_LINK] = { "readlinkat", { EIO, ENOMEM, EACCES, ELOOP, ESTALE } },
    [CALL_CHMOD] = { "fchmodat", { EIO, ACCESS, EROFS, ELOOP, ESTALE } },
    [CALL_DUPLICATE] = { "fcntl(F_DUPFD)", { EMFILE } },
    [CALL_XATTR] = { "fgetxattr", { ENOTSUP, EIO, ERANGE } },
    [CALL_CWD] = { "getcwd", { ENOENT, ENOMEM, EACCES } },
    [CALL_RANDOM] = { "getentropy", { EIO, ENOSYS } },
    [CALL_REAL_PATH] = { "realpath", { EIO, ENOMEM, EACCES, ELOOP, ESTALE } },
    [CALL_STREAM] = { "fopen", { EMFILE, ENFILE, ENOMEM, EACCES, EINTR, EIO } },
    [CALL_PIPE] = { "pipe", { EMFILE, ENFILE } },
    [CALL_FORK] = { "fork", { EAGAIN, ENOMEM } },
    [CALL_MEMORY] = { "malloc", { ENOMEM } },
};

void fault_arm(struct fault_plan wanted)
{
    atomic_store(&count, 0);
    plan = wanted;
}

long fault_disarm(void)
{
    plan = (struct fault_plan){ 0 };
    return atomic_load(&count);
}

enum fault_call fault_call_at(long index)
{
    return (enum fault_call)noted[index];
}

const char *fault_call_name(enum fault_call call)
{
    return calls[call].name;
}

const int *fault_numbers(enum fault_call call)
{
    return calls[call].numbers;
}

static bool can_fail_with(enum fault_call call, int number)
{
    for (const int *n = calls[call].numbers; *n != 0; n++)
        if (*n == number)
            return true;
    return false;
}

bool fault_old_kernel(void)
{
    return plan.old_kernel;
}

bool fault_hits(enum fault_call call)
{
    if (plan.mode == FAULT_OFF || plan.memory != (call == CALL_MEMORY))
        return false;
    long index = atomic_fetch_add(&count, 1) + 1;
    switch (plan.mode) {
    case FAULT_COUNT:
        if (index >= MOST_CALLS)
            abort();
        noted[index] = (unsigned char)call;
        return false;
    case FAULT_KILL:
        if (index == plan.at)
            _exit(FAULT_KILLED);
        return false;
    case FAULT_ONCE: /* another call than was counted, where a child's output came in other pieces: not all can fail so */
        if (index != plan.at || !can_fail_with(call, plan.number))
            return false;
        break;
    default:
        if (index < plan.at || !can_fail_with(call, plan.number))
            return false;
    }
    errno = plan.number;
    return true;
}

bool fault_hits_length(enum fault_call call, size_t *length)
{
    if (!fault_hits(call))
        return false;
    if (errno != FAULT_SHORT)
        return true;
    *length = (*length + 1) / 2;
    return false;
}
