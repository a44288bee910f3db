/* SPDX-License-Identifier: MIT */
/* One end of a pipe to a child process that never makes its owner wait. */
#ifndef DISK_PIPE_WIN32_H
#define DISK_PIPE_WIN32_H

#include <windows.h>

#include "base/text.h"

struct pipe {
    HANDLE handle;      /* NULL: closed */
    OVERLAPPED io;
    bool pending;       /* a transfer is under way */
    struct slice input; /* what is still to be written */
    char buffer[4096];  /* of a transfer */
};

/* Opens our end, and *theirs, which can be inherited. 0 or an errno value. */
int pipe_open(struct pipe *p, bool writing, HANDLE *theirs);
void pipe_close(struct pipe *p);
bool pipe_is_open(const struct pipe *p);
/* Gives what has come, until the next call; false when nothing has. A pipe whose other end was closed closes itself. */
bool pipe_read(struct pipe *p, const char **data, size_t *length);
/* Goes on writing p->input; closes the pipe when all is written, or nobody reads it. */
void pipe_write(struct pipe *p);
/* Appends the event that says that there is something to do. */
void pipe_event(const struct pipe *p, HANDLE *events, DWORD *count);

#endif
