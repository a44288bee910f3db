# SPDX-License-Identifier: MIT
"""The module itself: names, signatures, attributes, what importing it costs."""

import inspect
import logging
import os
import shutil
import subprocess
import sys
import sysconfig
import types
import unittest
from unittest import mock

import venv

from cases import IS_CVENV, SINCE, Case, only_cvenv, since

SIGNATURES = {
    "EnvBuilder": "(system_site_packages=False, clear=False, symlinks=False, upgrade=False, with_pip=False, "
                  "prompt=None, upgrade_deps=False, *, scm_ignore_files=frozenset())",
    "create": "(env_dir, system_site_packages=False, clear=False, symlinks=False, with_pip=False, prompt=None, "
              "upgrade_deps=False, *, scm_ignore_files=frozenset())",
    "main": "(args=None)",
    "EnvBuilder.create": "(self, env_dir)",
    "EnvBuilder.clear_directory": "(self, path)",
    "EnvBuilder._venv_path": "(self, env_dir, name)",
    "EnvBuilder._same_path": "(path1, path2)",
    "EnvBuilder.ensure_directories": "(self, env_dir)",
    "EnvBuilder.create_configuration": "(self, context)",
    "EnvBuilder.symlink_or_copy": "(self, src, dst, relative_symlinks_ok=False)",
    "EnvBuilder.create_git_ignore_file": "(self, context)",
    "EnvBuilder.setup_python": "(self, context)",
    "EnvBuilder._call_new_python": "(self, context, *py_args, **kwargs)",
    "EnvBuilder._setup_pip": "(self, context)",
    "EnvBuilder.setup_scripts": "(self, context)",
    "EnvBuilder.post_setup": "(self, context)",
    "EnvBuilder.replace_variables": "(self, text, context)",
    "EnvBuilder.install_scripts": "(self, context, path)",
    "EnvBuilder.upgrade_dependencies": "(self, context)",
}


class Names(Case):
    @since(3, 14)
    def test_signatures(self):
        for name, expected in SIGNATURES.items():
            value = venv
            for part in name.split("."):
                value = getattr(value, part)
            # Before 3.9 the signature of a class method found on the class is as it is now: without cls.
            self.assertEqual(expected, str(inspect.signature(value)), name)

    @since(3, 14)
    def test_nothing_public_is_missing_or_more(self):
        public = {name for name in vars(venv.EnvBuilder) if not name.startswith("__")}
        self.assertEqual({name.split(".")[1] for name in SIGNATURES if "." in name}, public)

    def test_modules_are_the_real_ones(self):
        for module in (logging, os, shutil, subprocess, sys, sysconfig, types):
            self.assertIs(module, getattr(venv, module.__name__))
            self.assertIn(module.__name__, dir(venv))
        self.assertFalse(hasattr(venv, "nonsense"))

    def test_logger(self):
        self.assertIs(logging.getLogger("venv"), venv.logger)

    @since(3, 9)
    def test_core_dependencies(self):
        self.assertEqual(("pip", "setuptools") if SINCE < (3, 12) else ("pip",), venv.CORE_VENV_DEPS)

    def test_module_attribute_can_be_patched_and_comes_back(self):
        with mock.patch("venv.subprocess") as patched:
            self.assertIs(patched, venv.subprocess)
        self.assertIs(subprocess, venv.subprocess)

    @only_cvenv
    def test_import_loads_nothing_else(self):
        program = "import sys; before = set(sys.modules); import cvenv; print(sorted(set(sys.modules) - before))"
        answer = subprocess.check_output([sys.executable, "-c", program], text=True)
        self.assertEqual("['__future__', 'cvenv']", answer.strip())


