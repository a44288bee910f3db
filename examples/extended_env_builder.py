# SPDX-License-Identifier: MIT
"""
Environments that come with packages: a subclass of EnvBuilder, to be copied and changed.

    python extended_env_builder.py ENV_DIR PACKAGE...

It works with the standard library's venv as well: only the import differs.
"""

import argparse
import os
import subprocess
import sys

import cvenv


class ExtendedEnvBuilder(cvenv.EnvBuilder):
    """
    Installs packages into the environments that it makes, and tells how that goes.

    :param packages: What to install: anything that `pip install` takes.
    :param progress: Called with each line of pip's output; None: standard error gets a dot for each.

    The other arguments are those of EnvBuilder. pip is always installed, since it is needed here.
    """

    def __init__(self, *args, packages=(), progress=None, **kwargs):
        kwargs["with_pip"] = True
        super().__init__(*args, **kwargs)
        self.packages = list(packages)
        self.progress = progress or self.show_dot

    def show_dot(self, line):
        sys.stderr.write(".")
        sys.stderr.flush()

    def post_setup(self, context):
        """
        Called when the environment is otherwise complete, at its final place.

        An exception that is raised here goes to the caller of create(), and the environment is taken away again.
        """
        if self.packages:
            self.run_pip(context, "install", *self.packages)

    def run_pip(self, context, *arguments):
        """Run the environment's pip, handing its output to self.progress line by line."""
        command = [context.env_exec_cmd, "-m", "pip", *arguments]
        environment = {**os.environ, "VIRTUAL_ENV": context.env_dir}
        lines = []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
        ) as process:
            for line in process.stdout:
                lines.append(line)
                self.progress(line.rstrip("\n"))
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command, output="".join(lines))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Creates a virtual environment and installs packages into it.")
    parser.add_argument("env_dir", metavar="ENV_DIR", help="the directory to create the environment in")
    parser.add_argument("packages", metavar="PACKAGE", nargs="*", help="what to install")
    parser.add_argument("--system-site-packages", action="store_true", help="the base's packages are seen too")
    parser.add_argument("--clear", action="store_true", help="replace what the directory holds")
    parser.add_argument("--verbose", action="store_true", help="show pip's output")
    options = parser.parse_args(arguments)
    builder = ExtendedEnvBuilder(
        system_site_packages=options.system_site_packages,
        clear=options.clear,
        symlinks=os.name != "nt",
        packages=options.packages,
        progress=print if options.verbose else None,
    )
    try:
        builder.create(options.env_dir)
    except subprocess.CalledProcessError as error:
        sys.exit("\n%s\nError: %s" % (error.output or "", error))


if __name__ == "__main__":
    main()
