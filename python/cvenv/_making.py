# SPDX-License-Identifier: MIT
"""How an environment is made: in C up to the first method that is replaced, in venv's own order from there on."""

from __future__ import annotations

import os
import sys
from _thread import _local

import cvenv

from . import _cvenv, _probe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace, TracebackType

    from . import EnvBuilder, StrPath
else:
    SimpleNamespace = type(sys.implementation)  # without importing types

ENSURE_DIRECTORIES = _cvenv.STAGE_ENSURE_DIRECTORIES
CREATE_IGNORE_FILE = _cvenv.STAGE_CREATE_IGNORE_FILE
CREATE_CONFIGURATION = _cvenv.STAGE_CREATE_CONFIGURATION
SETUP_PYTHON = _cvenv.STAGE_SETUP_PYTHON
SETUP_PIP = _cvenv.STAGE_SETUP_PIP
SETUP_SCRIPTS = _cvenv.STAGE_SETUP_SCRIPTS
POST_SETUP = _cvenv.STAGE_POST_SETUP
UPGRADE_DEPENDENCIES = _cvenv.STAGE_UPGRADE_DEPENDENCIES
NEVER = -1

# What ensure_directories puts into the context, in venv's order; platlib_path since 3.15.
CONTEXT = (
    "env_dir env_name prompt executable python_dir python_exe inc_path lib_path platlib_path bin_path bin_name env_exe "
    "env_exec_cmd"
).split()
if sys.version_info < (3, 15):
    CONTEXT.remove("platlib_path")


# ---- what is replaced -----------------------------------------------------------------------------------------------


def is_replaced(builder: EnvBuilder, *names: str) -> bool:
    """Is one of these methods another than EnvBuilder's own: in a subclass, on the builder, or patched?"""
    for name in names:
        if getattr(getattr(builder, name), "__func__", None) is not cvenv._BUILT_IN[name]:
            return True
    return False


def is_patched(name: str, *members: str) -> bool:
    """Is this module, or one of these functions and classes of it, replaced, as a test does with check_output?"""
    module = vars(cvenv).get(name, sys.modules.get(name))
    if module is not sys.modules.get(name):
        return True
    namespace = vars(module) if module else {}
    for member in members:
        value = namespace.get(member)
        if getattr(value, "__globals__", namespace) is not namespace:
            return True
        if value is not None and getattr(value, "__module__", None) not in (name, os.name):
            return True
    return False


def links_in_python(builder: EnvBuilder) -> bool:
    """Must setup_python call symlink_or_copy?"""
    if os.name == "nt":
        return False
    return is_replaced(builder, "symlink_or_copy") or is_patched("os", "symlink") or is_patched("shutil", "copyfile")


def runs_python(builder: EnvBuilder) -> bool:
    """Must _setup_pip call _call_new_python?"""
    return is_replaced(builder, "_call_new_python") or is_patched("subprocess", "check_output", "run", "Popen")


def first_replaced(builder: EnvBuilder) -> int:
    """The first stage that is not the library's alone; NEVER when there is none."""
    if is_replaced(builder, "ensure_directories", "_venv_path"):
        return ENSURE_DIRECTORIES
    if builder.clear and is_replaced(builder, "clear_directory"):
        return ENSURE_DIRECTORIES
    if builder.scm_ignore_files:
        if builder.scm_ignore_files != {"git"} or is_replaced(builder, "create_git_ignore_file"):
            return CREATE_IGNORE_FILE
    if is_replaced(builder, "create_configuration"):
        return CREATE_CONFIGURATION
    if is_replaced(builder, "setup_python") or links_in_python(builder):
        return SETUP_PYTHON
    if builder.with_pip and (is_replaced(builder, "_setup_pip") or runs_python(builder)):
        return SETUP_PIP
    if not builder.upgrade:
        if is_replaced(builder, "setup_scripts", "install_scripts", "replace_variables"):
            return SETUP_SCRIPTS
        if is_replaced(builder, "post_setup"):
            return POST_SETUP
    return UPGRADE_DEPENDENCIES if builder.upgrade_deps else NEVER


# ---- what the library is told ---------------------------------------------------------------------------------------

_facts: dict[tuple[str, ...], str] = {}


def facts() -> str:
    """What the running interpreter is; asked once."""
    key = (sys.executable, getattr(sys, "_base_executable", ""), sys.base_prefix)
    if key not in _facts:
        _facts[key] = _probe.facts()
    return _facts[key]


def _prompt(builder: EnvBuilder) -> str | None:
    if builder.orig_prompt == "." and builder.prompt == os.path.basename(os.getcwd()):
        return "."  # as pyvenv.cfg is to record it in `command`
    return builder.prompt


def _command() -> str:
    """The beginning of `command` in pyvenv.cfg."""
    program = sys.executable or ""
    if not program.replace("/", "").replace(".", "").replace("-", "").replace("_", "").isalnum():
        program = cvenv.__getattr__("shlex").quote(program)
    return program + " -m venv"


