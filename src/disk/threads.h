/* SPDX-License-Identifier: MIT */
/* Spreading independent pieces of work over threads. */
#ifndef DISK_THREADS_H
#define DISK_THREADS_H

/*
 * Calls work(user, 0) … work(user, count - 1), each on its own thread (the first on the caller's), and returns when all are
 * done. Where no further thread can be had, the caller does the rest itself: the work is always done. Returns 0, or EINVAL
 * when count is negative.
 */
int threads_run(int count, void (*work)(void *user, int index), void *user);

#endif
