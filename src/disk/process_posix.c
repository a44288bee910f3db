/* SPDX-License-Identifier: MIT */
/* Owns child processes on POSIX systems. */
#define _GNU_SOURCE
#include "disk/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk/posix.h"

enum { ERRORS_KEPT = 4096, POLL_MS = 50 };

/* A child with the parent's ends of its pipes; -1 where there is none (any more). */
struct child {
    pid_t pid;
    int in, out, err;
    const struct process *p;
    struct text output, errors, line;
    size_t written;
    bool too_much, stopped;
    int number; /* errno of a pipe that failed otherwise than by its other end being closed */
};

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool make_pipe(int ends[2])
{
    if (native_pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        ends[i] = posix_above_standard(ends[i]); /* the child's own are put in the places of 0 to 2 */
    return ends[0] >= 0 && ends[1] >= 0;
}

/* What runs in the child between fork and exec: async-signal-safe calls only (POSIX 2.4.3). */
static void child_main(const struct process *p, int in, int out, int err, int status)
{
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && (err < 0 || dup2(err, 2) >= 0) && chdir(p->cwd) == 0)
        execve(p->program, (char *const *)(uintptr_t)p->arguments, (char *const *)(uintptr_t)p->environment);
    int number = errno;
    while (write(status, &number, sizeof number) < 0 && errno == EINTR)
        continue;
    _exit(127);
}

/* Tells whether exec worked: the status pipe closes by itself when it does. */
static int exec_status(int fd)
{
    int number = 0;
    ssize_t n;
    do
        n = read(fd, &number, sizeof number);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof number ? number : 0;
}

