# SPDX-License-Identifier: MIT
"""What the built-in methods do step by step when a helper that they call is replaced: one call of it for each step."""

from __future__ import annotations

import os
import sys
import sysconfig

import cvenv

from . import _cvenv, _probe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import SimpleNamespace

    from . import EnvBuilder, StrPath


def venv_path(env_dir: str, name: str) -> str:
    """A path of the installation scheme for environments; there is one since 3.11."""
    variables = {"base": env_dir, "platbase": env_dir}
    if sys.version_info < (3, 14):
        variables.update(installed_base=env_dir, installed_platbase=env_dir)
    if sys.version_info >= (3, 11):
        return sysconfig.get_path(name, scheme="venv", vars=variables)
    if name == "include":
        return os.path.join(env_dir, "Include" if os.name == "nt" else "include")
    return sysconfig.get_path(name, scheme="nt" if os.name == "nt" else "posix_prefix", vars=variables)


def set_paths(builder: EnvBuilder, environment: _cvenv.Environment, env_dir: str) -> None:
    """Takes the paths of the environment from _venv_path, as ensure_directories of venv does."""
    names = {"scripts": "bin_path"}
    if (3, 11) <= sys.version_info < (3, 14):
        names["include"] = "inc_path"
    names["purelib"] = "lib_path"
    if sys.version_info >= (3, 15):
        names["platlib"] = "platlib_path"
    for name, attribute in names.items():
        _cvenv.set_attribute(environment, attribute, builder._venv_path(env_dir, name))
    known = _cvenv.attributes(environment)
    executable = os.path.join(known["bin_path"], known["python_exe"])
    _cvenv.set_attribute(environment, "bin_name", os.path.relpath(known["bin_path"], env_dir))
    _cvenv.set_attribute(environment, "env_exe", executable)
    _cvenv.set_attribute(environment, "env_exec_cmd", executable)


def setup_python(builder: EnvBuilder, context: SimpleNamespace) -> None:
    copier = builder.symlink_or_copy
    copier(context.executable, context.env_exe)
    _make_executable(context.env_exe)
    for name in _probe.Probe().names():
        path = os.path.join(context.bin_path, name)
        if not os.path.exists(path):
            copier(context.env_exe, path, relative_symlinks_ok=True)
            _make_executable(path)


def _make_executable(path: str) -> None:
    if not os.path.islink(path):
        os.chmod(path, 0o755)


def symlink_or_copy(builder: EnvBuilder, src: StrPath, dst: StrPath, relative_symlinks_ok: bool) -> None:
    if builder.symlinks and _symlink(src, dst, relative_symlinks_ok):
        return
    cvenv.shutil.copyfile(src, dst)


def _symlink(src: StrPath, dst: StrPath, relative_symlinks_ok: bool) -> bool:
    try:
        if os.path.islink(dst):
            return True
        if relative_symlinks_ok:
            assert os.path.dirname(src) == os.path.dirname(dst)
            os.symlink(os.path.basename(src), dst)
        else:
            os.symlink(src, dst)
        return True
    except Exception:
        cvenv.logger.warning("Unable to symlink %r to %r", src, dst)
        return False


def install_scripts(builder: EnvBuilder, context: SimpleNamespace, path: str) -> None:
    for part in ("common", os.name):
        top = os.path.join(path, part)
        for root, _, files in os.walk(top):
            target = os.path.normpath(os.path.join(context.bin_path, os.path.relpath(root, top)))
            os.makedirs(target, exist_ok=True)
            for name in files:
                _install_script(builder, context, os.path.join(root, name), os.path.join(target, name))


def _install_script(builder: EnvBuilder, context: SimpleNamespace, source: str, target: str) -> None:
    with open(source, "rb") as file:
        data = file.read()
    try:
        context.script_path = source
        new_data = builder.replace_variables(data.decode("utf-8"), context).encode("utf-8")
    except UnicodeError as error:
        cvenv.logger.warning("unable to copy script %r, may be binary: %s", source, error)
        return
    if os.path.islink(target):
        os.unlink(target)  # it is to be replaced, not what it leads to
    with open(target, "wb") as file:
        file.write(new_data)
    cvenv.shutil.copymode(source, target)
