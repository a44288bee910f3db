# SPDX-License-Identifier: MIT
"""The probe: what it says of a Python is what that Python's own venv does, however the Python was named."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from support.environments import make_reference, read_configuration, write_wheel
from support.interpreters import REAL_HOME, Interpreter

PROBE = Path(__file__).resolve().parents[2] / "src" / "interpreter" / "probe.py"
PROGRAM = PROBE.read_text(encoding="utf-8")

ENSUREPIP = """
import ensurepip
versions = {"pip": ensurepip.version()}
if hasattr(ensurepip, "_get_packages"):
    versions = dict((name, package.version) for name, package in ensurepip._get_packages().items())
elif hasattr(ensurepip, "_SETUPTOOLS_VERSION"):
    versions["setuptools"] = ensurepip._SETUPTOOLS_VERSION
print(" ".join("%s==%s" % item for item in sorted(versions.items())))
"""


class Facts:
    """One answer, read."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        first, last = lines.index("=== cvenv facts 1 ==="), lines.index("=== end of facts ===")
        self.pairs = []
        for line in lines[first + 1:last]:
            key, separator, value = line.partition(" =")
            assert separator, line
            self.pairs.append((key, [unquote(word, errors="surrogateescape") for word in value.split()]))

    def all(self, key: str) -> list[list[str]]:
        return [value for name, value in self.pairs if name == key]

    def __getitem__(self, key: str) -> str:
        (value,) = self.all(key)
        return value[0] if value else ""

    def about_tree(self) -> list[tuple[str, list[str]]]:
        """All but how the interpreter was named, and what was looked at."""
        return [pair for pair in self.pairs if pair[0] not in ("self", "watch")]


def ask(path: str | Path, interpreter: Interpreter, **options) -> Facts:
    options.setdefault("env", interpreter.environment())
    answer = subprocess.run([str(path), "-I", "-S", "-c", PROGRAM], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=60, check=True, **{"cwd": "/", **options})
    assert answer.stderr == ""
    return Facts(answer.stdout)


def names_of(interpreter: Interpreter) -> list[Path]:
    """All names under which the interpreter lies in its directory."""
    directory = Path(interpreter.path).parent
    names = [directory / name for name in ("python", "python3", "python" + interpreter.short_version, "pypy", "pypy3")]
    return [path for path in names if path.exists() and os.path.samefile(path, interpreter.path)]


def make_environment(python: str | Path, interpreter: Interpreter, directory: Path, *options: str) -> Path:
    command = [str(python), "-m", "venv", "--without-pip", *options, str(directory)]
    subprocess.run(command, env=interpreter.environment(), check=True, timeout=60)
    return directory


def goes_by_getpath(interpreter: Interpreter) -> bool:
    """Does its venv find the real base by itself, from inside an environment?"""
    return interpreter.is_cpython and interpreter.version >= (3, 11)


@pytest.fixture
def needs_venv(interpreter: Interpreter) -> None:
    if not interpreter.has_venv:
        pytest.skip("%s has no venv to compare with" % interpreter.id)


