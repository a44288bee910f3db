/* SPDX-License-Identifier: MIT */
/* Owns what is particular to venvwlauncher.exe, which has no console. */
#include "launcher.h"

const BOOL launcher_windowed = TRUE;

void launcher_show(const wchar_t *message)
{
    MessageBoxW(NULL, message, L"Python virtual environment", MB_OK | MB_ICONERROR);
}

/*
 * The system shows the "starting" cursor until this process has taken a message. It never would, since the windows are
 * its child's: it sends one to itself.
 */
void launcher_started(void)
{
    MSG message;
    PostMessageW(NULL, 0, 0, 0);
    GetMessageW(&message, NULL, 0, 0);
}
