# SPDX-License-Identifier: MIT
"""The failures of libcvenv as the exceptions that venv raises for the like."""

from __future__ import annotations

import errno
import os
import subprocess

from . import _cvenv


class SeedError(subprocess.CalledProcessError):
    """
    pip could not be installed: a wheel is missing, corrupt or not to be trusted.

    To callers it is what venv raises when ensurepip fails; the text says what was wrong.
    """

    def __init__(self, reason: str, command: list[str]) -> None:
        super().__init__(1, command, output=os.fsencode(reason))
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def exception(error: _cvenv.Error, directories: list[str], clear: bool) -> Exception:
    """
    What to raise for an error of the library.

    :param directories: those of the environment, in the order in which they are made; itself first.
    :param clear: whether the environment was to be cleared.
    """
    code, system, message = error.args
    if code == _cvenv.ERROR_DIRECTORY:
        return _directory_error(directories, clear) or ValueError(message)
    if code == _cvenv.ERROR_SYSTEM:
        return _system_error(system, message, directories[0])
    if code in (_cvenv.ERROR_VALUE, _cvenv.ERROR_GUARD, _cvenv.ERROR_INTERPRETER):
        return ValueError(message)
    if code == _cvenv.ERROR_MEMORY:
        return MemoryError(message)
    if code == _cvenv.ERROR_SEED:
        python = os.path.join(directories[-1], "python")
        return SeedError(message, [python, "-m", "ensurepip", "--upgrade", "--default-pip"])
    return RuntimeError(message)


def _directory_error(directories: list[str], clear: bool) -> Exception | None:
    """The words of venv for the directory that cannot be made."""
    if clear and os.path.isfile(directories[0]):
        return _os_error(errno.ENOTDIR, directories[0])
    for path in directories:
        if os.path.islink(path) and not os.path.exists(path):
            return _os_error(errno.EEXIST, path)
        if os.path.islink(path) or os.path.isfile(path):
            return ValueError("Unable to create directory %r" % path)
    return None


# Why a directory cannot be made in another.
_PARENT_REFUSES = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP
)  # fmt: skip


def _system_error(number: int, message: str, env_dir: str) -> OSError:
    """As os.makedirs puts it when the environment's own directory cannot be made; otherwise the library's words."""
    if number not in _PARENT_REFUSES or os.path.lexists(env_dir):
        return OSError(number, message, env_dir)
    path = env_dir
    while not os.path.lexists(os.path.dirname(path)):
        path = os.path.dirname(path)
    return _os_error(number, path)


def _os_error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
