/* SPDX-License-Identifier: MIT */
/* Owns what is particular to venvlauncher.exe, which runs in a console. */
#include "launcher.h"

#include <stdlib.h>
#include <wchar.h>

const BOOL launcher_windowed = FALSE;

/* A console takes UTF-16, everything else UTF-8. */
void launcher_show(const wchar_t *message)
{
    HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
    DWORD written, length = (DWORD)wcslen(message);
    if (WriteConsoleW(error, message, length, &written, NULL))
        return;
    char *bytes = malloc(3 * (size_t)length); /* a UTF-16 unit becomes at most three bytes */
    if (bytes == NULL)
        return;
    int size = WideCharToMultiByte(CP_UTF8, 0, message, (int)length, bytes, 3 * (int)length, NULL, NULL);
    WriteFile(error, bytes, (DWORD)size, &written, NULL);
    free(bytes);
}

void launcher_started(void)
{
}
