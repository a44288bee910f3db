/* SPDX-License-Identifier: MIT */
/* The launcher of an environment on Windows: what its files share. */
#ifndef LAUNCHER_LAUNCHER_H
#define LAUNCHER_LAUNCHER_H

#include <windows.h>

/* Exit statuses when Python could not be run: those of CPython's own launcher. */
enum launcher_status {
    LAUNCHER_NO_PROCESS = 101, /* CreateProcess failed */
    LAUNCHER_NO_PYTHON = 103,  /* `home` does not hold an interpreter */
    LAUNCHER_NO_MEMORY = 104,
    LAUNCHER_NO_CONFIG = 106,  /* pyvenv.cfg cannot be found or read */
    LAUNCHER_BAD_CONFIG = 107, /* pyvenv.cfg says no usable `home` */
    LAUNCHER_NO_OWN_PATH = 109
};

/* What the launcher reads of pyvenv.cfg (PEP 405); NULL where it does not say. */
struct launcher_config {
    wchar_t *home, *executable;
};

/*
 * launch.c: runs `program` with this process's command line, standard handles and start-up information to its end;
 * gives its exit status. False when it cannot be started (GetLastError).
 */
BOOL launch(const wchar_t *program, DWORD *status);

/* config.c: reads the file. False when it is missing or unreadable (GetLastError); out of memory leaves both NULL. */
BOOL launcher_read_config(const wchar_t *path, struct launcher_config *out);

/* choose.c: the interpreter in `home` that a launcher of that name stands for; `windowed` as below. NULL: no memory. */
wchar_t *launcher_choose(const struct launcher_config *config, const wchar_t *own, BOOL windowed);
/* choose.c: the pieces (ended by NULL) one after the other. NULL: out of memory. */
wchar_t *launcher_concatenate(const wchar_t *const *pieces);
/* choose.c: "PARENT\NAME". NULL: out of memory. */
wchar_t *launcher_join(const wchar_t *parent, const wchar_t *name);

/* console.c and window.c: the two kinds of launcher. */
extern const BOOL launcher_windowed;
/* Shows a message. */
void launcher_show(const wchar_t *message);
/* Called when the interpreter has been started. */
void launcher_started(void);

#endif
