/* SPDX-License-Identifier: MIT */
/*
 * Owns the question who else may change a directory, which POSIX answers with an owner and nine bits. Trusted are this
 * user, the system and its administrators, who can do everything anyway.
 */
#include "disk/win32.h"

#include <aclapi.h>
#include <sddl.h>

/* What lets somebody put other contents into a directory, now or in the end. */
static const DWORD writing = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER |
                             GENERIC_WRITE | GENERIC_ALL;

static bool is_this_user(PSID sid)
{
    struct {
        TOKEN_USER user;
        BYTE sid[SECURITY_MAX_SID_SIZE];
    } buffer;
    HANDLE token;
    DWORD size;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool same = GetTokenInformation(token, TokenUser, &buffer, sizeof buffer, &size) && EqualSid(sid, buffer.user.User.Sid);
    CloseHandle(token);
    return same;
}

static bool is_trusted(PSID sid)
{
    /* S-1-3-4: the rights of whoever owns it. Creator Owner stands in entries that only what is made below inherits. */
    static const wchar_t *const owner_rights = L"S-1-3-4";
    PSID rights = NULL;
    bool same = ConvertStringSidToSidW(owner_rights, &rights) && EqualSid(sid, rights);
    LocalFree(rights);
    return same || IsWellKnownSid(sid, WinLocalSystemSid) || IsWellKnownSid(sid, WinBuiltinAdministratorsSid) ||
           IsWellKnownSid(sid, WinCreatorOwnerSid) || is_this_user(sid);
}

/* Also under a condition, which cannot be judged here: the two kinds of entry begin alike. */
static bool is_allowance(const ACE_HEADER *header)
{
    return header->AceType == ACCESS_ALLOWED_ACE_TYPE || header->AceType == ACCESS_ALLOWED_CALLBACK_ACE_TYPE;
}

/* No list at all lets everybody do everything. */
static bool others_may_write(PACL list)
{
    if (list == NULL)
        return true;
    for (DWORD i = 0; i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        if (!GetAce(list, i, (void **)&ace))
            return true;
        if (is_allowance(&ace->Header) && (ace->Mask & writing) != 0 && !is_trusted(&ace->SidStart))
            return true;
    }
    return false;
}

void win32_stat_trust(HANDLE directory, struct disk_stat *out)
{
    PSID owner = NULL;
    PACL list = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD error = GetSecurityInfo(directory, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                  NULL, &list, NULL, &descriptor);
    bool trusted = error == ERROR_SUCCESS && owner != NULL && is_trusted(owner);
    out->owner = trusted ? disk_user() : disk_user() + 1;
    if (error != ERROR_SUCCESS || others_may_write(list))
        out->mode |= 022;
    LocalFree(descriptor);
}

void *win32_private_security(void)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    /* System, administrators and the owner, for everything that will be below too. */
    static const wchar_t *const text = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)";
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &descriptor, NULL) ? descriptor : NULL;
}
