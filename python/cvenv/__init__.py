# SPDX-License-Identifier: MIT
"""
Virtual environments (PEP 405), made natively: a drop-in for the standard library's venv.

What venv of CPython 3.14 has is here under the same name, with the same signature and behaviour, on every Python from
3.8 on. A method of EnvBuilder that is not overridden runs in C; one that is gets what venv would have given to it.
"""

from __future__ import annotations

import os as os
import sys as sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging as logging
    import shlex as shlex
    import shutil as shutil
    import subprocess as subprocess
    import sysconfig as sysconfig
    import types as types
    from collections.abc import Iterable
    from typing import Any, Union

    from ._errors import SeedError as SeedError

    StrPath = Union[str, os.PathLike[str]]
    logger: logging.Logger

# The modules that venv has as attributes: programs reach and patch them through it. Importing them would be most of
# the time that importing this package takes, so that is put off until someone looks.
_LATE_MODULES = ("logging", "shlex", "shutil", "subprocess", "sysconfig", "types")

# What ensurepip of this Python installs: setuptools too before 3.12.
CORE_VENV_DEPS = ("pip",) if sys.version_info >= (3, 12) else ("pip", "setuptools")


def __getattr__(name: str) -> Any:
    value: object
    if name in _LATE_MODULES:
        value = __import__(name)
    elif name == "logger":
        value = __import__("logging").getLogger("venv")
    elif name == "SeedError":
        from ._errors import SeedError as value
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE_MODULES, "logger", "SeedError"})


