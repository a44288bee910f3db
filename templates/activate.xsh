# SPDX-License-Identifier: MIT
# Activates a Python virtual environment in xonsh. To be sourced:
#     source bin/activate.xsh
# `deactivate` leaves it again. Set $VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.


class _VirtualEnvPath(str):
    """An entry of $PATH that xonsh does not expand: it would look for `$` in it, and for `~` behind `=`."""

    def __contains__(self, part):
        return part != "$" and super().__contains__(part)

    def partition(self, separator):
        return str(self), "", ""


class _VirtualEnv:
    """The environment, and what there was before it was activated."""

    def __init__(self, directory):
        import os

        env = ${...}
        self.bin = os.path.join(directory, __VENV_BIN_NAME__)
        self.before = {name: env[name] if name in env else None for name in ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PYTHONHOME")}
        env["VIRTUAL_ENV"] = directory
        env["VIRTUAL_ENV_PROMPT"] = os.fsdecode(__VENV_PROMPT__.encode("utf-8", "surrogateescape"))
        self.own_path = env.is_manually_set("PATH")
        env["PATH"] = [_VirtualEnvPath(self.bin)] + (list(env["PATH"]._l) if self.own_path else [])
        if self.before["PYTHONHOME"] is not None:
            del env["PYTHONHOME"]
        self.shown = None
        if env.get("XONSH_INTERACTIVE") and not env.get("VIRTUAL_ENV_DISABLE_PROMPT"):
            self.change_prompt(env)

    def change_prompt(self, env):
        """Shows the name where the prompt has the field {env_name}, or else in front."""
        self.prompt = env["PROMPT"]
        self.own_prompt = env.is_manually_set("PROMPT")
        self.field = env["PROMPT_FIELDS"].get("env_name")

        def with_field(prompt):
            return prompt if "{env_name}" in prompt else "{env_name}" + prompt

        # The prompt's text is parsed for {COLORS} after the fields have been filled in.
        label = "(%s) " % env["VIRTUAL_ENV_PROMPT"].replace("{", "{{").replace("}", "}}")
        env["PROMPT_FIELDS"]["env_name"] = lambda: label
        old = self.prompt
        self.shown = (lambda: with_field(old())) if callable(old) else with_field(old)
        env["PROMPT"] = self.shown

    def deactivate(self, args, stdin=None):
        env = ${...}
        entries = [str(entry) for entry in env["PATH"]._l]
        if self.bin in entries:
            del env["PATH"][entries.index(self.bin)]
        if not self.own_path and not env["PATH"]:
            del env["PATH"]
        for name, value in self.before.items():
            if value is not None:
                env[name] = value
            elif name in env:
                del env[name]
        if self.shown is not None:
            if env["PROMPT"] == self.shown and self.own_prompt:
                env["PROMPT"] = self.prompt
            elif env["PROMPT"] == self.shown:
                del env["PROMPT"]
            if self.field is not None:
                env["PROMPT_FIELDS"]["env_name"] = self.field
            else:
                env["PROMPT_FIELDS"].pop("env_name", None)
        if "nondestructive" not in args:
            del aliases["deactivate"]


def _venv_activate(script, executed):
    import os
    import sys

    def holds(directory):
        return os.path.exists(os.path.join(directory, "pyvenv.cfg"))

    if executed:
        print("activate.xsh: must be sourced, not run: source bin/activate.xsh", file=sys.stderr)
        sys.exit(1)
    # Written as UTF-8 here; what Python makes of the same bytes depends on the locale.
    directory = os.fsdecode(__VENV_DIR__.encode("utf-8", "surrogateescape"))
    lies_in = os.path.dirname(os.path.dirname(os.path.realpath(script)))
    if __VENV_RELOCATABLE__ == "yes":
        directory = lies_in
    if not holds(directory) or (holds(lies_in) and not os.path.samefile(lies_in, directory)):
        print("activate.xsh: %s does not hold this environment any more (moved or copied?): nothing changed" % directory,
              file=sys.stderr)
        return
    if "VIRTUAL_ENV" in ${...} and "deactivate" in aliases:
        aliases["deactivate"](["nondestructive"])
    aliases["deactivate"] = _VirtualEnv(directory).deactivate


_venv_activate(__file__, __name__ == "__main__")
del _venv_activate, _VirtualEnv, _VirtualEnvPath