def options(builder: EnvBuilder, **changes: bool) -> _cvenv.Options:
    return {
        "system_site_packages": builder.system_site_packages,
        "clear": builder.clear,
        "upgrade": builder.upgrade,
        "with_pip": builder.with_pip,
        "upgrade_deps": builder.upgrade_deps,
        "without_scm_ignore": not builder.scm_ignore_files,
        "symlinks": builder.symlinks,
        "prompt": _prompt(builder),
        "facts": facts(),
        "command": _command(),
        "environment": ["%s=%s" % item for item in os.environ.items()],
        **changes,
    }


def warn(message: str) -> None:
    from . import logger

    logger.warning(message)


class VenvExceptions:
    """Turns an error of the library into the exception that venv would raise."""

    def __init__(self, env_dir: str, clear: bool = False) -> None:
        self.env_dir = env_dir
        self.clear = clear

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, _cvenv.Error):
            from . import _errors

            raise _errors.exception(error, self._directories(), self.clear) from None

    def _directories(self) -> list[str]:
        known: _cvenv.Options = {"facts": facts()}
        try:
            layout = _cvenv.attributes(_cvenv.open(self.env_dir, known, warn))
        except _cvenv.Error:
            return [self.env_dir]
        return [self.env_dir, layout["inc_path"], layout["lib_path"], layout["bin_path"]]


# ---- environments under way -----------------------------------------------------------------------------------------


