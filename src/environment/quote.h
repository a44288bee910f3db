/* SPDX-License-Identifier: MIT */
/* One quoting function per shell: any bytes but NUL in, one word of that shell out. Pure. */
#ifndef ENVIRONMENT_QUOTE_H
#define ENVIRONMENT_QUOTE_H

#include "base/text.h"

/* Appends `value` to `out` as one word (with its quotes) that the shell reads back as exactly `value`. */
typedef void quote_function(struct text *out, const char *value);

quote_function quote_posix;      /* sh and its family: shlex.quote's form (bare when nothing needs quoting) */
quote_function quote_sh;         /* the same, but `=` is in quotes too: zsh expands =NAME in assignments */
quote_function quote_csh;        /* csh, tcsh */
quote_function quote_fish;
quote_function quote_powershell; /* 'single quoted', as CPython does for .ps1, and the curly quotes doubled too */
quote_function quote_batch;      /* cmd.exe: no quotes of its own; the place must be inside set "NAME=…"; `"` becomes ' */
quote_function quote_nushell;    /* bytes that are not UTF-8 become U+FFFD: its strings cannot hold them */
quote_function quote_elvish;
quote_function quote_python;     /* a str literal; undecodable bytes as surrogate escapes: xonsh, activate_this.py */
quote_function quote_none;       /* as it is */

#endif
