# SPDX-License-Identifier: MIT
"""The failures of libcvenv as the exceptions that venv raises for the like."""

from __future__ import annotations

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


def exception(error: _cvenv.Error, env_dir: str, directories: list[str]) -> Exception:
    """
    What to raise for an error of the library.

    :param directories: the environment's directories, in the order in which they are made.
    """
    code, system, message = error.args
    if code == _cvenv.ERROR_DIRECTORY:
        return _directory_error(directories) or ValueError(message)
    if code == _cvenv.ERROR_SYSTEM:
        return _system_error(system, message, env_dir)
    if code in (_cvenv.ERROR_VALUE, _cvenv.ERROR_GUARD, _cvenv.ERROR_INTERPRETER):
        return ValueError(message)
    if code == _cvenv.ERROR_MEMORY:
        return MemoryError(message)
    if code == _cvenv.ERROR_SEED:
        python = os.path.join(directories[-1], "python")
        return SeedError(message, [python, "-m", "ensurepip", "--upgrade", "--default-pip"])
    return RuntimeError(message)


def _directory_error(directories: list[str]) -> Exception | None:
    """The words of venv for the directory that cannot be made."""
    for path in directories:
        if os.path.islink(path) and not os.path.exists(path):
            return _os_error(17, path)
        if os.path.islink(path) or os.path.isfile(path):
            return ValueError("Unable to create directory %r" % path)
    return None


def _system_error(number: int, message: str, env_dir: str) -> OSError:
    """An OSError with its number and, where the message is nothing but path and cause, the path."""
    cause = ": " + os.strerror(number)
    path = message[: -len(cause)] if message.endswith(cause) else ""
    if path.startswith(os.sep) and ": " not in path[len(os.path.dirname(env_dir)) :]:
        return _os_error(number, path)
    return _os_error(number, env_dir, message)


def _os_error(number: int, path: str, message: str | None = None) -> OSError:
    return OSError(number, message or os.strerror(number), path)