static int spawn(struct child *c)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 }, status[2] = { -1, -1 };
    int number = 0;
    if (!make_pipe(in) || !make_pipe(out) || !make_pipe(status) || (!c->p->show_errors && !make_pipe(err)))
        number = errno;
    c->pid = number != 0 ? -1 : fork();
    if (c->pid == 0)
        child_main(c->p, in[0], out[1], err[1], status[1]);
    if (c->pid < 0 && number == 0)
        number = errno;
    shut(&in[0]);
    shut(&out[1]);
    shut(&err[1]);
    shut(&status[1]);
    if (number == 0) {
        number = exec_status(status[0]);
        while (number != 0 && waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    shut(&status[0]);
    c->in = in[1];
    c->out = out[0];
    c->err = err[0];
    return number;
}

/* Hands complete lines to the caller. */
static void give_lines(struct child *c)
{
    struct slice rest = { c->line.data, c->line.length };
    const char *end;
    while (!c->stopped && rest.length > 0 && (end = memchr(rest.data, '\n', rest.length)) != NULL) {
        struct slice line;
        slice_line(&rest, &line);
        c->stopped = !c->p->line(c->p->user, line);
    }
    if (rest.length > 0)
        memmove(c->line.data, rest.data, rest.length);
    c->line.length = rest.length;
}

/* After a read() that gave nothing. */
static void take_end(struct child *c, int *fd, ssize_t n)
{
    if (n < 0 && errno == EINTR)
        return;
    if (n < 0)
        c->number = errno;
    shut(fd);
}

static void take_output(struct child *c)
{
    char buffer[4096];
    ssize_t n = read(c->out, buffer, sizeof buffer);
    if (n <= 0) {
        take_end(c, &c->out, n);
        return;
    }
    struct text *to = c->p->line != NULL ? &c->line : &c->output;
    text_add(to, buffer, (size_t)n);
    if (to->length > c->p->output_limit)
        c->too_much = true;
    else if (c->p->line != NULL)
        give_lines(c);
}

static void take_errors(struct child *c)
{
    char buffer[1024];
    ssize_t n = read(c->err, buffer, sizeof buffer);
    if (n <= 0) {
        take_end(c, &c->err, n);
        return;
    }
    text_add(&c->errors, buffer, (size_t)n);
    if (c->errors.data != NULL && c->errors.length > ERRORS_KEPT) {
        size_t extra = c->errors.length - ERRORS_KEPT;
        memmove(c->errors.data, c->errors.data + extra, ERRORS_KEPT);
        c->errors.length = ERRORS_KEPT;
    }
}

/* A child that closed its input gets no more; SIGPIPE is blocked by the caller. */
static void give_input(struct child *c)
{
    size_t left = c->p->input.length - c->written;
    ssize_t n = left == 0 ? 0 : write(c->in, c->p->input.data + c->written, left < 4096 ? left : 4096);
    bool failed = n < 0 && errno != EINTR && errno != EAGAIN;
    if (n > 0)
        c->written += (size_t)n;
    if (failed && errno != EPIPE)
        c->number = errno;
    if (failed || c->written == c->p->input.length)
        shut(&c->in);
}

static void exchange(struct child *c)
{
    struct pollfd fds[3] = { { c->out, POLLIN, 0 }, { c->err, POLLIN, 0 }, { c->in, POLLOUT, 0 } };
    if (poll(fds, 3, POLL_MS) <= 0)
        return;
    if (fds[0].revents != 0)
        take_output(c);
    if (fds[1].revents != 0)
        take_errors(c);
    if (fds[2].revents != 0)
        give_input(c);
}

/* Why the child is to be ended before its time; NULL: it is not. */
static const char *trouble(const struct child *c, int64_t deadline)
{
    if (c->number != 0)
        return strerror(c->number);
    if (c->output.arena->failed)
        return "printed more than memory holds";
    if (c->too_much)
        return "printed too much";
    if (deadline != 0 && disk_clock() > deadline)
        return "did not answer in time";
    if (c->p->interrupted != NULL && c->p->interrupted(c->p->user))
        return "interrupted";
    return c->stopped ? "gave an answer that makes no sense" : NULL;
}

/* Lets the child run to its end, or ends it. Its output may be closed long before it exits, or never (a grandchild has it). */
static const char *attend(struct child *c, int *status)
{
    int64_t deadline = c->p->timeout_ms > 0 ? disk_clock() + (int64_t)c->p->timeout_ms * 1000000 : 0;
    bool ended = false;
    const char *why = NULL;
    while (why == NULL && (!ended || c->out >= 0)) {
        if (c->out >= 0 || c->err >= 0 || c->in >= 0)
            exchange(c);
        else
            poll(NULL, 0, 1); /* it closed everything but goes on */
        if (!ended)
            ended = waitpid(c->pid, status, WNOHANG) == c->pid;
        why = trouble(c, deadline);
    }
    while (c->err >= 0 && why == NULL && poll(&(struct pollfd){ c->err, POLLIN, 0 }, 1, 0) > 0)
        take_errors(c);
    if (why != NULL)
        kill(-c->pid, SIGKILL);
    if (!ended)
        while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
            continue;
    return why;
}

/* A write to a child that has gone must not end the whole program: SIGPIPE is held back on this thread, and eaten. */
static const char *attend_quietly(struct child *c, int *status)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    const char *why = attend(c, status);
    bool had = sigismember(&pending, SIGPIPE) == 1;
    sigpending(&pending);
    int ignored;
    if (!had && sigismember(&pending, SIGPIPE) == 1)
        sigwait(&pipe_only, &ignored);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return why;
}

bool process_run(const struct process *p, struct arena *a, struct process_result *result, struct cvenv_error *err)
{
    struct child c = { .p = p, .output = TEXT_INIT(a), .errors = TEXT_INIT(a), .line = TEXT_INIT(a) };
    int number = spawn(&c);
    int status = 0;
    const char *why = number == 0 ? attend_quietly(&c, &status) : NULL;
    shut(&c.in);
    shut(&c.out);
    shut(&c.err);
    if (number != 0)
        return error_system(err, number, "%s: cannot be started", p->program);
    if (c.number != 0)
        return error_system(err, c.number, "%s: talking to it", p->program);
    if (a->failed)
        return error_memory(err);
    if (why != NULL && p->interrupted != NULL && p->interrupted(p->user))
        return error_set(err, CVENV_ERROR_INTERRUPTED, "interrupted");
    if (why != NULL)
        return error_set(err, CVENV_ERROR_CHILD, "%s: %s", p->program, why);
    result->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    result->output = (struct slice){ text_string(&c.output), c.output.length };
    result->errors = (struct slice){ text_string(&c.errors), c.errors.length };
    return a->failed ? error_memory(err) : true;
}