class EnvBuilder:
    """
    This class makes virtual environments, and lets subclasses change how: every method that create() calls may be
    overridden, in a subclass or on one builder, and every one may be called by itself.

    By default the environment does not see the base Python's site-packages.

    :param system_site_packages: If true, the base Python's site-packages can be imported in the environment.
    :param clear: If true, what the directory holds is replaced.
    :param symlinks: If true, the interpreter is linked into the environment rather than copied.
    :param upgrade: If true, an existing environment is moved to this Python; its scripts are left as they are.
    :param with_pip: If true, pip is installed in the environment.
    :param prompt: What shells show while the environment is active, instead of the directory's name; "." is the name
                   of the working directory.
    :param upgrade_deps: If true, CORE_VENV_DEPS are upgraded to the newest versions from the package index.
    :param scm_ignore_files: The version control systems for which to write an ignore file: for each `name`, the
                             method create_<name>_ignore_file is called.

    What differs from venv:

    * When create() fails, what it made is taken away again, what was there before stays, and the builder is as it was.
    * `clear` lets go of the old contents only once the new environment is complete (or, where ensure_directories is
      overridden, when EnvBuilder's own is called), and refuses what cannot be meant, such as the home directory.
    * Nothing is written through a symbolic link. An existing .gitignore is kept. Modes follow the umask.
    * `upgrade` keeps the prompt and the view of the base's site-packages that an environment has.
    * Control characters in the directory or the prompt are a ValueError.
    * pip is installed without running it. When that cannot be done, SeedError says why; it is a
      subprocess.CalledProcessError, as if ensurepip had been run and had failed.
    * context.prompt is the bare name on every Python: venv put "(name) " there before 3.13.
    """

    def __init__(
        self,
        system_site_packages: bool = False,
        clear: bool = False,
        symlinks: bool = False,
        upgrade: bool = False,
        with_pip: bool = False,
        prompt: str | None = None,
        upgrade_deps: bool = False,
        *,
        scm_ignore_files: Iterable[str] = frozenset(),
    ) -> None:
        self.system_site_packages = system_site_packages
        self.clear = clear
        self.symlinks = symlinks
        self.upgrade = upgrade
        self.with_pip = with_pip
        self.orig_prompt = prompt
        if prompt == ".":
            prompt = os.path.basename(os.getcwd())
        self.prompt = prompt
        self.upgrade_deps = upgrade_deps
        self.scm_ignore_files = frozenset(map(str.lower, scm_ignore_files))

    def create(self, env_dir: StrPath) -> None:
        """
        Create a virtual environment in a directory: complete, or not at all.

        :param env_dir: The directory; it is made if it does not exist.
        """
        from . import _making

        _making.create(self, os.path.abspath(env_dir))

    def clear_directory(self, path: StrPath) -> None:
        """Remove everything in a directory, but not the directory."""
        from . import shutil

        for name in os.listdir(path):
            name = os.path.join(path, name)
            if os.path.islink(name) or os.path.isfile(name):
                os.remove(name)
            elif os.path.isdir(name):
                shutil.rmtree(name)

    def _venv_path(self, env_dir: str, name: str) -> str:
        from . import _replaced

        return _replaced.venv_path(env_dir, name)

    @classmethod
    def _same_path(cls, path1: str, path2: str) -> bool:
        """Check whether two paths look the same to a human reader, whatever files they refer to."""
        if sys.platform != "win32":
            return path1 == path2
        from . import _windows

        return _windows.same_path(path1, path2)

    def ensure_directories(self, env_dir: StrPath) -> types.SimpleNamespace:
        """
        Create the directories of the environment.

        Returns a context object with the paths in the environment, for use by the methods that follow.
        """
        from . import _making

        return _making.ensure_directories(self, env_dir)

    def create_configuration(self, context: types.SimpleNamespace) -> None:
        """
        Create pyvenv.cfg, which says where the environment's Python comes from and whether the base's site-packages
        are seen.

        :param context: The information for the environment creation request being processed.
        """
        from . import _making

        context.cfg_path = os.path.join(context.env_dir, "pyvenv.cfg")
        _making.run_stage(self, context, _making.CREATE_CONFIGURATION)

    def symlink_or_copy(self, src: StrPath, dst: StrPath, relative_symlinks_ok: bool = False) -> None:
        """
        Try symlinking a file, and if that fails, fall back to copying.
        (Unused on Windows, where a failed link means that another set of files is copied.)
        """
        assert os.name != "nt"
        from . import _making

        _making.symlink_or_copy(self, src, dst, relative_symlinks_ok)

    if os.name == "nt":

        def include_binary(self, f: str) -> bool:
            """Whether a file of the base belongs into an environment: kept for subclasses, nothing here asks."""
            return f.endswith((".pyd", ".dll")) or (f.startswith("python") and f.endswith(".exe"))

    def create_git_ignore_file(self, context: types.SimpleNamespace) -> None:
        """
        Create a .gitignore file in the environment directory, so that git ignores all of it.

        :param context: The information for the environment creation request being processed.
        """
        from . import _making

        _making.run_stage(self, context, _making.CREATE_IGNORE_FILE, without_scm_ignore=False)

    def setup_python(self, context: types.SimpleNamespace) -> None:
        """
        Set up a Python executable in the environment.

        :param context: The information for the environment creation request being processed.
        """
        from . import _making

        _making.setup_python(self, context)

    def _call_new_python(self, context: types.SimpleNamespace, *py_args: str, **kwargs: Any) -> None:
        """Run the environment's Python, with nothing in the environment variables that would mislead it."""
        from . import subprocess

        args = [context.env_exec_cmd, *py_args]
        kwargs["env"] = env = os.environ.copy()
        env["VIRTUAL_ENV"] = context.env_dir
        env.pop("PYTHONHOME", None)
        env.pop("PYTHONPATH", None)
        kwargs["cwd"] = context.env_dir
        kwargs["executable"] = context.env_exec_cmd
        subprocess.check_output(args, **kwargs)

    def _setup_pip(self, context: types.SimpleNamespace) -> None:
        """Install or upgrade pip in a virtual environment."""
        from . import _making

        _making.setup_pip(self, context)

    def setup_scripts(self, context: types.SimpleNamespace) -> None:
        """
        Install the scripts that activate the environment.

        They are the ones in this package's 'scripts' directory. Override this method to leave them out, or to install
        scripts from somewhere else.

        :param context: The information for the environment creation request being processed.
        """
        from . import _making

        _making.setup_scripts(self, context, os.path.join(os.path.abspath(os.path.dirname(__file__)), "scripts"))

    def post_setup(self, context: types.SimpleNamespace) -> None:
        """
        Hook for subclasses: install packages or scripts here, for example.

        :param context: The information for the environment creation request being processed.
        """

    def replace_variables(self, text: str, context: types.SimpleNamespace) -> str:
        """
        Replace variable placeholders in the text of a script with the environment's values, quoted as the script
        context.script_path wants them.

        Return the text passed in, but with variables replaced.

        :param text: The text in which to replace placeholder variables.
        :param context: The information for the environment creation request being processed.
        """
        from . import _making

        return _making.replace_variables(self, text, context)

    def install_scripts(self, context: types.SimpleNamespace, path: str) -> None:
        """
        Install scripts into the created environment from a directory.

        :param context: The information for the environment creation request being processed.
        :param path:    Absolute pathname of a directory containing scripts. Those in its 'common' subdirectory and in
                        the one named for the platform (os.name) are installed, with placeholders replaced.
        """
        from . import _making

        _making.install_scripts(self, context, path)

    def upgrade_dependencies(self, context: types.SimpleNamespace) -> None:
        """Upgrade CORE_VENV_DEPS in the environment to the newest versions from the package index."""
        from . import logger

        logger.debug(f"Upgrading {CORE_VENV_DEPS} packages in {context.bin_path}")
        self._call_new_python(context, "-m", "pip", "install", "--upgrade", *CORE_VENV_DEPS)


def create(
    env_dir: StrPath,
    system_site_packages: bool = False,
    clear: bool = False,
    symlinks: bool = False,
    with_pip: bool = False,
    prompt: str | None = None,
    upgrade_deps: bool = False,
    *,
    scm_ignore_files: Iterable[str] = frozenset(),
) -> None:
    """Create a virtual environment in a directory."""
    builder = EnvBuilder(
        system_site_packages=system_site_packages,
        clear=clear,
        symlinks=symlinks,
        with_pip=with_pip,
        prompt=prompt,
        upgrade_deps=upgrade_deps,
        scm_ignore_files=scm_ignore_files,
    )
    builder.create(env_dir)


def main(args: list[str] | None = None) -> None:
    """The command line of `python -m venv`."""
    from . import _command

    _command.run(args)


def _drop_annotations() -> None:
    """venv has none, and inspect.signature() is to show the same; type checkers read them in the source."""
    for function in (create, main, *vars(EnvBuilder).values()):
        function = getattr(function, "__func__", function)
        if callable(function):
            function.__annotations__ = {}


_drop_annotations()

# What the methods are as long as nobody has overridden or patched them.
_BUILT_IN = dict(vars(EnvBuilder))
