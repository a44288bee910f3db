/* SPDX-License-Identifier: MIT */
/*
 * Starts launchers as only a program of Windows' own can, and looks at what comes of it. Prints "ok" or what went
 * wrong.
 *
 *   drive lines LAUNCHER SEED COUNT   random command lines reach the child unchanged
 *   drive codes LAUNCHER              32-bit exit statuses come back
 *   drive kill LAUNCHER               the child ends with the launcher
 *   drive interrupt LAUNCHER          Ctrl-C is the child's; its exit status comes back
 *   drive startup LAUNCHER            title and window come through, and handles that are not there stay away
 *   drive time LAUNCHER FLOOR N       how long both take, N times in turn (FLOOR: floor.exe), in milliseconds
 */
#define NTDDI_VERSION 0x0a000006 /* Windows 10 1809, which has pseudo consoles */
#include <windows.h>
#include <shellapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { LINE = 32000, OUTPUT = 1 << 18 }; /* the system takes 32767 units */

struct run {
    PROCESS_INFORMATION process;
    HANDLE output;
};

static int fail(const char *what, unsigned long number)
{
    printf("%s (%lu)\n", what, number);
    return 1;
}

/* Starts `program` with that very line; its standard output is read from run->output. */
static BOOL start(const wchar_t *program, const wchar_t *line, DWORD flags, STARTUPINFOW *startup, struct run *run)
{
    SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
    wchar_t copy[LINE + 1];
    HANDLE theirs;
    _snwprintf(copy, LINE + 1, L"%ls", line);
    if (!CreatePipe(&run->output, &theirs, &inherit, 0))
        return FALSE;
    SetHandleInformation(run->output, HANDLE_FLAG_INHERIT, 0);
    if (startup->cb == 0)
        startup->cb = sizeof *startup;
    startup->dwFlags |= STARTF_USESTDHANDLES;
    startup->hStdOutput = theirs;
    startup->hStdError = startup->hStdError == NULL ? NULL : GetStdHandle(STD_ERROR_HANDLE);
    BOOL ok = CreateProcessW(program, copy, NULL, NULL, TRUE, flags, NULL, NULL, startup, &run->process);
    CloseHandle(theirs);
    return ok;
}

static DWORD read_all(const struct run *run, char *out)
{
    DWORD length = 0, got;
    while (length < OUTPUT && ReadFile(run->output, out + length, OUTPUT - length, &got, NULL) && got > 0)
        length += got;
    return length;
}

static DWORD finish(struct run *run)
{
    DWORD code = 0;
    if (WaitForSingleObject(run->process.hProcess, 60000) != WAIT_OBJECT_0)
        TerminateProcess(run->process.hProcess, 9999);
    GetExitCodeProcess(run->process.hProcess, &code);
    CloseHandle(run->process.hProcess);
    CloseHandle(run->process.hThread);
    CloseHandle(run->output);
    return code;
}

/* ---- lines --------------------------------------------------------------------------------------------- */

/*
 * Mostly what has a meaning on a command line, with some of everything else: also lone surrogates. Long ones hold
 * thousands of arguments.
 */
static void make_line(wchar_t *line)
{
    static const wchar_t special[] = L"\"\"\"\\\\\\\\  \t'%^&|<>()!*?,;=/-abc\x00e9\x65e5\xd83d\xde00\xd800\x0001";
    const int kinds = (int)(sizeof special / sizeof *special) - 1;
    static const int longest[] = { 40, 400, LINE - 1 };
    int length = rand() % longest[rand() % 3] + 1;
    for (int i = 0; i < length; i++)
        line[i] = rand() % 16 != 0 ? special[rand() % kinds] : (wchar_t)(rand() % 0xfffe + 1);
    line[length] = L'\0';
}

