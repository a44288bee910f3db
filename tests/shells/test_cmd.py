# SPDX-License-Identifier: MIT
"""activate.bat and deactivate.bat in cmd.exe, as Wine has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shells.conftest import Tool
from windows.conftest import Wine

ROOT = Path(__file__).resolve().parent.parent.parent

# Windows allows none of < > : " / \ | ? * in names, and ; is the separator of PATH.
NAMES = ["plain", "with blank", "!PATH!", "!", "^", "a^b", "^&", "&", "a & b", "&mkdir pwned&", "(a)", "a)b", "(", "'", "`", "$x", "$$",
         "=", "a=b", ",", "~", "#", "@", "{a}", "[a]", "+", "h\u00e9llo \u65e5\u672c", "a & b (c) ^ ! d", "'&mkdir pwned&'"]
PERCENT = ["%~dp0", "%PATH%", "%", "%%", "a%PATH%b", "100%", "a & b (c) ^ % ! d"]
PROMPTS = ["a\"&mkdir pwned&\"b", "\"", "|mkdir pwned|", "<x>", "$P$G$$", "a:b;c/d*?"]
SEARCH_PATH = r"C:\windows\system32;C:\windows"


@pytest.fixture(scope="session")
def wine_utf8(tmp_path_factory: pytest.TempPathFactory):
    """A Wine whose code page for batch files is UTF-8: it takes it from the locale, and this is one where it does."""
    for program in ("wine", "wineserver", "localedef"):
        if not shutil.which(program):
            pytest.skip("no %s here" % program)
    directory = tmp_path_factory.mktemp("wine-utf8")
    locale = directory / "locale"
    locale.mkdir()
    if subprocess.run(["localedef", "-i", "hi_IN", "-f", "UTF-8", locale / "hi_IN.UTF-8"], capture_output=True).returncode > 1:
        pytest.skip("no locale hi_IN here (Debian: locales)")
    machine = Wine(directory)
    machine.environment.update(LC_ALL="hi_IN.UTF-8", LOCPATH=str(locale))
    try:
        machine.start()
    except subprocess.SubprocessError as error:
        machine.stop()
        pytest.skip("Wine does not start: %s" % error)
    yield machine
    machine.stop()


class Cmd:
    """Batch files that are written line by line and then run once, since starting cmd.exe is slow."""

    def __init__(self, wine: Wine, tool: Tool, work: Path):
        self.wine, self.tool, self.work = wine, tool, work
        self.lines = ["@echo off", "set PATH=" + SEARCH_PATH, "set PROMPT=$P$G"]
        self.output = ""

    def make(self, name: str, prompt: str | None = None, relocatable: str = "no") -> str:
        """An environment; its path as Windows calls it."""
        directory = self.work / "at" / name
        scripts = directory / "Scripts"
        scripts.mkdir(parents=True)
        (directory / "pyvenv.cfg").write_text("")
        path = Wine.path(directory)
        self.tool.run("scripts", str(scripts), path, name, name if prompt is None else prompt, "Scripts", path, relocatable)
        return path

    def quoted(self, value: str) -> str:
        return os.fsdecode(self.tool.quote("batch", [value.encode()])[0])

    def enter(self, path: Path | str) -> None:
        self.lines.append('cd /d "%s"' % self.quoted(path if isinstance(path, str) else Wine.path(path)))

    def add(self, *lines: str) -> None:
        self.lines += lines

    def note(self, label: str) -> None:
        self.enter(self.work)
        self.lines.append("set >%s.txt" % label)

    def run(self) -> subprocess.CompletedProcess:
        (self.work / "main.bat").write_bytes("\r\n".join(self.lines + [""]).encode())
        return self.wine.run("cmd", "/c", "main.bat", cwd=self.work, check=False)

    def noted(self, label: str) -> dict[str, str]:
        lines = (self.work / (label + ".txt")).read_bytes().decode("utf-8", "replace").splitlines()
        return dict(line.partition("=")[::2] for line in lines)


@pytest.fixture
def cmd(wine_utf8: Wine, tool: Tool, tmp_path: Path) -> Cmd:
    return Cmd(wine_utf8, tool, tmp_path)


def wine_version() -> int:
    answer = subprocess.run(["wine", "--version"], capture_output=True, text=True).stdout
    return int(re.search(r"wine-(\d+)", answer).group(1))


def visit(cmd: Cmd, number: int, path: str) -> None:
    cmd.note("%d.before" % number)
    cmd.enter(path)
    cmd.add(r"call Scripts\activate.bat")
    cmd.note("%d.active" % number)
    cmd.add("call deactivate.bat")
    cmd.note("%d.after" % number)


def complaints(cmd: Cmd, number: int, path: str, prompt: str) -> list[str]:
    before, active, after = (cmd.noted("%d.%s" % (number, label)) for label in ("before", "active", "after"))
    shown = prompt.replace('"', "'")
    expected = {**before, "VIRTUAL_ENV": path, "VIRTUAL_ENV_PROMPT": shown, "PATH": path + r"\Scripts;" + before["PATH"],
                "PROMPT": "(%s) $P$G" % shown.replace("$", "$$")}
    wrong = {name: active.get(name) for name in expected if active.get(name) != expected[name]}
    return (["when active: %s" % wrong] if wrong else []) + (["left: %s" % after] if after != before else [])


@pytest.mark.parametrize("relocatable", ["no", "yes"], ids=["default", "relocatable"])
def test_names(cmd: Cmd, relocatable: str):
    names = NAMES
    # Wine 8 reads what a variable expands to once more, and Wine 10 what %~dp0 does. Windows does neither.
    if relocatable == "no" and wine_version() >= 9:
        names = NAMES + PERCENT
    paths = [cmd.make(name, relocatable=relocatable) for name in names]
    for number, path in enumerate(paths):
        visit(cmd, number, path)
    done = cmd.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    failures = [found for number, (path, name) in enumerate(zip(paths, names)) for found in complaints(cmd, number, path, name)]
    assert not failures, "\n".join(failures)
    assert not list(cmd.work.glob("**/pwned"))


def test_prompts(cmd: Cmd):
    paths = [cmd.make("venv%d" % number, prompt) for number, prompt in enumerate(PROMPTS)]
    for number, path in enumerate(paths):
        visit(cmd, number, path)
    done = cmd.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    failures = [found for number, path in enumerate(paths) for found in complaints(cmd, number, path, PROMPTS[number])]
    assert not failures, "\n".join(failures)
    assert not list(cmd.work.glob("**/pwned"))


def test_percent_in_the_file(cmd: Cmd):
    """Every one of a value's is doubled, which is how batch files have it."""
    path = cmd.make("a%PATH%b", "%%x%")
    script = Path(cmd.work, "at", "a%PATH%b", "Scripts", "activate.bat").read_bytes().decode()
    assert '\r\n@set "_VENV_DIR=%s"\r\n' % path.replace("%", "%%") in script
    assert '\r\n@set "_VENV_PROMPT=%%%%x%%"\r\n' in script


