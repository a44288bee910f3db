/* SPDX-License-Identifier: MIT */
/* Owns running the interpreter so that nobody notices the launcher between it and its caller. */
#include "launcher.h"

enum { STARTF_MONITOR = 0x400 }; /* ShellExecuteEx's SEE_MASK_HMONITOR, as a child sees it: undocumented */

/* A copy that the child inherits. A handle that is not there stays away: the child sees what the launcher saw. */
static HANDLE inheritable(DWORD which)
{
    HANDLE own = GetStdHandle(which), copy = NULL;
    HANDLE self = GetCurrentProcess();
    if (own == NULL || own == INVALID_HANDLE_VALUE ||
        !DuplicateHandle(self, own, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return own;
    return copy;
}

/* A job that ends its processes with the launcher; what they start themselves is free to live on. */
static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job != NULL)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

/*
 * Ctrl-C and Ctrl-Break reach the child too, and what they mean is for it to say. When the console is closed or the
 * user logs off, the system ends a process as soon as its handler returns; that would take the child with it before it
 * has cleaned up, so the handler stays until the launcher ends in its own time.
 */
static BOOL WINAPI leave_to_child(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

static BOOL start(const wchar_t *program, PROCESS_INFORMATION *child)
{
    STARTUPINFOW startup; /* the caller's wishes: window, title, the C library's inherited files */
    GetStartupInfoW(&startup);
    /* They would give hStdInput and hStdOutput another meaning; what Explorer starts has them. */
    startup.dwFlags &= ~(DWORD)(STARTF_USEHOTKEY | STARTF_MONITOR);
    startup.dwFlags |= STARTF_USESTDHANDLES;
    startup.hStdInput = inheritable(STD_INPUT_HANDLE);
    startup.hStdOutput = inheritable(STD_OUTPUT_HANDLE);
    startup.hStdError = inheritable(STD_ERROR_HANDLE);
    /* Suspended, so that it cannot start anything before it is in the job. */
    return CreateProcessW(program, GetCommandLineW(), NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, child);
}

BOOL launch(const wchar_t *program, DWORD *status)
{
    PROCESS_INFORMATION child;
    HANDLE job = make_job();
    SetConsoleCtrlHandler(leave_to_child, TRUE);
    if (!start(program, &child))
        return FALSE;
    if (job != NULL)
        AssignProcessToJobObject(job, child.hProcess); /* refused only inside an old system's job: run without */
    ResumeThread(child.hThread);
    launcher_started();
    WaitForSingleObject(child.hProcess, INFINITE);
    return GetExitCodeProcess(child.hProcess, status);
}