/* The output of the child: the line, and if it was asked for them, the arguments that this process would make of it. */
static BOOL is_same(const wchar_t *line, BOOL split, const char *output, DWORD size)
{
    int count = 0;
    wchar_t **arguments = split ? CommandLineToArgvW(line, &count) : NULL;
    const wchar_t *at = (const wchar_t *)output, *end = (const wchar_t *)(output + size);
    BOOL same = at < end && wcscmp(at, line) == 0;
    for (int i = 0; same && i < count; i++) {
        at += wcslen(at) + 1;
        same = at < end && wcscmp(at, arguments[i]) == 0;
    }
    LocalFree(arguments);
    return same && at + wcslen(at) + 1 == end;
}

static int drive_lines(const wchar_t *launcher, unsigned seed, int count)
{
    static char output[OUTPUT + 2];
    srand(seed);
    for (int i = 0; i < count; i++) {
        BOOL split = i % 5 == 0; /* the same line gives the same arguments: seen often enough */
        SetEnvironmentVariableA("CHILD", split ? "arguments" : "line");
        wchar_t line[LINE];
        struct run run;
        STARTUPINFOW startup = { 0 };
        make_line(line);
        if (!start(launcher, line, 0, &startup, &run))
            return fail("not started", GetLastError());
        DWORD size = read_all(&run, output);
        output[size] = output[size + 1] = '\0';
        DWORD code = finish(&run);
        if (code != 0 || !is_same(line, split, output, size))
            return fail("line differs, number", (unsigned long)i);
    }
    return 0;
}

/* ---- codes, endings ------------------------------------------------------------------------------------ */

static int drive_codes(const wchar_t *launcher)
{
    static const DWORD codes[] = { 0,   1,   2,   3,          103,        127,        128,       255,
                                   256, 259, 300, 0xc0000005, 0xc000013a, 0x7fffffff, 0xffffffff };
    SetEnvironmentVariableA("CHILD", "exit");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        wchar_t line[64];
        struct run run;
        STARTUPINFOW startup = { 0 };
        _snwprintf(line, 64, L"python %lu", codes[i]);
        if (!start(launcher, line, 0, &startup, &run))
            return fail("not started", GetLastError());
        DWORD code = finish(&run);
        if (code != codes[i])
            return fail("another exit status", code);
    }
    return 0;
}

/* Starts a child that says its number and stays. */
static HANDLE start_sleeper(const wchar_t *launcher, const char *what, DWORD flags, struct run *run)
{
    char line[32] = "";
    DWORD got;
    STARTUPINFOW startup = { 0 };
    SetEnvironmentVariableA("CHILD", what);
    if (!start(launcher, L"python", flags, &startup, run) || !ReadFile(run->output, line, sizeof line - 1, &got, NULL))
        return NULL;
    return OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)strtoul(line, NULL, 10));
}

static int drive_kill(const wchar_t *launcher)
{
    struct run run;
    HANDLE child = start_sleeper(launcher, "sleep", 0, &run);
    if (child == NULL)
        return fail("no child", GetLastError());
    if (WaitForSingleObject(child, 0) != WAIT_TIMEOUT)
        return fail("the child did not stay", 0);
    TerminateProcess(run.process.hProcess, 7);
    DWORD waited = WaitForSingleObject(child, 10000);
    DWORD code = finish(&run);
    if (waited != WAIT_OBJECT_0)
        return fail("the child lives on", waited);
    return code == 7 ? 0 : fail("another exit status", code);
}

/* A console without a window, as what a process is started in. */
static BOOL make_console(STARTUPINFOEXW *startup, HPCON *console)
{
    HANDLE in, out, theirs_in, theirs_out;
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup->StartupInfo.cb = sizeof *startup;
    startup->lpAttributeList = malloc(size);
    return startup->lpAttributeList != NULL &&
           InitializeProcThreadAttributeList(startup->lpAttributeList, 1, 0, &size) &&
           CreatePipe(&theirs_in, &in, NULL, 0) && CreatePipe(&out, &theirs_out, NULL, 0) &&
           CreatePseudoConsole((COORD){ 80, 25 }, theirs_in, theirs_out, 0, console) == S_OK &&
           UpdateProcThreadAttribute(startup->lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, *console,
                                     sizeof *console, NULL, NULL);
}

