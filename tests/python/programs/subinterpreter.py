# SPDX-License-Identifier: MIT
"""Makes an environment in a subinterpreter, or says why that is refused.

    subinterpreter.py DIRECTORY
"""

import os
import sys

PROGRAM = """
import os, sys
sys.path[:0] = %r
try:
    import venv
except ImportError as error:
    answer = "refused: %%s" %% error
else:
    try:
        venv.create(%r, symlinks=True)
        answer = "made"
    except ImportError as error:
        answer = "refused: %%s" %% error
with open(%r, "w") as file:
    file.write(answer)
"""


def run(program):
    if sys.version_info >= (3, 13):
        import _interpreters

        for config in ("isolated", "legacy"):
            one = _interpreters.create(config)
            failure = _interpreters.exec(one, program)
            assert failure is None, failure
            _interpreters.destroy(one)
    else:
        import _xxsubinterpreters

        one = _xxsubinterpreters.create()
        _xxsubinterpreters.run_string(one, program)
        _xxsubinterpreters.destroy(one)


def main():
    import venv

    directory = sys.argv[1]
    answer = os.path.join(directory, "answer")
    venv.create(os.path.join(directory, "before"), symlinks=True)
    run(PROGRAM % (sys.path, os.path.join(directory, "env"), answer))
    venv.create(os.path.join(directory, "after"), symlinks=True)
    with open(answer) as file:
        print(file.read())


main()
