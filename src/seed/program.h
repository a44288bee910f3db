/* SPDX-License-Identifier: MIT */
/*
 * The programs that stand for console scripts on Windows, as pip (distlib's ScriptMaker) makes them: a launcher from pip's
 * own wheel, a line that names the interpreter, and a zip archive with the script as __main__.py, one behind the other.
 */
#ifndef SEED_PROGRAM_H
#define SEED_PROGRAM_H

#include "base/text.h"
#include "interpreter/facts.h"

/* The launcher for this base ("t" for consoles, "w" for windows: `gui`) out of the wheel of pip at `path`. */
bool program_launcher(struct arena *a, const char *path, const struct facts *facts, bool gui, struct slice *out,
                      struct cvenv_error *err);
/*
 * The program. `executable` is the environment's python.exe; with `gui` its sibling pythonw.exe is called. `relocatable`: it
 * is looked for beside the program.
 */
struct slice program_make(struct arena *a, struct slice launcher, const char *executable, bool gui, bool relocatable,
                          struct slice script);

#endif
