/* SPDX-License-Identifier: MIT */
/* Owns pipes to child processes on Windows: named ones, since anonymous ones cannot be waited for. */
#include "disk/pipe_win32.h"

#include <errno.h>
#include <wchar.h>

#include "disk/disk.h"
#include "disk/win32.h"

int pipe_open(struct pipe *p, bool writing, HANDLE *theirs)
{
    char random[24];
    wchar_t name[48];
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    int number = disk_random_name(random, sizeof random);
    if (number != 0)
        return number;
    _snwprintf(name, sizeof name / sizeof *name, L"\\\\.\\pipe\\cvenv-%hs", random);
    DWORD mode = writing ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND;
    HANDLE ours = CreateNamedPipeW(name, mode | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                   PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, sizeof p->buffer, sizeof p->buffer, 0, NULL);
    if (ours == INVALID_HANDLE_VALUE)
        return win32_last_errno();
    *theirs = CreateFileW(name, writing ? GENERIC_READ : GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, NULL);
    HANDLE event = *theirs != INVALID_HANDLE_VALUE ? CreateEventW(NULL, TRUE, FALSE, NULL) : NULL;
    if (event == NULL) {
        number = win32_last_errno();
        CloseHandle(ours);
        if (*theirs != INVALID_HANDLE_VALUE)
            CloseHandle(*theirs);
        *theirs = NULL;
        return number;
    }
    p->handle = ours;
    p->io = (OVERLAPPED){ .hEvent = event };
    p->pending = false;
    return 0;
}

void pipe_close(struct pipe *p)
{
    DWORD count;
    if (p->handle == NULL)
        return;
    if (p->pending && CancelIo(p->handle))
        GetOverlappedResult(p->handle, &p->io, &count, TRUE); /* until then the buffer is the system's */
    CloseHandle(p->handle);
    CloseHandle(p->io.hEvent);
    p->handle = NULL;
    p->pending = false;
}

bool pipe_is_open(const struct pipe *p)
{
    return p->handle != NULL;
}

/* Has the transfer that is under way come to its end? A failed one closes the pipe. */
static bool is_done(struct pipe *p, DWORD *count)
{
    if (GetOverlappedResult(p->handle, &p->io, count, FALSE)) {
        p->pending = false;
        return true;
    }
    if (GetLastError() != ERROR_IO_INCOMPLETE) {
        p->pending = false;
        pipe_close(p);
    }
    return false;
}

/* What ReadFile or WriteFile said: is there a transfer now? */
static bool has_begun(struct pipe *p, BOOL result)
{
    p->pending = result || GetLastError() == ERROR_IO_PENDING;
    if (!p->pending)
        pipe_close(p);
    return p->pending;
}

bool pipe_read(struct pipe *p, const char **data, size_t *length)
{
    DWORD count;
    if (p->handle == NULL)
        return false;
    if (!p->pending && !has_begun(p, ReadFile(p->handle, p->buffer, sizeof p->buffer, NULL, &p->io)))
        return false;
    if (!is_done(p, &count))
        return false;
    *data = p->buffer;
    *length = count;
    return true;
}

void pipe_write(struct pipe *p)
{
    DWORD count;
    while (p->handle != NULL) {
        if (p->pending) {
            if (!is_done(p, &count))
                return;
            p->input.data += count;
            p->input.length -= count;
        }
        size_t part = p->input.length < sizeof p->buffer ? p->input.length : sizeof p->buffer;
        if (part == 0) {
            pipe_close(p);
            return;
        }
        memcpy(p->buffer, p->input.data, part);
        has_begun(p, WriteFile(p->handle, p->buffer, (DWORD)part, NULL, &p->io));
    }
}

void pipe_event(const struct pipe *p, HANDLE *events, DWORD *count)
{
    if (p->handle != NULL && p->pending)
        events[(*count)++] = p->io.hEvent;
}
