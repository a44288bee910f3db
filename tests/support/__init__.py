# SPDX-License-Identifier: MIT
"""What the tests share: the Pythons of this machine, and trees of files to compare."""