def test_a_second_environment_and_the_same_twice(cmd: Cmd):
    first, second = cmd.make("first & (1)"), cmd.make("second ^")
    cmd.note("before")
    for path in (first, second, second):
        cmd.enter(path)
        cmd.add(r"call Scripts\activate.bat")
    cmd.note("active")
    cmd.add("call deactivate.bat")
    cmd.note("after")
    assert cmd.run().stderr == ""
    assert cmd.noted("active")["PATH"] == second + r"\Scripts;" + SEARCH_PATH
    assert cmd.noted("active")["PROMPT"] == "(second ^) $P$G"
    assert cmd.noted("after") == cmd.noted("before")


def test_what_was_added_to_path_stays(cmd: Cmd):
    path = cmd.make("a & (b)")
    cmd.enter(path)
    cmd.add(r"call Scripts\activate.bat", r'set "PATH=C:\first (x86);%PATH%;C:\last & more"')
    cmd.note("active")
    cmd.add("call deactivate.bat")
    cmd.note("after")
    assert cmd.run().stderr == ""
    assert cmd.noted("active")["PATH"].startswith(r"C:\first (x86);" + path)
    assert cmd.noted("after")["PATH"] == r"C:\first (x86);" + SEARCH_PATH + r";C:\last & more"


def test_other_variables(cmd: Cmd):
    """PYTHONHOME is put aside; an inherited environment comes back; a PATH with quotes and parentheses works."""
    path = cmd.make("venv")
    cmd.add(r'set "PYTHONHOME=C:\py & (x)"', r"set VIRTUAL_ENV=C:\inherited", "set VIRTUAL_ENV_PROMPT=inherited",
            r'set PATH=%PATH%;"C:\Program Files (x86)\a";C:\b (c)')
    cmd.note("before")
    cmd.enter(path)
    cmd.add(r"call Scripts\activate.bat")
    cmd.note("active")
    cmd.add("call deactivate.bat")
    cmd.note("after")
    assert cmd.run().stderr == ""
    assert "PYTHONHOME" not in cmd.noted("active") and cmd.noted("active")["VIRTUAL_ENV"] == path
    assert cmd.noted("after") == cmd.noted("before")


