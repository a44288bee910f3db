/* SPDX-License-Identifier: MIT */
/* Stands in for a base's python.exe: tells what reached it from the launcher. The variable CHILD says what it does. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void put(const void *data, DWORD size)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), data, size, &written, NULL);
}

static void put_wide(const wchar_t *text)
{
    put(text, (DWORD)((wcslen(text) + 1) * sizeof *text));
}

/* The command line as it came: UTF-16, with its NUL. */
static int tell_line(void)
{
    put_wide(GetCommandLineW());
    return 0;
}

typedef wchar_t **WINAPI split_function(const wchar_t *line, int *count);

/* And what the system makes of it. Its library is large: only who needs it loads it. */
static int tell_arguments(void)
{
    int count = 0;
    FARPROC found = GetProcAddress(LoadLibraryW(L"shell32.dll"), "CommandLineToArgvW");
    split_function *split;
    memcpy(&split, &found, sizeof split);
    wchar_t **arguments = found != NULL ? split(GetCommandLineW(), &count) : NULL;
    put_wide(GetCommandLineW());
    for (int i = 0; i < count; i++)
        put_wide(arguments[i]);
    return 0;
}

/* As UTF-8 lines: what Python reads of its surroundings. */
static int tell_surroundings(void)
{
    wchar_t module[32768], launcher[32768] = L"";
    char line[100000];
    STARTUPINFOW startup;
    GetStartupInfoW(&startup);
    GetModuleFileNameW(NULL, module, 32768);
    GetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", launcher, 32768);
    const wchar_t *const values[] = { module, launcher, startup.lpTitle != NULL ? startup.lpTitle : L"" };
    static const char *const names[] = { "module", "launcher", "title" };
    for (int i = 0; i < 3; i++) {
        int length = snprintf(line, sizeof line, "%s=", names[i]);
        length +=
            WideCharToMultiByte(CP_UTF8, 0, values[i], -1, line + length, (int)sizeof line - length - 1, NULL, NULL) -
            1;
        line[length++] = '\n';
        put(line, (DWORD)length);
    }
    int length = snprintf(line, sizeof line, "show=%d\nshell=%d\nstdin=%d\nstdout=%d\nstderr=%d\n",
                          (startup.dwFlags & STARTF_USESHOWWINDOW) != 0 ? startup.wShowWindow : -1,
                          (startup.dwFlags & 0x600) != 0, GetStdHandle(STD_INPUT_HANDLE) != NULL,
                          GetStdHandle(STD_OUTPUT_HANDLE) != NULL, GetStdHandle(STD_ERROR_HANDLE) != NULL);
    put(line, (DWORD)length);
    return 0;
}

static int copy_input(void)
{
    char buffer[4096];
    DWORD got;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof buffer, &got, NULL) && got > 0)
        put(buffer, got);
    return 0;
}

/* Says who it is, and lives until it is ended. */
static int sleep_long(void)
{
    char line[32];
    put(line, (DWORD)snprintf(line, sizeof line, "%lu\n", GetCurrentProcessId()));
    Sleep(60000);
    return 0;
}

/* Takes its time: a launcher that did not leave the event to it would have ended long before. */
static BOOL WINAPI note_interrupt(DWORD event)
{
    Sleep(300);
    ExitProcess(event == CTRL_C_EVENT ? 42 : 43);
}

/* Presses the key itself: it reaches all processes in the console. */
static int interrupt_all(void)
{
    SetConsoleCtrlHandler(note_interrupt, TRUE);
    return GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) ? sleep_long() : (int)GetLastError();
}

int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
    const char *what = getenv("CHILD");
    if (what == NULL || strcmp(what, "surroundings") == 0)
        return tell_surroundings();
    if (strcmp(what, "line") == 0)
        return tell_line();
    if (strcmp(what, "arguments") == 0)
        return tell_arguments();
    if (strcmp(what, "input") == 0)
        return copy_input();
    if (strcmp(what, "sleep") == 0)
        return sleep_long();
    if (strcmp(what, "interrupt") == 0)
        return interrupt_all();
    return strcmp(what, "exit") == 0 && argc > 1 ? (int)wcstoul(argv[1], NULL, 10) : 99;
}
