# SPDX-License-Identifier: MIT
"""What cannot work: exceptions of the same types, with the same words, and what they leave behind."""

import errno
import os
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import venv

from cases import Case, only_cvenv, since


class Names(Case):
    @since(3, 11)
    def test_path_separator(self):
        for env_dir in (self.env_dir + os.pathsep, Path(self.env_dir + os.pathsep)):
            error = self.raised(ValueError, venv.create, env_dir)
            expected = "Refusing to create a venv in %s because it contains the PATH separator %s."
            self.assertEqual(expected % (env_dir, os.pathsep), str(error))
        self.assertNothingLeft()

    @since(3, 11)
    def test_bytes(self):
        error = self.raised(TypeError, venv.create, os.fsencode(self.env_dir))
        expected = self.raised(TypeError, lambda: "\0" in b"")
        self.assertEqual(str(expected), str(error))

    def test_neither_path_nor_str(self):
        self.raised(TypeError, venv.create, 1)
        self.raised(TypeError, venv.create, None)

    def test_path_like_relative_and_dotted(self):
        before = os.getcwd()
        os.chdir(self.top)
        try:
            venv.create(Path("missing") / ".." / "env")
        finally:
            os.chdir(before)
        self.assertMade()
        self.assertEqual(["env"], os.listdir(self.top))

    def test_null(self):
        error = self.raised(ValueError, venv.create, self.env_dir + "\0x")
        self.assertIn("null", str(error))

    @since(3, 13)
    def test_prompt_that_is_no_str(self):
        self.raised(TypeError, venv.create, self.env_dir, prompt=1)

    @only_cvenv
    def test_control_characters(self):
        for options in (dict(env_dir=self.env_dir + "\nx"), dict(env_dir=self.env_dir, prompt="a\nhome = /")):
            error = self.raised(ValueError, venv.create, **options)
            self.assertIn("control character", str(error))
        self.assertNothingLeft()

    @since(3, 11)
    def test_surrogates_in_the_prompt(self):
        self.raised(UnicodeEncodeError, venv.create, self.env_dir, prompt="\ud800")

    @since(3, 11)
    def test_no_base_executable(self):
        with mock.patch.object(sys, "_base_executable", ""):
            error = self.raised(ValueError, venv.create, self.env_dir)
        expected = ("Unable to determine path to the running Python interpreter. Provide an explicit path or check "
                    "that your PATH environment variable is correctly set.")
        self.assertEqual(expected, str(error))


class Obstacles(Case):
    def assertCannotCreate(self, path, env_dir=None, **options):
        error = self.raised(ValueError, venv.create, env_dir or self.env_dir, **options)
        self.assertEqual("Unable to create directory %r" % path, str(error))

    def assertOSError(self, kind, number, path, env_dir=None, **options):
        error = self.raised(kind, venv.create, env_dir or self.env_dir, **options)
        self.assertEqual((number, os.strerror(number), path), (error.errno, error.strerror, error.filename))
        self.assertEqual("[Errno %d] %s: %r" % (number, os.strerror(number), path), str(error))

    def test_file(self):
        Path(self.env_dir).touch()
        self.assertCannotCreate(self.env_dir)

    def test_link_to_a_directory(self):
        os.mkdir(os.path.join(self.top, "real"))
        os.symlink("real", self.env_dir)
        self.assertCannotCreate(self.env_dir)
        self.assertEqual([], os.listdir(os.path.join(self.top, "real")))

    @only_cvenv
    def test_link_to_a_directory_is_not_cleared(self):
        os.mkdir(os.path.join(self.top, "real"))
        Path(self.top, "real", "precious").touch()
        os.symlink("real", self.env_dir)
        self.raised(ValueError, venv.create, self.env_dir, clear=True)
        self.assertEqual(["precious"], os.listdir(os.path.join(self.top, "real")))

    def test_dangling_link(self):
        os.symlink("nowhere", self.env_dir)
        self.assertOSError(FileExistsError, errno.EEXIST, self.env_dir)

    def test_parent_is_a_file(self):
        Path(self.env_dir).touch()
        self.assertOSError(NotADirectoryError, errno.ENOTDIR, self.path("inner"), self.path("inner"))

    def test_file_to_be_cleared(self):
        Path(self.env_dir).touch()
        self.assertOSError(NotADirectoryError, errno.ENOTDIR, self.env_dir, clear=True)

    def test_files_and_links_inside(self):
        file, link = (lambda path: Path(path).touch()), (lambda path: os.symlink(self.top, path))
        for name, make in [("bin", file), ("bin", link), ("include", file)]:
            env_dir = os.path.join(self.top, "%s-%s" % (name, len(os.listdir(self.top))))
            os.mkdir(env_dir)
            make(os.path.join(env_dir, name))
            error = self.raised_either((ValueError, NotADirectoryError), env_dir)
            self.assertIn(os.path.join(env_dir, name), str(error))

    def raised_either(self, kinds, env_dir):
        with self.assertRaises(kinds) as caught:
            venv.create(env_dir)
        return caught.exception

    def test_lib_is_a_file(self):
        os.mkdir(self.env_dir)
        self.write("", "lib")
        error = self.raised_either((ValueError, OSError), self.env_dir)
        self.assertIn(self.path("lib"), str(error))

    def test_name_too_long(self):
        env_dir = os.path.join(self.top, "x" * 300)
        self.assertOSError(OSError, errno.ENAMETOOLONG, env_dir, env_dir)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_not_writable(self):
        os.mkdir(self.env_dir, 0o500)
        self.assertOSError(PermissionError, errno.EACCES, self.path("inner"), self.path("inner"))

    @unittest.skipUnless(os.path.isdir("/proc/self"), "no /proc")
    def test_where_no_directory_can_be_made(self):
        self.assertOSError(FileNotFoundError, errno.ENOENT, "/proc/nonsense", "/proc/nonsense")

    @only_cvenv
    def test_leave_no_trace(self):
        os.mkdir(self.env_dir)
        self.write("", "bin")
        self.raised(ValueError, venv.create, self.env_dir)
        self.assertEqual((["env"], ["bin"]), (os.listdir(self.top), os.listdir(self.env_dir)))


class Pip(Case):
    @since(3, 11)
    def test_child_that_fails(self):
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            venv.create(self.env_dir, upgrade_deps=True)  # there is no pip
        error = caught.exception
        python = self.path("bin", os.path.basename(sys._base_executable))
        command = [python, "-m", "pip", "install", "--upgrade", *venv.CORE_VENV_DEPS]
        self.assertEqual((1, command), (error.returncode, error.cmd))

    @only_cvenv
    def test_child_that_fails_leaves_nothing(self):
        self.raised(subprocess.CalledProcessError, venv.create, self.env_dir, upgrade_deps=True)
        self.assertNothingLeft()

    @only_cvenv
    def test_no_wheels(self):
        from cvenv import _making

        lines = [line for line in _making.facts().splitlines() if not line.startswith("seed")]
        with mock.patch.object(_making, "facts", lambda: "\n".join(lines) + "\n"):
            error = self.raised(venv.SeedError, venv.create, self.env_dir, with_pip=True)
        self.assertIsInstance(error, subprocess.CalledProcessError)
        self.assertEqual((1, "-m ensurepip --upgrade --default-pip"), (error.returncode, " ".join(error.cmd[1:])))
        self.assertIn("pip", str(error))
        self.assertNothingLeft()


if __name__ == "__main__":
    unittest.main()