def test_the_prompt_may_be_kept(cmd: Cmd):
    cmd.enter(cmd.make("venv"))
    cmd.add("set VIRTUAL_ENV_DISABLE_PROMPT=1", r"call Scripts\activate.bat")
    cmd.note("active")
    cmd.add("call deactivate.bat")
    cmd.note("after")
    assert cmd.run().stderr == ""
    assert cmd.noted("active")["PROMPT"] == cmd.noted("after")["PROMPT"] == "$P$G"


def test_no_prompt_before(cmd: Cmd):
    cmd.enter(cmd.make("venv"))
    cmd.add("set PROMPT=", r"call Scripts\activate.bat")
    cmd.note("active")
    cmd.add("call deactivate.bat")
    cmd.note("after")
    assert cmd.run().stderr == ""
    assert cmd.noted("active")["PROMPT"] == "(venv) $P$G"
    assert "PROMPT" not in cmd.noted("after")


def test_moved(cmd: Cmd):
    """One line says so, the status too, and nothing is changed."""
    cmd.make("venv & x")
    os.rename(cmd.work / "at" / "venv & x", cmd.work / "at" / "moved")
    cmd.note("before")
    cmd.enter(cmd.work / "at" / "moved")
    cmd.add(r"call Scripts\activate.bat", "if errorlevel 1 echo refused")
    cmd.note("after")
    done = cmd.run()
    assert done.stdout.strip() == "refused"
    assert done.stderr.count("\n") == 1 and "moved or copied" in done.stderr
    assert cmd.noted("after") == cmd.noted("before")


def test_relocatable_after_a_move(cmd: Cmd):
    cmd.make("venv", relocatable="yes")
    os.rename(cmd.work / "at" / "venv", cmd.work / "at" / "moved & (x)")
    path = Wine.path(cmd.work / "at" / "moved & (x)")
    visit(cmd, 0, path)
    assert cmd.run().stderr == ""
    assert not complaints(cmd, 0, path, "venv")


def test_echo_stays_as_it_is(cmd: Cmd):
    """A caller that shows its commands goes on doing so, and sees none of these."""
    cmd.enter(cmd.make("venv"))
    cmd.add("echo on", r"@call Scripts\activate.bat", "@call deactivate.bat", "rem shown", "@echo off")
    done = cmd.run()
    assert done.stdout.count("rem shown") == 1 and "VIRTUAL_ENV" not in done.stdout


def test_the_two_files_agree():
    """How an environment is left is in both, since neither can call the other."""
    texts = [(ROOT / "templates" / name).read_text() for name in ("activate.bat", "deactivate.bat")]
    first, second = (text[text.index("\n:leave\n"):] for text in texts)
    assert first == second
