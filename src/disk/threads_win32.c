/* SPDX-License-Identifier: MIT */
/* Threads by Windows: started, waited for, never left behind. */
#include "disk/threads.h"

#include <errno.h>
#include <windows.h>

enum { MOST_THREADS = 64 };

struct piece {
    void (*work)(void *user, int index);
    void *user;
    int index;
    HANDLE thread; /* NULL: not started */
};

static DWORD WINAPI run_piece(void *data)
{
    struct piece *piece = data;
    piece->work(piece->user, piece->index);
    return 0;
}

int threads_run(int count, void (*work)(void *user, int index), void *user)
{
    if (count < 0)
        return EINVAL;
    struct piece pieces[MOST_THREADS];
    int threads = count < MOST_THREADS ? count : MOST_THREADS;
    for (int i = 1; i < threads; i++) {
        pieces[i] = (struct piece){ .work = work, .user = user, .index = i };
        pieces[i].thread = CreateThread(NULL, 0, run_piece, &pieces[i], 0, NULL);
    }
    for (int i = 0; i < count; i++)
        if (i == 0 || i >= threads || pieces[i].thread == NULL)
            work(user, i);
    for (int i = 1; i < threads; i++) {
        if (pieces[i].thread == NULL)
            continue;
        WaitForSingleObject(pieces[i].thread, INFINITE);
        CloseHandle(pieces[i].thread);
    }
    return 0;
}
