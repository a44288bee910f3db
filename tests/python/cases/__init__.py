# SPDX-License-Identifier: MIT
"""
What programs may rely on in venv, as unittest cases: each runs under every Python, with venv itself and with cvenv in
its place. Here stands what the cases share.
"""

import os
import re
import sys
import tempfile
import unittest

import venv

IS_CVENV = venv.__name__ == "cvenv"
SINCE = sys.version_info[:2]

only_cvenv = unittest.skipUnless(IS_CVENV, "a deliberate difference from venv")


def since(*version):
    """For what venv has only from that version on; cvenv has it on all."""
    return unittest.skipIf(not IS_CVENV and SINCE < version, "venv of this version differs")


class Case(unittest.TestCase):
    """A test with a directory to make environments in."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = os.path.realpath(directory.name)
        self.env_dir = os.path.join(self.top, "env")

    def path(self, *names):
        return os.path.join(self.env_dir, *names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def write(self, text, *names):
        with open(self.path(*names), "w", encoding="utf-8") as file:
            file.write(text)

    def config(self):
        return dict(line.split(" = ", 1) for line in self.read("pyvenv.cfg").splitlines())

    def assertMade(self):
        """The environment is there and whole."""
        for name in ("pyvenv.cfg", "bin/activate", "bin/python", "bin/python3"):
            self.assertTrue(os.path.exists(self.path(name)), name)

    def assertNothingLeft(self):
        """Neither the environment nor anything beside it."""
        self.assertEqual([], os.listdir(self.top))

    def raised(self, kind, call, *args, **kwargs):
        """The exception, which is to be of exactly that type."""
        with self.assertRaises(kind) as caught:
            call(*args, **kwargs)
        self.assertIs(kind, type(caught.exception))
        return caught.exception

    def assertMatches(self, pattern, text):
        self.assertTrue(re.fullmatch(pattern, text), "%r does not match %r" % (text, pattern))
