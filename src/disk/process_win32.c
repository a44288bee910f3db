/* SPDX-License-Identifier: MIT */
/* Owns child processes on Windows: started with nothing but their three handles, watched, and ended with all they started. */
#include "disk/process.h"

#include <errno.h>
#include <signal.h>

#include "disk/command_line.h"
#include "disk/disk.h"
#include "disk/pipe_win32.h"
#include "disk/win32.h"

enum { ERRORS_KEPT = 4096, POLL_MS = 50 };

struct child {
    const struct process *p;
    PROCESS_INFORMATION process;
    HANDLE job;
    struct pipe in, out, err;
    struct text output, errors, line;
    bool too_much, stopped;
};

/* ---- starting ------------------------------------------------------------------------------------------ */

static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job != NULL)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

/* CreateProcessW with exactly these three handles inherited, whatever else this process has open. */
static int create_process(struct child *c, const struct command_line *line, STARTUPINFOEXW *startup, DWORD flags)
{
    SIZE_T size = 0;
    STARTUPINFOW *info = &startup->StartupInfo;
    HANDLE handles[3] = { info->hStdInput, info->hStdOutput, info->hStdError };
    const size_t count = info->hStdError != NULL ? 3 : 2; /* there may be no standard error to share */
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup->lpAttributeList = arena_alloc(c->output.arena, size);
    if (startup->lpAttributeList == NULL)
        return ENOMEM;
    if (!InitializeProcThreadAttributeList(startup->lpAttributeList, 1, 0, &size))
        return win32_last_errno();
    bool ok = UpdateProcThreadAttribute(startup->lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                        count * sizeof *handles, NULL, NULL) &&
              CreateProcessW(line->program, line->arguments, NULL, NULL, TRUE, flags, line->environment, line->cwd, info,
                             &c->process);
    int number = ok ? 0 : win32_last_errno();
    DeleteProcThreadAttributeList(startup->lpAttributeList);
    return number;
}