class Builder(Case):
    def test_defaults(self):
        builder = venv.EnvBuilder()
        expected = dict.fromkeys(["system_site_packages", "clear", "symlinks", "upgrade", "with_pip"], False)
        expected.update(prompt=None)
        if IS_CVENV or SINCE >= (3, 9):
            expected.update(upgrade_deps=False)
        if IS_CVENV or SINCE >= (3, 11):
            expected.update(orig_prompt=None)
        if IS_CVENV or SINCE >= (3, 13):
            expected.update(scm_ignore_files=frozenset())
        self.assertEqual(expected, vars(builder))

    @since(3, 11)
    def test_prompt_dot_is_the_working_directory_of_that_moment(self):
        os.mkdir(os.path.join(self.top, "project"))
        before = os.getcwd()
        os.chdir(os.path.join(self.top, "project"))
        try:
            builder = venv.EnvBuilder(prompt=".")
        finally:
            os.chdir(before)
        self.assertEqual(("project", "."), (builder.prompt, builder.orig_prompt))
        builder.create(self.env_dir)
        self.assertEqual("'project'", self.config()["prompt"])

    @since(3, 13)
    def test_scm_ignore_files_are_lowered(self):
        self.assertEqual(frozenset({"git", "hg"}), venv.EnvBuilder(scm_ignore_files=["Git", "HG"]).scm_ignore_files)
        error = self.raised(AttributeError, venv.EnvBuilder(scm_ignore_files="x").create, self.env_dir)
        self.assertIn("'EnvBuilder' object has no attribute 'create_x_ignore_file'", str(error))

    def test_upgrade_and_clear_together_are_taken(self):
        venv.EnvBuilder(upgrade=True, clear=True)

    def test_subclass_with_attributes_of_its_own(self):
        class Builder(venv.EnvBuilder):
            def __init__(self, *args, **kwargs):
                self.extra = kwargs.pop("extra")
                super().__init__(*args, **kwargs)

            def post_setup(self, context):
                context.extra = self.extra
                self.seen = context

        builder = Builder(True, extra="value")
        builder.create(self.env_dir)
        self.assertEqual("value", builder.seen.extra)
        self.assertTrue(builder.system_site_packages)


class Main(Case):
    def test_creates_each_directory(self):
        other = os.path.join(self.top, "other")
        self.assertIsNone(venv.main(["--without-pip", self.env_dir, other]))
        self.assertMade()
        self.assertTrue(os.path.exists(os.path.join(other, "pyvenv.cfg")))

    def test_options_reach_the_builder(self):
        class Builder:
            def __init__(self, **kwargs):
                made.append(kwargs)

            def create(self, directory):
                made.append(directory)

        made = []
        with mock.patch("venv.EnvBuilder", Builder):
            venv.main(["--system-site-packages", "--copies", "--clear", "--prompt", "x y", "a", "b"])
        wanted = dict(system_site_packages=True, clear=True, symlinks=False, upgrade=False, with_pip=True, prompt="x y")
        self.assertEqual(wanted, {name: made[0][name] for name in wanted})
        self.assertEqual(["a", "b"], made[1:])

    def test_upgrade_and_clear(self):
        error = self.raised(ValueError, venv.main, ["--upgrade", "--clear", self.env_dir])
        self.assertEqual("you cannot supply --upgrade and --clear together.", str(error))

    def test_usage_error(self):
        with mock.patch("sys.stderr"):
            error = self.raised(SystemExit, venv.main, ["--nonsense", self.env_dir])
        self.assertEqual(2, error.code)

    @since(3, 9)
    def test_help_names_core_dependencies(self):
        with mock.patch("venv.CORE_VENV_DEPS", ("pip", "wheel")), mock.patch("sys.stdout") as out:
            self.raised(SystemExit, venv.main, ["--help"])
        text = " ".join("".join(call[0][0] for call in out.write.call_args_list).split())
        self.assertRegex(text, r"Upgrade core dependencies:? \(?pip,? wheel\)? to the latest version in PyPI")

    def run_module(self, *arguments):
        result = subprocess.run([sys.executable, "-m", "venv", *arguments], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        return result.returncode, result.stdout, result.stderr

    def test_as_a_program(self):
        self.assertEqual((0, "", ""), self.run_module("--without-pip", self.env_dir))
        self.assertMade()
        with open(os.path.join(self.top, "file"), "w"):
            pass
        status, out, err = self.run_module("--without-pip", os.path.join(self.top, "file"))
        self.assertEqual((1, ""), (status, out))
        self.assertRegex(err, "^Error: [Uu]nable to create directory %r" % os.path.join(self.top, "file"))


if __name__ == "__main__":
    unittest.main()
