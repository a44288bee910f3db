# SPDX-License-Identifier: MIT
"""Eight threads make environments at once, each its own and all one together; the main thread goes on working.

    threads.py DIRECTORY

Prints how often the main thread came to run while a thread was inside create().
"""

import os
import sys
import threading

import venv

inside = set()
errors = []


class Hooked(venv.EnvBuilder):
    def post_setup(self, context):
        if not os.path.exists(os.path.join(context.env_dir, "pyvenv.cfg")):
            errors.append("not at its place")


def work(directory, number):
    try:
        for turn in range(4):
            builder = (venv.EnvBuilder, Hooked)[turn % 2](symlinks=True, with_pip=turn == 0)
            inside.add(number)
            builder.create(os.path.join(directory, "%d-%d" % (number, turn)))
            builder.create(os.path.join(directory, "shared"))
            inside.discard(number)
    except BaseException as error:
        errors.append(repr(error))
        raise


def main():
    directory = sys.argv[1]
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work, args=(directory, number)) for number in range(8)]
    for thread in threads:
        thread.start()
    ticks = 0
    while any(thread.is_alive() for thread in threads):
        ticks += bool(inside)
    if errors:
        sys.exit("\n".join(errors))
    print(ticks)


main()
