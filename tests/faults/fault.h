/* SPDX-License-Identifier: MIT */
/*
 * A fault layer below the library: the linker hands every call of the library that touches files or asks for memory to
 * wrappers (ld --wrap), which count it and, when its turn has come, let it fail or end the process.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum fault_call {
    CALL_OPEN, CALL_CREATE, CALL_OPEN_BELOW, CALL_MKDIR, CALL_WRITE, CALL_READ, CALL_CLOSE, CALL_RENAME, CALL_RENAME_FLAGS,
    CALL_SYMLINK, CALL_LINK, CALL_UNLINK, CALL_STAT, CALL_FSTAT, CALL_STATX, CALL_TIMES, CALL_SYNC, CALL_LOCK, CALL_MAP,
    CALL_LIST, CALL_LIST_NEXT, CALL_COPY_RANGE, CALL_CLONE, CALL_READ_LINK, CALL_CHMOD, CALL_DUPLICATE, CALL_XATTR, CALL_CWD,
    CALL_RANDOM, CALL_REAL_PATH, CALL_STREAM, CALL_PIPE, CALL_FORK, CALL_MEMORY, CALL_COUNT
};

/* Not an errno value: the call does only a part of what it was asked for. */
enum { FAULT_SHORT = -1 };

enum fault_mode {
    FAULT_OFF,   /* calls go through and are not counted */
    FAULT_COUNT, /* they are counted and noted */
    FAULT_ONCE,  /* call `at` fails */
    FAULT_FROM,  /* from call `at` on, all fail that can fail with `number` */
    FAULT_KILL   /* the process ends instead of call `at` */
};

enum { FAULT_KILLED = 99 }; /* exit status */

struct fault_plan {
    enum fault_mode mode;
    bool memory;      /* of the calls that ask for memory, else of those that touch files */
    bool old_kernel;  /* neither renameat2() nor openat2(), counted or not */
    long at;          /* from 1 */
    int number;       /* errno, or FAULT_SHORT */
};

void fault_arm(struct fault_plan plan);
/* Back to FAULT_OFF; how many calls there were. */
long fault_disarm(void);
/* Which call number `index` was, when they were last counted. */
enum fault_call fault_call_at(long index);
const char *fault_call_name(enum fault_call call);
/* The errno values that POSIX (or Linux, for its own calls) allows the call, ended by 0. */
const int *fault_numbers(enum fault_call call);

/* For the wrappers: true when this call is to fail; errno is set. */
bool fault_hits(enum fault_call call);
/* As fault_hits, for calls that may do less than they were asked for: *length is cut then, and false returned. */
bool fault_hits_length(enum fault_call call, size_t *length);
bool fault_old_kernel(void);

#endif
