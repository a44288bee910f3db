# SPDX-License-Identifier: MIT
"""Runs CPython's own tests of venv and prints as JSON how each ended.

    run_suite.py [TEST ...]        TEST: as unittest names it below the module, such as BasicTest.test_prompt
"""

import json
import sys
import unittest


class Result(unittest.TestResult):
    """Remembers for each test "passed", "skipped" with the reason, or the traceback."""

    def __init__(self):
        super().__init__()
        self.ended = {}

    def note(self, test, how):
        test = getattr(test, "test_case", test)  # a subtest counts for its test
        name = ".".join(test.id().split(".")[-2:])
        if self.ended.get(name, "passed") == "passed":
            self.ended[name] = how

    def addSuccess(self, test):
        self.note(test, "passed")

    def addSkip(self, test, reason):
        self.note(test, "skipped: " + reason)

    def addFailure(self, test, error):
        self.note(test, self._exc_info_to_string(error, getattr(test, "test_case", test)))

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.addFailure(subtest, error)


def main():
    loader = unittest.defaultTestLoader
    names = ["test.test_venv.%s" % name for name in sys.argv[1:]] or ["test.test_venv"]
    result = Result()
    loader.loadTestsFromNames(names).run(result)
    print("\n" + json.dumps(result.ended))


main()