class _UnderWay(_local):
    """The creations in which this thread is inside a replaced method: directory and environment, innermost last."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, _cvenv.Environment]] = []


_under_way = _UnderWay()


def find_under_way(env_dir: str) -> _cvenv.Environment | None:
    for known, environment in reversed(_under_way.stack):
        if known == env_dir:
            return environment
    return None


def find_around(path: str) -> tuple[str, _cvenv.Environment] | None:
    """The creation under way whose environment `path` is in."""
    for known, environment in reversed(_under_way.stack):
        if path.startswith(known + os.sep):
            return known, environment
    return None


def environment_of(builder: EnvBuilder, context: SimpleNamespace) -> _cvenv.Environment:
    """The environment of a context: the one under way, or opened for this call; knowing the context as it is now."""
    env_dir = os.fspath(context.env_dir)
    environment = find_under_way(env_dir) or _cvenv.open(env_dir, options(builder, clear=False), warn)
    for name, known in _cvenv.attributes(environment).items():
        value = os.fspath(getattr(context, name, known))
        if value != known:
            _cvenv.set_attribute(environment, name, value)
    return environment


def new_context(builder: EnvBuilder, environment: _cvenv.Environment) -> SimpleNamespace:
    attributes = _cvenv.attributes(environment)
    if builder.prompt is not None:
        attributes["prompt"] = builder.prompt
    return SimpleNamespace(**{name: attributes[name] for name in CONTEXT})


# ---- the whole creation ---------------------------------------------------------------------------------------------


def check_possible(env_dir: StrPath) -> None:
    if os.pathsep in os.fspath(env_dir):
        raise ValueError(f"Refusing to create a venv in {env_dir} because it contains the PATH separator {os.pathsep}.")
    if not getattr(sys, "_base_executable", None):
        raise ValueError(
            "Unable to determine path to the running Python interpreter. Provide an explicit path or check that your "
            "PATH environment variable is correctly set."
        )


def create(builder: EnvBuilder, env_dir: str) -> None:
    first = first_replaced(builder)
    changes = {}
    if first == ENSURE_DIRECTORIES and is_replaced(builder, "clear_directory"):
        changes["clear"] = False
    if NEVER < first <= POST_SETUP:
        changes["system_site_packages"] = False
    if first != ENSURE_DIRECTORIES:
        check_possible(env_dir)
    with VenvExceptions(env_dir, builder.clear):
        _cvenv.create(env_dir, options(builder, **changes), warn, first, Rest(builder, env_dir, first).make)


class Rest:
    """What is left of a creation when the first replaced method is reached."""

    def __init__(self, builder: EnvBuilder, env_dir: str, first: int) -> None:
        self.builder = builder
        self.env_dir = env_dir
        self.first = first

    def make(self, environment: _cvenv.Environment) -> None:
        _under_way.stack.append((self.env_dir, environment))
        wanted = self.builder.system_site_packages
        try:
            self._make(environment)
        except BaseException:
            self.builder.system_site_packages = wanted
            raise
        finally:
            _under_way.stack.pop()

    def _make(self, environment: _cvenv.Environment) -> None:
        builder = self.builder
        context = self._context(environment)
        if self.first <= CREATE_IGNORE_FILE:
            for scm in builder.scm_ignore_files:
                getattr(builder, f"create_{scm}_ignore_file")(context)
        if self.first <= POST_SETUP:
            # The base's packages are out of sight until pip and post_setup have done their work (bpo-24875).
            wanted = builder.system_site_packages
            builder.system_site_packages = False
            self._fill(context)
            if wanted:
                builder.system_site_packages = True
                builder.create_configuration(context)
        if builder.upgrade_deps:
            builder.upgrade_dependencies(context)

    def _context(self, environment: _cvenv.Environment) -> SimpleNamespace:
        if self.first <= ENSURE_DIRECTORIES:
            return self.builder.ensure_directories(self.env_dir)
        context = new_context(self.builder, environment)
        if self.first > CREATE_CONFIGURATION:
            context.cfg_path = os.path.join(context.env_dir, "pyvenv.cfg")
        return context

    def _fill(self, context: SimpleNamespace) -> None:
        builder = self.builder
        if self.first <= CREATE_CONFIGURATION:
            builder.create_configuration(context)
        if self.first <= SETUP_PYTHON:
            builder.setup_python(context)
        if self.first <= SETUP_PIP and builder.with_pip:
            builder._setup_pip(context)
        if not builder.upgrade:
            if self.first <= SETUP_SCRIPTS:
                builder.setup_scripts(context)
            builder.post_setup(context)


# ---- the built-in methods -------------------------------------------------------------------------------------------


def run_stage(builder: EnvBuilder, context: SimpleNamespace, stage: int, **changes: bool) -> None:
    with VenvExceptions(os.fspath(context.env_dir)):
        environment = environment_of(builder, context)
        _cvenv.run_stage(environment, options(builder, **changes), stage)


def ensure_directories(builder: EnvBuilder, env_dir: StrPath) -> SimpleNamespace:
    from . import _replaced

    check_possible(env_dir)
    path = os.path.abspath(env_dir)
    changes = {}
    if builder.clear and is_replaced(builder, "clear_directory"):
        changes["clear"] = False
        if os.path.exists(path):
            builder.clear_directory(env_dir)
    with VenvExceptions(path, builder.clear):
        environment = find_under_way(path) or _cvenv.open(path, options(builder, **changes), warn)
        if is_replaced(builder, "_venv_path"):
            _replaced.set_paths(builder, environment, path)
        _cvenv.run_stage(environment, options(builder, **changes), ENSURE_DIRECTORIES)
    context = new_context(builder, environment)
    context.env_dir = env_dir
    return context


def symlink_or_copy(builder: EnvBuilder, src: StrPath, dst: StrPath, relative_symlinks_ok: bool) -> None:
    from . import _replaced

    around = find_around(os.fspath(dst))
    if around is None or is_patched("os", "symlink") or is_patched("shutil", "copyfile"):
        _replaced.symlink_or_copy(builder, src, dst, relative_symlinks_ok)
        return
    env_dir, environment = around
    with VenvExceptions(env_dir):
        place = os.path.relpath(dst, env_dir)
        _cvenv.symlink_or_copy(environment, options(builder), os.fspath(src), place, relative_symlinks_ok)


def setup_python(builder: EnvBuilder, context: SimpleNamespace) -> None:
    if links_in_python(builder):
        from . import _replaced

        _replaced.setup_python(builder, context)
    else:
        run_stage(builder, context, SETUP_PYTHON)


def setup_pip(builder: EnvBuilder, context: SimpleNamespace) -> None:
    if runs_python(builder):
        from . import subprocess

        builder._call_new_python(context, "-m", "ensurepip", "--upgrade", "--default-pip", stderr=subprocess.STDOUT)
    else:
        run_stage(builder, context, SETUP_PIP, with_pip=True)


def setup_scripts(builder: EnvBuilder, context: SimpleNamespace, path: str) -> None:
    if is_replaced(builder, "install_scripts", "replace_variables"):
        builder.install_scripts(context, path)
    else:
        run_stage(builder, context, SETUP_SCRIPTS, upgrade=False)


def install_scripts(builder: EnvBuilder, context: SimpleNamespace, path: str) -> None:
    if is_replaced(builder, "replace_variables"):
        from . import _replaced

        _replaced.install_scripts(builder, context, path)
        return
    with VenvExceptions(os.fspath(context.env_dir)):
        environment = environment_of(builder, context)
        _cvenv.install_scripts(environment, options(builder), path)


def replace_variables(builder: EnvBuilder, text: str, context: SimpleNamespace) -> str:
    for name in ("env_dir", "env_name", "prompt", "bin_name", "env_exe"):
        getattr(context, name)  # an AttributeError, if it is missing
    with VenvExceptions(os.fspath(context.env_dir)):
        environment = environment_of(builder, context)
        script = os.path.basename(getattr(context, "script_path", ""))
        replaced = _cvenv.replace_variables(environment, script, text.encode("utf-8", "surrogateescape"))
    return replaced.decode("utf-8", "surrogateescape")
