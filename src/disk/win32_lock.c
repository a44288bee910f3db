/* SPDX-License-Identifier: MIT */
/*
 * Owns the locks on directories. Windows has none, and a file to lock would be in the way of a directory's removal. So a
 * lock is an object of the kernel's whose name says which directory is meant: it is there as long as somebody holds it, and
 * goes with him, however he ends. (It is seen on this machine only: so is flock() on many network file systems.)
 *
 * Who wants the lock alone announces himself by the object "alone", which only one can make; who shares it, by the object
 * "shared", which many may have open. Each then looks for the other's, and steps back if it is there: it cannot happen that
 * both go on.
 */
#include "disk/win32.h"

#include <errno.h>
#include <wchar.h>

enum { NAME = 96, SHARED_ATTEMPTS = 5 };

static int make_name(struct disk_dir dir, const wchar_t *kind, wchar_t name[NAME])
{
    struct disk_stat st;
    int number = win32_stat(win32_handle(dir), &st);
    if (number == 0)
        _snwprintf(name, NAME, L"Global\\cvenv-%I64x-%I64x-%ls", st.device, st.inode, kind);
    return number;
}

/* Another user's object exists, though we may not touch it. */
static bool exists(const wchar_t *name)
{
    HANDLE object = OpenEventW(SYNCHRONIZE, FALSE, name);
    if (object == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED;
    CloseHandle(object);
    return true;
}

/* Makes or opens the object. `must_be_new`: EWOULDBLOCK when somebody has it. */
static int announce(const wchar_t *name, bool must_be_new, HANDLE *out)
{
    *out = CreateEventW(NULL, TRUE, FALSE, name);
    DWORD error = GetLastError();
    if (*out == NULL)
        return error == ERROR_ACCESS_DENIED ? EWOULDBLOCK : win32_errno(error);
    if (!must_be_new || error != ERROR_ALREADY_EXISTS)
        return 0;
    CloseHandle(*out);
    return EWOULDBLOCK;
}

static int take(struct disk_dir dir, bool alone)
{
    wchar_t mine[NAME], theirs[NAME];
    HANDLE lock;
    int number = make_name(dir, alone ? L"alone" : L"shared", mine);
    if (number == 0)
        number = make_name(dir, alone ? L"shared" : L"alone", theirs);
    if (number == 0)
        number = announce(mine, alone, &lock);
    if (number != 0)
        return number;
    if (exists(theirs)) {
        CloseHandle(lock);
        return EWOULDBLOCK;
    }
    if (win32_dir(dir)->lock != NULL)
        CloseHandle(win32_dir(dir)->lock);
    win32_dir(dir)->lock = lock;
    return 0;
}

int disk_lock(struct disk_dir dir, bool wait)
{
    int number;
    while ((number = take(dir, true)) == EWOULDBLOCK && wait)
        Sleep(2);
    return number;
}

/* Somebody who only tries for the lock has its object for a moment. */
int disk_lock_shared(struct disk_dir dir)
{
    int number = EWOULDBLOCK;
    for (int i = 0; i < SHARED_ATTEMPTS && number == EWOULDBLOCK; i++) {
        number = take(dir, false);
        if (number == EWOULDBLOCK)
            Sleep(1);
    }
    return number;
}
