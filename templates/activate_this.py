# SPDX-License-Identifier: MIT
"""Activates a Python virtual environment in a Python that runs already:

    import runpy
    runpy.run_path("bin/activate_this.py")

The Python must have the version that the environment was made for. There is no way back.
"""
import os
import site
import sys
import sysconfig


def directory_of_environment():
    """The recorded directory, or if relocatable the one that this file lies in."""
    if __VENV_RELOCATABLE__ != "yes":
        # Written as UTF-8 here; what Python makes of the same bytes depends on the locale.
        return os.fsdecode(__VENV_DIR__.encode("utf-8", "surrogateescape"))
    try:
        return os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    except NameError:
        raise RuntimeError("activate_this.py: __file__ is not known: use runpy.run_path") from None


def directories_of_packages(directory):
    """purelib and platlib, as this Python has them."""
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "nt" if os.name == "nt" else "posix_prefix"
    places = {"base": directory, "platbase": directory, "installed_base": directory, "installed_platbase": directory}
    paths = [sysconfig.get_path(name, scheme, places) for name in ("purelib", "platlib")]
    return list(dict.fromkeys(paths))


def activate(directory):
    packages = directories_of_packages(directory)
    if not os.path.exists(os.path.join(directory, "pyvenv.cfg")):
        raise RuntimeError("activate_this.py: %s does not hold this environment any more (moved or copied?)" % directory)
    if not os.path.isdir(packages[0]):
        raise RuntimeError("activate_this.py: %s is for another version of Python than this one" % directory)

    scripts = os.path.join(directory, __VENV_BIN_NAME__)
    path = os.environ.get("PATH")
    os.environ["PATH"] = scripts + os.pathsep + path if path else scripts
    os.environ["VIRTUAL_ENV"] = directory
    os.environ["VIRTUAL_ENV_PROMPT"] = os.fsdecode(__VENV_PROMPT__.encode("utf-8", "surrogateescape"))
    os.environ.pop("PYTHONHOME", None)

    # The environment's packages come first, .pth files included.
    before = len(sys.path)
    for package in packages:
        site.addsitedir(package)
    sys.path[:] = sys.path[before:] + sys.path[:before]
    sys.prefix = sys.exec_prefix = directory


if __name__ == "__main__" and os.path.basename(sys.argv[0]) == "activate_this.py":
    sys.exit("activate_this.py: must be run by a Python that goes on: runpy.run_path(\"bin/activate_this.py\")")
activate(directory_of_environment())
