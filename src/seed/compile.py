# SPDX-License-Identifier: MIT
"""Byte-compiles the files named on standard input, as compileall does; prints the number of each that it could.

Lines are "NUMBER NAME" with an empty one behind the last: the end of the pipe may be a while in coming when
another child has inherited it. When a file cannot be written, the last line printed is "!ERRNO".
"""

import os
import py_compile
import sys

for line in sys.stdin.buffer:
    if line == b"\n":
        break
    number, name = line[:-1].split(b" ", 1)
    try:
        py_compile.compile(os.fsdecode(name), doraise=True)
    except (py_compile.PyCompileError, SyntaxError, UnicodeError):
        continue
    except OSError as error:
        print("!%d" % (error.errno or 0), flush=True)
        sys.exit(str(error))
    print(number.decode("ascii"), flush=True)
