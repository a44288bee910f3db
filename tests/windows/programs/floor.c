/* SPDX-License-Identifier: MIT */
/* The least that a launcher can be, for bench/launcher: starts the program that the variable FLOOR names, and waits. */
#include <windows.h>

int wmain(void);

int wmain(void)
{
    wchar_t program[MAX_PATH];
    STARTUPINFOW startup;
    PROCESS_INFORMATION child;
    DWORD status = 1;
    GetStartupInfoW(&startup);
    if (GetEnvironmentVariableW(L"FLOOR", program, MAX_PATH) == 0 ||
        !CreateProcessW(program, GetCommandLineW(), NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child))
        return 1;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &status);
    return (int)status;
}
