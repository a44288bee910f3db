# SPDX-License-Identifier: MIT
"""Prints as JSON which methods of an EnvBuilder are called, in order, with what, and what they find on the disk.

    trace.py ENV_DIR METHODS OPTIONS

METHODS: those to override, separated by commas. OPTIONS: a dict for EnvBuilder, in JSON. Nothing is installed: what
starts pip is replaced.
"""

import json
import os
import sys

import venv

FILES = ("pyvenv.cfg", ".gitignore", "bin", "bin/python", "bin/python3", "bin/activate", "foreign")


def plain(value, env_dir):
    """A value as JSON can have it, with the directory's name taken out."""
    if isinstance(value, str):
        return value.replace(env_dir, "ENV")
    if isinstance(value, frozenset):
        return sorted(value)
    if hasattr(value, "__dict__"):
        return {name: plain(item, env_dir) for name, item in sorted(vars(value).items())}
    if isinstance(value, (list, tuple)):
        return [plain(item, env_dir) for item in value]
    if isinstance(value, dict):
        return {name: plain(item, env_dir) for name, item in value.items()}
    return value


def on_disk(env_dir):
    found = [name for name in FILES if os.path.exists(os.path.join(env_dir, name))]
    if "pyvenv.cfg" in found:
        with open(os.path.join(env_dir, "pyvenv.cfg"), encoding="utf-8") as file:
            found += [line.strip() for line in file if line.startswith(("include-system", "prompt"))]
    return found


def traced(name, events, env_dir):
    def method(self, *args, **kwargs):
        event = {"method": name, "args": plain(args, env_dir), "kwargs": plain(kwargs, env_dir)}
        event.update(before=on_disk(env_dir), system_site_packages=self.system_site_packages)
        events.append(event)
        if name == "_call_new_python":
            return None
        result = getattr(super(type(self), self), name)(*args, **kwargs)
        event.update(after=on_disk(env_dir), result=plain(result, env_dir))
        return result

    return method


def main():
    env_dir, methods, options = sys.argv[1], sys.argv[2].split(","), json.loads(sys.argv[3])
    events = []
    known = [name for name in methods if hasattr(venv.EnvBuilder, name)]
    builder_type = type("Traced", (venv.EnvBuilder,), {name: traced(name, events, env_dir) for name in known})
    builder = builder_type(**options)
    if "_call_new_python" not in known:
        venv.subprocess.check_output = venv.subprocess.check_call = lambda *args, **kwargs: None
    builder.create(env_dir)
    print(json.dumps({"events": events, "attributes": plain(builder, env_dir), "left": on_disk(env_dir)}))


main()
