# SPDX-License-Identifier: MIT
"""The functions of cvenv.h (see native/module.c)."""

from collections.abc import Callable
from typing import Final, NewType, Union

Options = dict[str, Union[str, bool, list[str], None]]
Environment = NewType("Environment", object)

class Error(Exception):
    args: tuple[int, int, str]

version: Final[str]

ERROR_SYSTEM: Final[int]
ERROR_MEMORY: Final[int]
ERROR_VALUE: Final[int]
ERROR_DIRECTORY: Final[int]
ERROR_INTERPRETER: Final[int]
ERROR_SEED: Final[int]
ERROR_GUARD: Final[int]
ERROR_CHILD: Final[int]

STAGE_ENSURE_DIRECTORIES: Final[int]
STAGE_CREATE_IGNORE_FILE: Final[int]
STAGE_CREATE_CONFIGURATION: Final[int]
STAGE_SETUP_PYTHON: Final[int]
STAGE_SETUP_PIP: Final[int]
STAGE_SETUP_SCRIPTS: Final[int]
STAGE_POST_SETUP: Final[int]
STAGE_UPGRADE_DEPENDENCIES: Final[int]

def create(
    env_dir: str,
    options: Options,
    report: Callable[[str], object],
    first: int,
    hook: Callable[[Environment], object],
    /,
) -> None: ...
def open(env_dir: str, options: Options, report: Callable[[str], object], /) -> Environment: ...
def run_stage(environment: Environment, options: Options, stage: int, /) -> None: ...
def install_scripts(environment: Environment, options: Options, path: str, /) -> None: ...
def symlink_or_copy(
    environment: Environment, options: Options, src: str, dst: str, relative_symlinks_ok: bool, /
) -> None: ...
def attributes(environment: Environment, /) -> dict[str, str]: ...
def set_attribute(environment: Environment, name: str, value: str, /) -> None: ...
def replace_variables(environment: Environment, name: str, text: bytes, /) -> bytes: ...
def command(arguments: list[str], facts: str, /) -> int: ...