@pytest.fixture(scope="module")
def probe() -> ModuleType:
    """The probe, imported."""
    spec = importlib.util.spec_from_file_location("probe_under_test", PROBE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- what its own venv does --------------------------------------------------------------------------------


def check_tree(facts: Facts, environment: Path) -> None:
    binaries = environment / facts["bin_name"]
    primary = os.path.basename(facts["executable"])
    links = {path.name: os.readlink(path) for path in binaries.iterdir() if path.is_symlink()}
    expected = {name: primary for (name,) in facts.all("name")}
    expected[primary] = facts["executable"]
    assert links == expected
    directories = [path for path in environment.rglob("*") if path.is_dir() and not path.is_symlink()]
    made = {str(path.relative_to(environment)) for path in directories}
    said = set()
    for key in ("bin_name", "include_path", "lib_path", "platlib_path"):
        path = Path(facts[key])
        said.update(map(str, [path, *path.parents][:-1]))
    assert made == said
    assert (environment / "lib64").is_symlink() == (facts["lib64"] == "1")


def check_configuration(facts: Facts, environment: Path, from_copy: bool = False) -> None:
    configuration = read_configuration(environment)
    assert configuration["home"] == os.path.dirname(facts["executable"])
    assert configuration["version"] == facts["version"]
    if not from_copy:  # for a copy CPython names the copy, which is not the base's
        assert configuration.get("executable", facts["real_executable"]) == facts["real_executable"]


def test_the_tree_is_that_of_its_own_venv(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    for number, name in enumerate(names_of(interpreter)):
        environment = make_environment(name, interpreter, tmp_path / str(number))
        facts = ask(name, interpreter)
        assert facts["self"] == facts["executable"] == str(name)
        check_tree(facts, environment)
        check_configuration(facts, environment)


def test_what_the_interpreter_is(interpreter: Interpreter) -> None:
    facts = ask(interpreter.path, interpreter)
    code = ("import importlib.util, os, sys; print(sys.implementation.name, sys.implementation.cache_tag, "
            "sys.base_prefix, os.path.dirname(os.__file__), ''.join('%02x' % b for b in importlib.util.MAGIC_NUMBER))")
    said = [facts[key] for key in ("implementation", "cache_tag", "prefix", "stdlib", "magic")]
    assert said == interpreter.run("-c", code).stdout.split()
    assert facts["version"] == "%d.%d.%d" % interpreter.version
    flags = interpreter.run("-c", "import sys; print(getattr(sys, 'abiflags', ''))").stdout
    assert facts["abi_thread"] == ("t" if "t" in flags else "")


def test_the_seeds_are_those_of_ensurepip(interpreter: Interpreter, needs_venv: None) -> None:
    facts = ask(interpreter.path, interpreter)
    seeds = {name: version for name, version, _ in facts.all("seed")}
    assert set(seeds) == ({"pip", "setuptools"} if interpreter.version < (3, 12) else {"pip"})
    for expected in interpreter.run("-c", ENSUREPIP).stdout.split():
        name, _, version = expected.partition("==")
        assert seeds[name] == version
    for name, version, path in facts.all("seed"):
        assert os.path.basename(path).startswith("%s-%s-" % (name, version))
        assert os.path.isfile(path)


def test_everything_it_rests_on_is_watched(interpreter: Interpreter) -> None:
    facts = ask(interpreter.path, interpreter)
    watched = [path for (path,) in facts.all("watch")]
    assert os.path.join(facts["stdlib"], "os.py") in watched
    assert os.path.join(os.path.dirname(os.path.dirname(interpreter.path)), "pyvenv.cfg") in watched
    assert os.path.join(os.path.dirname(interpreter.path), "pyvenv.cfg") in watched
    for _, _, path in facts.all("seed"):
        assert path in watched and os.path.dirname(path) in watched
    if os.path.exists("/proc/self/maps"):
        mapped = interpreter.run("-c", "print(open('/proc/self/maps').read())").stdout.split()
        assert {path for path in mapped if os.path.basename(path).startswith(("libpython", "libpypy"))} <= set(watched)
    assert len(watched) == len(set(watched))


# ---- however it is named -----------------------------------------------------------------------------------


def test_links_and_other_names(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    first, second = tmp_path / "mypy", tmp_path / "other" / "python9"
    second.parent.mkdir()
    first.symlink_to(interpreter.path)
    second.symlink_to("../mypy")
    for link in (first, second):
        facts = ask(link, interpreter)
        environment = make_environment(link, interpreter, tmp_path / "env")
        check_tree(facts, environment)
        check_configuration(facts, environment)
        assert facts["executable"] == str(link)
        shutil.rmtree(environment)


def check_base(facts: Facts, interpreter: Interpreter) -> None:
    assert os.path.samefile(os.path.dirname(facts["executable"]), os.path.dirname(interpreter.path))
    assert os.path.samefile(facts["executable"], interpreter.path)


def check_unwrapped(environment: Path, interpreter: Interpreter, tmp_path: Path) -> None:
    """From every name in an environment to the base; as its own venv does, where that finds it."""
    expected = dict(ask(interpreter.path, interpreter).about_tree())
    names = [path for path in (environment / "bin").iterdir() if path.name.startswith(("python", "pypy"))]
    assert len(names) >= 2
    for name in names:
        facts = ask(name, interpreter)
        check_base(facts, interpreter)
        assert facts["self"] == str(name)
        assert facts["real_executable"] == expected["real_executable"][0]
        for key in ("lib_path", "include_path"):
            assert facts[key] == expected[key][0]
        for key in ("prefix", "stdlib"):
            assert os.path.samefile(facts[key], expected[key][0])
        if goes_by_getpath(interpreter):
            nested = make_environment(name, interpreter, tmp_path / "nested")
            check_configuration(facts, nested, from_copy=not name.is_symlink())
            check_tree(facts, nested)
            shutil.rmtree(nested)


def test_an_environment_leads_to_its_base(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    check_unwrapped(make_environment(interpreter.path, interpreter, tmp_path / "env"), interpreter, tmp_path)


def test_three_environments_lead_to_the_base(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    python: Path | str = interpreter.path
    for name in ("one", "two", "three"):
        python = make_environment(python, interpreter, tmp_path / name) / "bin/python3"
    check_base(ask(python, interpreter), interpreter)


def test_copies_lead_to_the_base(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    if interpreter.extra:
        pytest.skip("%s: its own venv --copies does not copy the library that a copy needs" % interpreter.id)
    if not interpreter.is_cpython and interpreter.version < (3, 10):
        pytest.skip("PyPy's venv --copies copies the whole directory lib of its prefix")
    environment = make_environment(interpreter.path, interpreter, tmp_path / "env", "--copies")
    check_unwrapped(environment, interpreter, tmp_path)


def test_a_copy_is_not_taken_for_another_version(interpreters: list[Interpreter], tmp_path: Path) -> None:
    """`python3` beside the base may be another version by now: then the base is pythonX.Y (gh-122033)."""
    usable = [one for one in interpreters if one.is_cpython and one.has_venv and not one.extra]
    if len(usable) < 2:
        pytest.skip("needs two Pythons")
    old, new = usable[0], usable[-1]
    home = tmp_path / "home"
    home.mkdir()
    for one in (old, new):
        (home / ("python" + one.short_version)).symlink_to(one.path)
    (home / "python3").symlink_to(new.path)
    environment = make_environment(old.path, old, tmp_path / "env", "--copies")
    (environment / "pyvenv.cfg").write_text("home = %s\n" % home)
    facts = ask(environment / "bin/python3", old)
    assert facts["executable"] == str(home / ("python" + old.short_version))


def test_a_link_into_an_environment(interpreter: Interpreter, needs_venv: None, tmp_path: Path) -> None:
    environment = make_environment(interpreter.path, interpreter, tmp_path / "env")
    link = tmp_path / "links" / "tool-python"
    link.parent.mkdir()
    link.symlink_to(environment / "bin/python3")
    facts = ask(link, interpreter)
    if goes_by_getpath(interpreter):
        check_configuration(facts, make_environment(link, interpreter, tmp_path / "nested"))
    else:
        check_base(facts, interpreter)


def test_odd_pyvenv_cfg(some_interpreter: Interpreter, tmp_path: Path) -> None:
    """A pyvenv.cfg that makes no environment does no harm; the first `home` counts, in any case of letters."""
    directory = tmp_path / "x" / "bin"
    directory.mkdir(parents=True)
    link = directory / "python3"
    link.symlink_to(some_interpreter.path)
    for text in (b"", b"homes = /x\n", b"home\n", b"\xff\xfe\n"):
        (tmp_path / "x" / "pyvenv.cfg").write_bytes(text)
        assert ask(link, some_interpreter)["executable"] == str(link)
    home = os.path.dirname(some_interpreter.path)
    (tmp_path / "x" / "pyvenv.cfg").write_text(" HOME=%s \nhome = /nowhere\n" % home)
    check_base(ask(link, some_interpreter), some_interpreter)


# ---- wherever it runs --------------------------------------------------------------------------------------


def test_a_hostile_directory_takes_no_part(interpreter: Interpreter, tmp_path: Path) -> None:
    expected = ask(interpreter.path, interpreter).pairs
    for name in ("encodings", "site", "sitecustomize", "os", "sysconfig", "threading", "_frozen_importlib_external"):
        (tmp_path / (name + ".py")).write_text("raise SystemExit('%s of the directory was imported')\n" % name)
    (tmp_path / "pyvenv.cfg").write_text("home = /nowhere\n")
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "python3").chmod(0o755)
    environment = interpreter.environment(PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path), PATH=str(tmp_path),
                                          PYTHONSTARTUP=str(tmp_path / "os.py"))
    assert ask(interpreter.path, interpreter, cwd=tmp_path, env=environment).pairs == expected


def test_the_locale_takes_no_part(some_interpreter: Interpreter, tmp_path: Path) -> None:
    directory = os.path.join(os.fsencode(tmp_path), "é \U0001f40d".encode() + b"\xff")
    os.mkdir(directory)
    link = os.path.join(directory, b"python3")
    os.symlink(some_interpreter.path, link)
    for locale in ("C", "C.UTF-8", "POSIX"):
        environment = some_interpreter.environment(LC_ALL=locale)
        answer = subprocess.run([link, b"-I", b"-S", b"-c", PROGRAM.encode()], env=environment, capture_output=True,
                                timeout=60)
        facts = Facts(answer.stdout.decode("ascii"))
        assert os.fsencode(facts["executable"]) == link, locale


def test_python_2_says_what_it_is() -> None:
    found = next(map(str, REAL_HOME.glob(".pyenv/versions/2.*/bin/python")), None) or shutil.which("python2.7")
    if found is None:
        pytest.skip("no Python 2 on this machine")
    answer = subprocess.run([found, "-E", "-s", "-S", "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stderr) == (0, "")
    facts = Facts(answer.stdout)
    assert facts["version"].startswith("2.")


def test_it_is_quick(python: Interpreter) -> None:
    """At most 15 ms of processor time more than a bare start (the best of several runs: machines are busy)."""

    def took(code: str) -> float:
        best = 60.0
        for _ in range(10):
            with open(os.devnull, "wb") as nothing:
                process = subprocess.Popen([python.path, "-I", "-S", "-c", code], stdout=nothing)
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            assert status == 0
            best = min(best, usage.ru_utime + usage.ru_stime)
        return best

    assert took(PROGRAM) - took("pass") < 0.015


# ---- in process --------------------------------------------------------------------------------------------


def test_facts_can_be_had_in_process(some_interpreter: Interpreter) -> None:
    code = ("import sys; scope = {'__name__': 'facts'}; exec(open(sys.argv[1], encoding='utf-8').read(), scope); "
            "print(scope['facts']())")
    result = some_interpreter.run("-c", code, str(PROBE))
    assert Facts(result.stdout).pairs == ask(some_interpreter.path, some_interpreter).pairs


def wheel(directory: Path, name: str, version: str, requires: str = "") -> str:
    metadata = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n%s" % (name, version, requires)
    return str(write_wheel(directory, name, version, {"%s-%s.dist-info/METADATA" % (name, version): metadata.encode()}))


class TestSeeds:
    """Which wheels are chosen, in distributions of all kinds."""

    @pytest.fixture
    def chooser(self, probe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """seeds(version, WHEEL_PKG_DIR=None): with the standard library and the prefix in tmp_path."""
        import sysconfig
        monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "prefix"))
        system: list[Path | None] = [None]
        original = sysconfig.get_config_var
        monkeypatch.setattr(sysconfig, "get_config_var",
                            lambda name: system[0] and str(system[0]) if name == "WHEEL_PKG_DIR" else original(name))
        listed = probe.Probe.wheels_in
        monkeypatch.setattr(probe.Probe, "wheels_in", lambda self, directory: listed(
            self, str(tmp_path / "nothing") if directory.startswith("/usr") else directory))

        def seeds(version: tuple[int, int], wheel_pkg_dir: Path | None = None) -> list[tuple[str, str]]:
            system[0] = wheel_pkg_dir
            asked = probe.Probe()
            asked.release = version
            return asked.seeds(str(tmp_path / "lib"))

        return seeds

    def test_nothing(self, chooser) -> None:
        assert chooser((3, 13)) == []

    def test_bundled(self, chooser, tmp_path: Path) -> None:
        bundled = tmp_path / "lib/ensurepip/_bundled"
        pip = wheel(bundled, "pip", "24.2")
        assert chooser((3, 13)) == [("pip", pip)]
        assert chooser((3, 11)) == []
        setuptools = wheel(bundled, "setuptools", "65.5.0")
        assert chooser((3, 11)) == [("setuptools", setuptools), ("pip", pip)]
        assert chooser((3, 12)) == [("pip", pip)]

    def test_several_versions(self, chooser, tmp_path: Path) -> None:
        package = tmp_path / "lib/ensurepip"
        wheel(package / "_bundled", "pip", "9.0")
        expected = wheel(package / "_bundled", "pip", "25.3")
        wheel(package / "_bundled", "pip", "26.0")
        (package / "__init__.py").write_text('_PIP_VERSION = "25.3"\n')
        assert chooser((3, 14)) == [("pip", expected)]

    def test_the_distributions_own_come_first_when_all_are_there(self, chooser, tmp_path: Path) -> None:
        system = tmp_path / "system"
        bundled = wheel(tmp_path / "lib/ensurepip/_bundled", "pip", "24.2")
        other = wheel(tmp_path / "lib/ensurepip/_bundled", "setuptools", "65.5.0")
        own = wheel(system, "pip", "26.0")
        assert chooser((3, 13), system) == [("pip", own)]
        assert chooser((3, 11), system) == [("setuptools", other), ("pip", bundled)]
        assert chooser((3, 13), tmp_path / "none") == [("pip", bundled)]

    def test_without_ensurepip_what_fits_is_taken(self, chooser, tmp_path: Path) -> None:
        shared = tmp_path / "prefix/share/python-wheels"
        pip = wheel(shared, "pip", "26.0", "Requires-Python: >=3.9\n")
        setuptools = wheel(shared, "setuptools", "70.0", "Requires-Python: >=3.8\n")
        assert chooser((3, 9)) == [("setuptools", setuptools), ("pip", pip)]
        assert chooser((3, 8)) == []
        assert chooser((3, 13)) == [("pip", pip)]
        Path(pip).write_bytes(b"no archive")
        assert chooser((3, 9)) == []

    def test_a_patched_ensurepip_takes_what_there_is(self, chooser, tmp_path: Path) -> None:
        (tmp_path / "lib/ensurepip").mkdir(parents=True)
        pip = wheel(tmp_path / "prefix/share/python-wheels", "pip", "26.0", "Requires-Python: >=3.9\n")
        assert chooser((3, 8)) == [("pip", pip)]


class TestLibraries:
    """The small reader of ELF files."""

    def test_what_a_copy_needs_is_enough(self, interpreters: list[Interpreter], tmp_path: Path) -> None:
        relocatable = [(one, ask(one.path, one)) for one in interpreters if one.is_cpython]
        relocatable = [(one, facts) for one, facts in relocatable if facts.all("library")]
        if not relocatable:
            pytest.skip("no Python whose executable finds its library by its own place")
        for interpreter, facts in relocatable:
            (tmp_path / "bin").mkdir()
            shutil.copy(facts["real_executable"], tmp_path / "bin/python3")
            for path, place in facts.all("library"):
                (tmp_path / place).parent.mkdir(exist_ok=True)
                shutil.copy(path, tmp_path / place)
            (tmp_path / "pyvenv.cfg").write_text("home = %s\n" % os.path.dirname(facts["executable"]))
            bare = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
            result = subprocess.run([str(tmp_path / "bin/python3"), "-c", "import sys; print(sys.prefix)"], env=bare,
                                    capture_output=True, text=True, timeout=60)
            assert (result.stdout.strip(), result.stderr) == (str(tmp_path), "")

    def test_ordinary_builds_need_none(self, interpreter: Interpreter) -> None:
        if not shutil.which("readelf"):
            pytest.skip("no readelf")
        result = subprocess.run(["readelf", "-d", interpreter.path], capture_output=True, text=True)
        by_place = "$ORIGIN" in result.stdout
        assert by_place or ask(interpreter.path, interpreter).all("library") == []

    def test_reads_what_readelf_reads(self, probe: ModuleType, interpreters: list[Interpreter]) -> None:
        if not shutil.which("readelf"):
            pytest.skip("no readelf")
        for path in {os.path.realpath(one.path) for one in interpreters} | {"/bin/sh"}:
            text = subprocess.run(["readelf", "-W", "-d", path], capture_output=True, text=True,
                                  env={**os.environ, "LC_ALL": "C"}).stdout
            quoted = [line.rpartition("[")[2].rstrip("]") for line in text.splitlines() if "(NEEDED)" in line]
            places = [line.rpartition("[")[2].rstrip("]") for line in text.splitlines() if "PATH)" in line]
            assert probe.elf_needs(path) == (quoted, [place for place in ":".join(places).split(":") if place])

    def test_no_file_is_too_broken(self, probe: ModuleType, tmp_path: Path) -> None:
        source = Path("/bin/sh").read_bytes()
        if source[:4] != b"\x7fELF":
            pytest.skip("programs here are no ELF files")
        source = source[:4096]
        chance = random.Random(1)
        file = tmp_path / "program"
        for _ in range(300):
            data = bytearray(source[:chance.randrange(len(source))] if chance.random() < 0.5 else source)
            for _ in range(chance.randrange(1, 20)):
                if len(data) > 16:
                    data[chance.randrange(4, min(len(data), 1024))] = chance.randrange(256)
            data[56:58] = b"\x10\x00" if len(data) > 58 else data[56:58]  # a bounded number of segments
            file.write_bytes(data)
            names, places = probe.elf_needs(str(file))
            assert isinstance(names, list) and isinstance(places, list)
        assert probe.elf_needs(str(tmp_path / "none")) == ([], [])
