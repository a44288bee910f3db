/* SPDX-License-Identifier: MIT */
/* Owns what is asked of Windows itself: processors, clocks, chance. */
#include "disk/win32.h"

#include <bcrypt.h>
#include <errno.h>

int disk_processors(void)
{
    DWORD_PTR ours, all;
    int count = 0;
    if (!GetProcessAffinityMask(GetCurrentProcess(), &ours, &all))
        return 1;
    for (; ours != 0; ours &= ours - 1)
        count++;
    return count > 0 ? count : 1;
}

int64_t disk_clock(void)
{
    LARGE_INTEGER frequency, now;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return now.QuadPart / frequency.QuadPart * 1000000000 + now.QuadPart % frequency.QuadPart * 1000000000 / frequency.QuadPart;
}

void disk_pause(int milliseconds)
{
    Sleep((DWORD)milliseconds);
}

/* Users have no number here: win32_trust.c says of a directory whether it is this user's. */
uint64_t disk_user(void)
{
    return 0;
}

int disk_random_name(char *out, size_t size)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char bytes[64];
    size_t length = size - 1 < sizeof bytes ? size - 1 : sizeof bytes;
    if (BCryptGenRandom(NULL, bytes, (ULONG)length, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
        return EIO;
    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[bytes[i] & 31];
    out[length] = '\0';
    return 0;
}
