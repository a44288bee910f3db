/* SPDX-License-Identifier: MIT */
/* Threads by POSIX (IEEE Std 1003.1, pthread_create): started, joined, never left behind. */
#include "disk/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

enum { MOST_THREADS = 64 };

struct piece {
    void (*work)(void *user, int index);
    void *user;
    int index;
    pthread_t thread;
    bool started;
};

static void *run_piece(void *data)
{
    struct piece *piece = data;
    piece->work(piece->user, piece->index);
    return NULL;
}

/* Signals are the program's business: its own threads get them, never one of these. */
static void start_piece(struct piece *piece)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    piece->started = pthread_create(&piece->thread, NULL, run_piece, piece) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int threads_run(int count, void (*work)(void *user, int index), void *user)
{
    if (count < 0)
        return EINVAL;
    struct piece pieces[MOST_THREADS];
    int threads = count < MOST_THREADS ? count : MOST_THREADS;
    for (int i = 1; i < threads; i++) {
        pieces[i] = (struct piece){ .work = work, .user = user, .index = i };
        start_piece(&pieces[i]);
    }
    for (int i = 0; i < count; i++) {
        if (i == 0 || i >= threads || !pieces[i].started)
            work(user, i);
    }
    for (int i = 1; i < threads; i++) {
        if (pieces[i].started)
            pthread_join(pieces[i].thread, NULL);
    }
    return 0;
}