/* The caller's standard error, as a handle that can be inherited. */
static HANDLE own_errors(void)
{
    HANDLE copy = NULL, self = GetCurrentProcess();
    DuplicateHandle(self, GetStdHandle(STD_ERROR_HANDLE), self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
    return copy;
}

/* In its own group, so that Ctrl-C is for us to act on; without a window where we have none. */
static int start(struct child *c, const struct command_line *line)
{
    DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT | CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED;
    STARTUPINFOEXW startup = { .StartupInfo = { .cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES } };
    int number = pipe_open(&c->in, true, &startup.StartupInfo.hStdInput);
    if (number == 0)
        number = pipe_open(&c->out, false, &startup.StartupInfo.hStdOutput);
    if (number == 0 && c->p->show_errors)
        startup.StartupInfo.hStdError = own_errors();
    else if (number == 0)
        number = pipe_open(&c->err, false, &startup.StartupInfo.hStdError);
    if (GetConsoleCP() == 0)
        flags |= CREATE_NO_WINDOW;
    if (number == 0)
        number = create_process(c, line, &startup, flags);
    HANDLE theirs[] = { startup.StartupInfo.hStdInput, startup.StartupInfo.hStdOutput, startup.StartupInfo.hStdError };
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (theirs[i] != NULL)
            CloseHandle(theirs[i]);
    if (number != 0)
        return number;
    c->job = make_job();
    if (c->job != NULL)
        AssignProcessToJobObject(c->job, c->process.hProcess);
    ResumeThread(c->process.hThread);
    return 0;
}

/* ---- what it prints ------------------------------------------------------------------------------------ */

/* Hands complete lines to the caller. */
static void give_lines(struct child *c)
{
    struct slice rest = { c->line.data, c->line.length };
    while (!c->stopped && rest.length > 0 && memchr(rest.data, '\n', rest.length) != NULL) {
        struct slice line;
        slice_line(&rest, &line);
        c->stopped = !c->p->line(c->p->user, line);
    }
    memmove(c->line.data, rest.data, rest.length);
    c->line.length = rest.length;
}

static void take_output(struct child *c, const char *data, size_t length)
{
    struct text *to = c->p->line != NULL ? &c->line : &c->output;
    text_add(to, data, length);
    if (to->length > c->p->output_limit)
        c->too_much = true;
    else if (c->p->line != NULL)
        give_lines(c);
}

static void take_errors(struct child *c, const char *data, size_t length)
{
    text_add(&c->errors, data, length);
    if (c->errors.data != NULL && c->errors.length > ERRORS_KEPT) {
        size_t extra = c->errors.length - ERRORS_KEPT;
        memmove(c->errors.data, c->errors.data + extra, ERRORS_KEPT);
        c->errors.length = ERRORS_KEPT;
    }
}

/* Moves what can be moved; true when something was. */
static bool exchange(struct child *c)
{
    const char *data;
    size_t length;
    bool moved = false;
    while (!c->too_much && !c->stopped && pipe_read(&c->out, &data, &length)) {
        take_output(c, data, length);
        moved = true;
    }
    while (pipe_read(&c->err, &data, &length)) {
        take_errors(c, data, length);
        moved = true;
    }
    pipe_write(&c->in);
    return moved;
}

/* ---- watching ------------------------------------------------------------------------------------------ */

/* Why the child is to be ended before its time; NULL: it is not. */
static const char *trouble(const struct child *c, int64_t deadline)
{
    if (c->too_much)
        return "printed too much";
    if (c->output.arena->failed)
        return "printed more than memory holds";
    if (deadline != 0 && disk_clock() > deadline)
        return "did not answer in time";
    if (c->p->interrupted != NULL && c->p->interrupted(c->p->user))
        return "interrupted";
    return c->stopped ? "gave an answer that makes no sense" : NULL;
}

/* Waits until the child ends, a pipe has something new, or it is time to look whether somebody has lost patience. */
static void wait_a_while(const struct child *c, bool ended)
{
    HANDLE events[4];
    DWORD count = 0;
    pipe_event(&c->out, events, &count);
    pipe_event(&c->err, events, &count);
    pipe_event(&c->in, events, &count);
    if (!ended)
        events[count++] = c->process.hProcess;
    if (count > 0)
        WaitForMultipleObjects(count, events, FALSE, POLL_MS);
}

/* Lets the child run to its end. Its output may be closed long before it exits, or never (a grandchild has it). */
static const char *attend(struct child *c)
{
    int64_t deadline = c->p->timeout_ms > 0 ? disk_clock() + (int64_t)c->p->timeout_ms * 1000000 : 0;
    bool ended = false;
    const char *why = NULL;
    while (why == NULL && (!ended || pipe_is_open(&c->out))) {
        exchange(c);
        wait_a_while(c, ended);
        ended = WaitForSingleObject(c->process.hProcess, 0) == WAIT_OBJECT_0;
        why = trouble(c, deadline);
    }
    while (why == NULL && exchange(c))
        continue;
    return why;
}

/* An exception that nobody handled ends a process with its code: what a signal is elsewhere. */
static int status_of(HANDLE process)
{
    DWORD code = 0;
    GetExitCodeProcess(process, &code);
    return code == EXCEPTION_ACCESS_VIOLATION ? 128 + SIGSEGV : (int)code;
}

static void finish(struct child *c)
{
    if (c->job != NULL)
        CloseHandle(c->job); /* which ends what is left */
    else if (c->process.hProcess != NULL)
        TerminateProcess(c->process.hProcess, 1);
    pipe_close(&c->in);
    pipe_close(&c->out);
    pipe_close(&c->err);
    if (c->process.hProcess != NULL) {
        CloseHandle(c->process.hThread);
        CloseHandle(c->process.hProcess);
    }
}

bool process_run(const struct process *p, struct arena *a, struct process_result *result, struct cvenv_error *err)
{
    struct command_line line;
    struct child c = { .p = p, .output = TEXT_INIT(a), .errors = TEXT_INIT(a), .line = TEXT_INIT(a) };
    c.in.input = p->input;
    int number = command_line_make(a, p, &line);
    if (number == 0)
        number = start(&c, &line);
    if (number != 0) {
        finish(&c);
        return error_system(err, number, "%s: cannot be started", p->program);
    }
    const char *why = attend(&c);
    result->status = why == NULL ? status_of(c.process.hProcess) : 0;
    finish(&c);
    if (why != NULL && p->interrupted != NULL && p->interrupted(p->user))
        return error_set(err, CVENV_ERROR_INTERRUPTED, "interrupted");
    if (why != NULL)
        return error_set(err, CVENV_ERROR_CHILD, "%s: %s", p->program, why);
    result->output = (struct slice){ text_string(&c.output), c.output.length };
    result->errors = (struct slice){ text_string(&c.errors), c.errors.length };
    return a->failed ? error_memory(err) : true;
}
