# SPDX-License-Identifier: MIT
"""Built-in methods that are called by themselves, not by create()."""

import os
import subprocess
import sys
import types
import unittest

import venv

from cases import IS_CVENV, SINCE, Case, only_cvenv, since


class Direct(Case):
    def test_step_by_step_and_twice(self):
        builder = venv.EnvBuilder(symlinks=True, system_site_packages=True)
        for _ in range(2):
            context = builder.ensure_directories(self.env_dir)
            for _ in range(2):
                builder.create_configuration(context)
                self.assertEqual(self.path("pyvenv.cfg"), context.cfg_path)
                builder.setup_python(context)
                builder.setup_scripts(context)
                builder.post_setup(context)
        self.assertMade()
        self.assertEqual("true", self.config()["include-system-site-packages"])
        program = "import sys; print(sys.prefix)"
        self.assertEqual(self.env_dir + "\n", subprocess.check_output([context.env_exe, "-c", program], text=True))

    def test_setup_pip(self):
        builder = venv.EnvBuilder(symlinks=True)
        context = builder.ensure_directories(self.env_dir)
        builder.create_configuration(context)
        builder.setup_python(context)
        for _ in range(2):
            builder._setup_pip(context)
            out = subprocess.check_output([context.env_exe, "-I", "-m", "pip", "--version"], text=True)
            self.assertIn(self.env_dir, out)

    def test_ensure_directories_clears(self):
        builder = venv.EnvBuilder(clear=True)
        context = builder.ensure_directories(self.env_dir)
        self.write("", "foreign")
        builder.create_configuration(context)
        builder.setup_scripts(context)
        self.assertTrue(os.path.exists(self.path("foreign")), "only ensure_directories clears")
        builder.ensure_directories(self.env_dir)
        self.assertFalse(os.path.exists(self.path("foreign")))

    def test_clear_directory(self):
        os.makedirs(self.path("directory", "deep"))
        self.write("", "file")
        os.symlink("directory", self.path("link"))
        os.symlink("nowhere", self.path("dangling"))
        os.symlink(self.top, self.path("up"))
        venv.EnvBuilder().clear_directory(self.env_dir)
        self.assertEqual([], os.listdir(self.env_dir))
        self.assertEqual(["env"], os.listdir(self.top))

    def test_symlink_or_copy(self):
        for name, symlinks in (("linked", True), ("copied", False)):
            source, target = os.path.join(self.top, "source"), os.path.join(self.top, name)
            with open(source, "w") as file:
                file.write("text")
            builder = venv.EnvBuilder(symlinks=symlinks)
            builder.symlink_or_copy(source, target)
            self.assertEqual(symlinks, os.path.islink(target))
            if symlinks:
                self.assertEqual(source, os.readlink(target))
                builder.symlink_or_copy(source, target)
                builder.symlink_or_copy(source, os.path.join(self.top, "relative"), relative_symlinks_ok=True)
                self.assertEqual("source", os.readlink(os.path.join(self.top, "relative")))
            with open(target) as file:
                self.assertEqual("text", file.read())

    def context(self, **changes):
        values = dict(env_dir="/a b", env_name="name", prompt="it's", bin_name="bin", env_exe="/a b/bin/python",
                      script_path="/x/activate")
        values.update(changes)
        return types.SimpleNamespace(**values)

    TEMPLATE = "__VENV_DIR__|__VENV_NAME__|__VENV_PROMPT__|__VENV_BIN_NAME__|__VENV_PYTHON__|__OTHER__"

    @since(3, 14)
    def test_replace_variables(self):
        for script, expected in [
            ("activate", "'/a b'|name|'it'\"'\"'s'|bin|'/a b/bin/python'|__OTHER__"),
            ("x.fish", "'/a b'|name|'it'\"'\"'s'|bin|'/a b/bin/python'|__OTHER__"),
            ("X.ps1", "'/a b'|'name'|'it''s'|'bin'|'/a b/bin/python'|__OTHER__"),
            ("x.bat", "/a b|name|it's|bin|/a b/bin/python|__OTHER__"),
        ]:
            context = self.context(script_path=os.path.join("/x", script))
            self.assertEqual(expected, venv.EnvBuilder().replace_variables(self.TEMPLATE, context), script)

    @only_cvenv
    def test_replace_variables_in_one_pass(self):
        context = self.context(env_name="__VENV_PROMPT__", prompt="__VENV_DIR__ $(x)")
        result = venv.EnvBuilder().replace_variables("__VENV_NAME__ __VENV_PROMPT__", context)
        self.assertEqual("__VENV_PROMPT__ '__VENV_DIR__ $(x)'", result)

    def test_replace_variables_without_an_attribute(self):
        for name in ("env_dir", "env_name", "prompt", "bin_name", "env_exe"):
            context = self.context()
            delattr(context, name)
            error = self.raised(AttributeError, venv.EnvBuilder().replace_variables, self.TEMPLATE, context)
            self.assertIn("no attribute %r" % name, str(error))

    def test_replace_variables_keeps_other_text(self):
        text = "\r\n\t\u20ac \U0001d70b __VENV_ __VENV_DIR_ %s {} \\"
        self.assertEqual(text, venv.EnvBuilder().replace_variables(text, self.context()))

    @since(3, 11)
    def test_venv_path(self):
        builder = venv.EnvBuilder()
        python = "%s%d.%d%s" % ("pypy" if sys.implementation.name == "pypy" else "python", *SINCE, sys.abiflags)
        self.assertEqual("/e/bin", builder._venv_path("/e", "scripts"))
        self.assertEqual("/e/lib/%s/site-packages" % python, builder._venv_path("/e", "purelib"))
        context = builder.ensure_directories(self.env_dir)
        self.assertEqual(context.bin_path, builder._venv_path(self.env_dir, "scripts"))
        if IS_CVENV or SINCE >= (3, 12):
            self.assertEqual(context.lib_path, builder._venv_path(self.env_dir, "purelib"))
        if (3, 11) <= SINCE < (3, 14):
            self.assertEqual(context.inc_path, builder._venv_path(self.env_dir, "include"))

    @since(3, 13)
    def test_same_path(self):
        for builder in (venv.EnvBuilder, venv.EnvBuilder()):
            self.assertIs(True, builder._same_path("/x", "/x"))
            self.assertIs(False, builder._same_path("/x", "/X"))

    @since(3, 11)
    def test_call_new_python(self):
        builder = venv.EnvBuilder(symlinks=True)
        builder.create(self.env_dir)
        context = builder.ensure_directories(self.env_dir)
        out = self.path("out")
        program = ("import os, sys; "
                   "print(sys.prefix, os.getcwd(), os.environ['VIRTUAL_ENV'], file=open(sys.argv[1], 'w'))")
        self.assertIsNone(builder._call_new_python(context, "-c", program, out))
        self.assertEqual(" ".join([self.env_dir] * 3) + "\n", self.read("out"))

    def test_create_over_an_environment(self):
        venv.create(self.env_dir, symlinks=True, prompt="one")
        self.write("mine", "bin", "mine")
        venv.create(self.env_dir, symlinks=True, prompt="two")
        self.assertEqual("mine", self.read("bin", "mine"))
        self.assertIn("two", self.read("bin", "activate"))

    @only_cvenv
    def test_upgrade_keeps_what_the_environment_is(self):
        class Hooked(venv.EnvBuilder):
            def setup_python(self, context):
                self.prompt_seen = context.prompt
                super().setup_python(context)

        venv.create(self.env_dir, symlinks=True, prompt="kept", system_site_packages=True)
        for kind in (venv.EnvBuilder, Hooked):
            builder = kind(upgrade=True, symlinks=True)
            builder.create(self.env_dir)
            config = self.config()
            self.assertEqual(("'kept'", "true"), (config["prompt"], config["include-system-site-packages"]))
        self.assertEqual("kept", builder.prompt_seen)

    def test_copies(self):
        venv.create(self.env_dir)
        for name in ("python", "python3"):
            self.assertFalse(os.path.islink(self.path("bin", name)))
            program = "import sys; print(sys.prefix, sys.base_prefix)"
            out = subprocess.check_output([self.path("bin", name), "-c", program], text=True)
            self.assertEqual("%s %s\n" % (self.env_dir, sys.base_prefix), out)

    def test_from_inside_an_environment(self):
        venv.create(self.env_dir, symlinks=True)
        inner = os.path.join(self.top, "inner")
        program = "import sys, venv; venv.create(sys.argv[1], symlinks=True)"
        subprocess.check_call([self.path("bin", "python"), "-c", program, inner])
        program = "import sys; print(sys.prefix, sys.base_prefix)"
        out = subprocess.check_output([os.path.join(inner, "bin", "python"), "-c", program], text=True)
        self.assertEqual("%s %s\n" % (inner, sys.base_prefix), out)


if __name__ == "__main__":
    unittest.main()
