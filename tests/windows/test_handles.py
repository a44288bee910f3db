# SPDX-License-Identifier: MIT
"""Rules of Windows that Wine does not enforce, checked on what its server logs; and that nothing is started without need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.handles import OpenFiles

LOG = r'''0020: close_handle( handle=0044 )
0020: close_handle() = 0
0024: init_first_thread( unix_pid=1 )
0024: create_file( access=1, objattr={rootdir=0000,name=L"\\??\\Z:\\x"}, filename="/p/dosdevices/z:/x" )
0024: create_file() = 0 { handle=0040 }
0024: create_file( access=1, objattr={rootdir=0040,name=L"a"}, filename="./a" )
0024: create_file() = 0 { handle=0044 }
0024: create_file( access=1, objattr={rootdir=0044,name=L"in"}, filename="./in" )
0024: create_file() = 0 { handle=0048 }
%s0024: set_fd_name_info( handle=0044, rootdir=0040, namelen=2, link=0, replace=0, name=L"b", filename="./b" )
0024: set_fd_name_info() = 0
'''


def test_the_log_is_understood() -> None:
    careless, careful = OpenFiles(), OpenFiles()
    careless.read((LOG % "").splitlines())
    assert careless.trouble == ["/x/a renamed to /x/b while open: /x/a/in"]
    careful.read((LOG % "0024: close_handle( handle=0048 )\n0024: close_handle() = 0\n").splitlines())
    assert careful.renames == [("/x/a", "/x/b")] and not careful.trouble
    assert sorted(careful.paths.values()) == ["/x", "/x/b"]


@pytest.fixture(scope="module")
def server_log(wine, tmp_path_factory: pytest.TempPathFactory):
    """Wine's server, for these tests one that logs every request: the file that it writes to."""
    path = tmp_path_factory.mktemp("log") / "wineserver.log"
    wine.stop()
    with open(path, "wb") as file:
        server = subprocess.Popen(["wineserver", "-f", "-d1", "-p300"], env=wine.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=file)
        wine.boot()
        yield path
        wine.stop()
        server.wait(60)
    wine.start()


@pytest.mark.parametrize("first, options", [
    (None, []), (None, ["--no-cache"]), ([], ["--clear"]), ([], ["--upgrade"]), (["--without-pip"], []),
], ids=["new", "new without cache", "clear", "upgrade", "pip added"])
def test_no_directory_is_renamed_while_something_in_it_is_open(create, server_log: Path, tmp_path: Path,
                                                               first: list[str] | None, options: list[str]) -> None:
    if first is not None:
        create(*first, tmp_path / "env")
    before = server_log.stat().st_size
    create(*options, tmp_path / "env")
    seen = OpenFiles()
    with open(server_log, encoding="utf-8", errors="replace") as file:
        file.seek(before)
        seen.read(line.rstrip("\n") for line in file)
    assert not seen.trouble
    assert any(new.startswith(str(tmp_path / "env")) for _, new in seen.renames)
    assert not [path for path in seen.paths.values() if path.startswith(str(tmp_path) + "/")], "left open"


def test_no_process_is_started_when_all_is_remembered(create, tmp_path: Path) -> None:
    first = create("--cache-dir", tmp_path / "cache", tmp_path / "first", env={"WINEDEBUG": "+process"}).stderr
    second = create("--cache-dir", tmp_path / "cache", tmp_path / "second", env={"WINEDEBUG": "+process"}).stderr
    started = "CreateProcessInternalW started process"
    assert started in first and started not in second
