/* SPDX-License-Identifier: MIT */
/* Owns the line that says how to activate on Windows: in cmd.exe, PowerShell, or a shell that came from elsewhere. */
#include "hint.h"

#include <windows.h>
#include <tlhelp32.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The process with that number, as the list of all has it. */
static bool find_process(HANDLE list, DWORD id, PROCESSENTRY32W *out)
{
    out->dwSize = sizeof *out;
    for (BOOL more = Process32FirstW(list, out); more; more = Process32NextW(list, out))
        if (out->th32ProcessID == id)
            return true;
    return false;
}

/* Is the program that started this one a PowerShell? */
static bool is_in_powershell(void)
{
    PROCESSENTRY32W self, parent;
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (list == INVALID_HANDLE_VALUE)
        return false;
    bool found =
        find_process(list, GetCurrentProcessId(), &self) && find_process(list, self.th32ParentProcessID, &parent);
    CloseHandle(list);
    return found &&
           (_wcsicmp(parent.szExeFile, L"powershell.exe") == 0 || _wcsicmp(parent.szExeFile, L"pwsh.exe") == 0);
}

/* Git's bash and its like: "." and single quotes, and "/" which they prefer. */
static void hint_sh(const char *env_dir, FILE *out)
{
    fputs(". '", out);
    for (const char *c = env_dir; *c != '\0'; c++)
        fprintf(out, "%s%c", *c == '\'' ? "'\\'" : "", *c == '\\' ? '/' : *c);
    fputs("/Scripts/activate'\n", out);
}

/* In single quotes nothing is expanded; U+2018 to U+201B are single quotes, too (about_Quoting_Rules). */
static void hint_powershell(const char *env_dir, FILE *out)
{
    fputs("& '", out);
    for (const char *c = env_dir; *c != '\0'; c++) {
        bool curly = memcmp(c, "\xe2\x80", 2) == 0 && (unsigned char)c[2] >= 0x98 && (unsigned char)c[2] <= 0x9b;
        fprintf(out, "%.*s%c", curly ? 3 : *c == '\'', c, *c);
    }
    fputs("\\Scripts\\Activate.ps1'\n", out);
}

/* A "%" cannot be quoted on a command line. */
static void hint_cmd(const char *env_dir, FILE *out)
{
    if (strchr(env_dir, '%') == NULL)
        fprintf(out, "\"%s\\Scripts\\activate.bat\"\n", env_dir);
}

void hint_activate(const char *shell_path, const char *env_dir, FILE *out)
{
    if (shell_path != NULL && shell_path[0] != '\0')
        hint_sh(env_dir, out);
    else if (is_in_powershell())
        hint_powershell(env_dir, out);
    else
        hint_cmd(env_dir, out);
}
