# SPDX-License-Identifier: MIT
"""Makes environments until it is interrupted, then prints what is left beside those that were finished.

    interrupted.py DIRECTORY [hooked]
"""

import itertools
import os
import sys

import venv


class Hooked(venv.EnvBuilder):
    def post_setup(self, context):
        open(os.path.join(context.env_dir, "of-the-hook"), "w").close()


def main():
    directory = sys.argv[1]
    builder = (Hooked if sys.argv[2:] else venv.EnvBuilder)(symlinks=True, with_pip=True, system_site_packages=True)
    builder.create(os.path.join(directory, "warm"))
    finished = {"warm"}
    print("ready", flush=True)
    try:
        for number in itertools.count():
            builder.create(os.path.join(directory, str(number)))
            finished.add(str(number))
    except KeyboardInterrupt:
        whole = {name for name in os.listdir(directory) if os.path.exists(os.path.join(directory, name, "bin", "pip"))}
        # The interruption may come when an environment is complete and create() has not returned yet.
        print(sorted(set(os.listdir(directory)) - whole), len(whole - finished) <= 1, builder.system_site_packages)


main()
