# SPDX-License-Identifier: MIT
"""Makes environments over and over, and prints by how many KiB the process has grown meanwhile.

    many.py DIRECTORY COUNT
"""

import os
import shutil
import sys

import venv


class Hooked(venv.EnvBuilder):
    def post_setup(self, context):
        context.text = self.replace_variables("__VENV_DIR__", context)
        if self.prompt == "fails":
            raise LookupError


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def make(env_dir, number):
    prompt = ("works", "fails")[number % 2]
    builder = (venv.EnvBuilder, Hooked)[number % 4 < 2](symlinks=True, prompt=prompt)
    try:
        builder.create(env_dir)
    except LookupError:
        pass
    if os.path.exists(env_dir):
        shutil.rmtree(env_dir)
    try:
        venv.create(env_dir + ":")
    except ValueError:
        pass


def main():
    directory, count = sys.argv[1], int(sys.argv[2])
    for number in range(count // 4):
        make(os.path.join(directory, "env"), number)
    before = resident()
    for number in range(count):
        make(os.path.join(directory, "env"), number)
    print(resident() - before)


main()
