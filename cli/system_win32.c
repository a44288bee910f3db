/* SPDX-License-Identifier: MIT */
/* system.h for Windows. */
#include "system.h"

#include <windows.h>
#include <shellapi.h>

#include <errno.h>
#include <io.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char *const system_scripts_directory = "Scripts";

/* ---- text --------------------------------------------------------------------------------------------- */

/* As UTF-8; NULL when that fails. To be freed. */
static char *to_utf8(const wchar_t *wide)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
    return text;
}

static wchar_t *to_wide(const char *text)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = size > 0 ? malloc((size_t)size * sizeof *wide) : NULL;
    if (wide != NULL)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
    return wide;
}

/* Not those that the C library made: in a code page that lacks most characters, and with wildcards expanded. */
char **system_arguments(int *argc, char **argv)
{
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **arguments = wide != NULL ? calloc((size_t)count + 1, sizeof *arguments) : NULL;
    bool ok = arguments != NULL && count > 0;
    for (int i = 0; ok && i < count; i++)
        ok = (arguments[i] = to_utf8(wide[i])) != NULL;
    LocalFree(wide);
    if (!ok)
        return argv;
    *argc = count;
    return arguments;
}

/* ---- signals ------------------------------------------------------------------------------------------ */

static volatile LONG arrived;
static UINT former_code_page;
static char **environment;

/* The system asks on a thread of its own. After a close of the console it waits some seconds for the process to end. */
static BOOL WINAPI note_event(DWORD event)
{
    InterlockedExchange(&arrived, event == CTRL_C_EVENT ? SIGINT : SIGTERM);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

/* The console is the caller's: it gets its code page back. */
static void restore_code_page(void)
{
    SetConsoleOutputCP(former_code_page);
}

/* "=C:=C:\dir" and their like are the command interpreter's own, and no variables. */
static char **read_environment(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    size_t count = 0, used = 0;
    for (const wchar_t *at = block; at != NULL && *at != L'\0'; at += wcslen(at) + 1)
        count++;
    char **strings = calloc(count + 1, sizeof *strings);
    for (const wchar_t *at = block; strings != NULL && at != NULL && *at != L'\0'; at += wcslen(at) + 1)
        if (*at != L'=' && (strings[used] = to_utf8(at)) != NULL)
            used++;
    FreeEnvironmentStringsW(block);
    return strings;
}

int system_start(void)
{
    SetConsoleCtrlHandler(note_event, TRUE);
    former_code_page = GetConsoleOutputCP();
    if (former_code_page != 0 && former_code_page != CP_UTF8 && SetConsoleOutputCP(CP_UTF8))
        atexit(restore_code_page);
    environment = read_environment();
    return environment != NULL ? 0 : ENOMEM;
}

int system_signal(void)
{
    return arrived;
}

/* What the system itself gives as the status of a process that Ctrl-C ended. */
void system_die(int signal)
{
    (void)signal;
    exit((int)STATUS_CONTROL_C_EXIT);
}

/* ---- surroundings ------------------------------------------------------------------------------------- */

const char *const *system_environment(void)
{
    return (const char *const *)environment;
}

static HANDLE handle_of(FILE *stream)
{
    return (HANDLE)_get_osfhandle(_fileno(stream));
}

/* _isatty would take NUL for one, too. */
bool system_is_terminal(FILE *stream)
{
    DWORD mode;
    return GetConsoleMode(handle_of(stream), &mode);
}

int system_columns(FILE *stream)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    return GetConsoleScreenBufferInfo(handle_of(stream), &info) ? info.srWindow.Right - info.srWindow.Left + 1 : 0;
}

bool system_is_file(const char *path)
{
    wchar_t *wide = to_wide(path);
    DWORD attributes = wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    free(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/* In one spelling of the many that a path has here: "/" between components, ASCII letters small. */
static void normalize(char *path)
{
    for (; *path != '\0'; path++) {
        if (*path == '\\')
            *path = '/';
        else if (*path >= 'A' && *path <= 'Z')
            *path = (char)(*path - 'A' + 'a');
    }
}

char *system_absolute(const char *path)
{
    wchar_t *wide = to_wide(path);
    DWORD size = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
    wchar_t *full = size > 0 ? malloc(size * sizeof *full) : NULL;
    char *absolute = full != NULL && GetFullPathNameW(wide, size, full, NULL) < size ? to_utf8(full) : NULL;
    free(wide);
    free(full);
    if (absolute == NULL)
        return NULL;
    normalize(absolute);
    size_t length = strlen(absolute);
    if (length > 0 && absolute[length - 1] == '/')
        absolute[length - 1] = '\0';
    return absolute;
}

int64_t system_clock(void)
{
    LARGE_INTEGER frequency, now;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return now.QuadPart / frequency.QuadPart * 1000000000 +
           now.QuadPart % frequency.QuadPart * 1000000000 / frequency.QuadPart;
}

int system_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors < 1 ? 1 : (int)info.dwNumberOfProcessors;
}

/* Handles are as many as memory holds. */
int system_descriptors(void)
{
    return INT_MAX;
}

/* ---- threads ------------------------------------------------------------------------------------------ */

static SRWLOCK lock = SRWLOCK_INIT;

void system_lock(void)
{
    AcquireSRWLockExclusive(&lock);
}

void system_unlock(void)
{
    ReleaseSRWLockExclusive(&lock);
}

struct thread {
    void *(*work)(void *user);
    void *user;
};

static DWORD WINAPI run_thread(void *data)
{
    const struct thread *thread = data;
    thread->work(thread->user);
    return 0;
}

void system_run(int count, void *(*work)(void *user), void *user)
{
    HANDLE threads[64];
    struct thread thread = { work, user };
    int started = 0;
    while (started < count - 1 && started < 64 &&
           (threads[started] = CreateThread(NULL, 0, run_thread, &thread, 0, NULL)) != NULL)
        started++;
    work(user);
    while (started > 0) {
        WaitForSingleObject(threads[--started], INFINITE);
        CloseHandle(threads[started]);
    }
}