/* The child makes the event come, for all who are in the console. */
static int drive_interrupt(const wchar_t *launcher)
{
    static char output[OUTPUT];
    struct run run;
    HPCON console;
    STARTUPINFOEXW startup = { 0 };
    SetEnvironmentVariableA("CHILD", "interrupt");
    if (!make_console(&startup, &console) ||
        !start(launcher, L"python", EXTENDED_STARTUPINFO_PRESENT, &startup.StartupInfo, &run))
        return fail("no console", GetLastError());
    read_all(&run, output);
    DWORD code = finish(&run);
    ClosePseudoConsole(console);
    return code == 42 ? 0 : fail("another exit status", code);
}

static int drive_startup(const wchar_t *launcher)
{
    static char output[OUTPUT + 2];
    wchar_t title[] = L"a title";
    struct run run;
    STARTUPINFOW startup = { .lpTitle = title,
                             .dwFlags = STARTF_USESHOWWINDOW | STARTF_USEHOTKEY | 0x400,
                             .wShowWindow = SW_SHOWMINNOACTIVE };
    SetEnvironmentVariableA("CHILD", "surroundings");
    if (!start(launcher, L"python", 0, &startup, &run))
        return fail("not started", GetLastError());
    output[read_all(&run, output)] = '\0';
    finish(&run);
    if (strstr(output, "title=a title\n") == NULL || strstr(output, "show=7\n") == NULL ||
        strstr(output, "shell=0\n") == NULL || strstr(output, "stdin=0\n") == NULL ||
        strstr(output, "stdout=1\n") == NULL) {
        printf("%s", output);
        return 1;
    }
    return 0;
}

/* ---- time ---------------------------------------------------------------------------------------------- */

static double milliseconds(const wchar_t *program)
{
    LARGE_INTEGER frequency, before, after;
    struct run run;
    STARTUPINFOW startup = { 0 };
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&before);
    if (!start(program, L"python 0", 0, &startup, &run))
        return 1e9;
    finish(&run);
    QueryPerformanceCounter(&after);
    return (double)(after.QuadPart - before.QuadPart) * 1e3 / (double)frequency.QuadPart;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The best of each, and the median of the differences: what else the machine does moves both of a pair. */
static int drive_time(const wchar_t *launcher, const wchar_t *least, int count)
{
    double *differences = calloc((size_t)count, sizeof *differences);
    double best[2] = { 1e9, 1e9 };
    SetEnvironmentVariableA("CHILD", "exit");
    for (int i = 0; differences != NULL && i < count; i++) {
        const double floor = milliseconds(least), own = milliseconds(launcher);
        best[0] = floor < best[0] ? floor : best[0];
        best[1] = own < best[1] ? own : best[1];
        differences[i] = own - floor;
    }
    if (differences == NULL)
        return fail("no memory", 0);
    qsort(differences, (size_t)count, sizeof *differences, compare);
    printf("floor %.1f, launcher %.1f, median of the differences %.1f\n", best[0], best[1], differences[count / 2]);
    free(differences);
    return 0;
}

int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
    int result = 2;
    if (argc == 5 && wcscmp(argv[1], L"lines") == 0)
        result = drive_lines(argv[2], (unsigned)wcstoul(argv[3], NULL, 10), _wtoi(argv[4]));
    else if (argc == 5 && wcscmp(argv[1], L"time") == 0)
        return drive_time(argv[2], argv[3], _wtoi(argv[4]));
    else if (argc == 3 && wcscmp(argv[1], L"codes") == 0)
        result = drive_codes(argv[2]);
    else if (argc == 3 && wcscmp(argv[1], L"kill") == 0)
        result = drive_kill(argv[2]);
    else if (argc == 3 && wcscmp(argv[1], L"interrupt") == 0)
        result = drive_interrupt(argv[2]);
    else if (argc == 3 && wcscmp(argv[1], L"startup") == 0)
        result = drive_startup(argv[2]);
    if (result == 0)
        puts("ok");
    return result;
}
