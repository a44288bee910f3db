# SPDX-License-Identifier: MIT
"""File systems of every kind, full ones, read-only ones, and what is missing in containers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.faults import NOBODY, staging
from support.tree import snapshot

# How an image becomes a file system; what "$image" holds is mounted at "$there". 77: not on this machine.
MOUNTS = {
    "tmpfs": "mount -t tmpfs none $there",
    "ext4": "mkfs.ext4 -q $image; mount -o loop $image $there; rmdir $there/lost+found",
    "xfs": "mkfs.xfs -q -m reflink=1 $image; mount -o loop $image $there",
    "xfs without reflinks": "mkfs.xfs -q -m reflink=0 $image; mount -o loop $image $there",
    "btrfs": "mkfs.btrfs -q $image >/dev/null; mount -o loop $image $there",
    "overlayfs": "mkdir lower upper work; mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none $there",
    "overlayfs on tmpfs": "mkdir base; mount -t tmpfs none base; mkdir base/lower base/upper base/work; mount -t overlay -o "
                          "lowerdir=base/lower,upperdir=base/upper,workdir=base/work none $there",
    "bindfs": "mkdir base; bindfs base $there",
    "noexec": "mount -t tmpfs -o noexec,nosuid,nodev none $there",
}
# Neither symbolic links nor hard links nor permissions. (Debian's fusefat loses what is in a directory that is renamed.)
WITHOUT_LINKS = {
    "exfat": "mkfs.exfat $image >/dev/null; mount -o loop $image $there",
    "exfat by FUSE": "mkfs.exfat $image >/dev/null; loop=$(losetup -f --show $image); mount.exfat-fuse $loop $there >/dev/null "
                     "2>&1; losetup -d $loop",  # when it is unmounted
    "vfat": "mkfs.vfat $image >/dev/null; mount -o loop $image $there",
}
CLONES = ["xfs", "btrfs"]
BEGIN = """
    cvenv=$1 python=$2 there=$3/there image=$3/image wheels=$3/wheels
    cd "$3"; mkdir there; truncate -s 400M image
    mounted() { %s; }
    trap 'cd "$3"; umount there 2>/dev/null || :' EXIT  # a FUSE server would go on
    (set -e; mounted) || { echo "cannot be had here" >&2; exit 77; }
    cd there
"""


@pytest.mark.parametrize("cache", ["beside it", "elsewhere"])
@pytest.mark.parametrize("name", MOUNTS)
def test_kind(name, cache, wheels, python, cvenv, reference, in_namespace, tmp_path):
    """Made, made again over itself, replaced and upgraded: byte for byte the same as anywhere else."""
    reference.of("env", wheels, python)
    script = BEGIN % MOUNTS[name] + """
        test "$4" = elsewhere || export XDG_CACHE_HOME=$there/cache
        for run in "" "" --clear --upgrade; do
            "$cvenv" -p "$python" --wheel-dir "$wheels" $run "$there/env"
            test "$(env/bin/python -m pip)" = "pip 98"
        done
        ls -A | grep -v '^cache$' >../names
        cp -a env ../env
    """
    in_namespace(script, cvenv, python.path, tmp_path, cache)
    assert (tmp_path / "names").read_text() == "env\n"
    assert reference.faults(tmp_path / "env", *wheels, interpreter=python, made_at=tmp_path / "there/env") == []


@pytest.mark.parametrize("name", MOUNTS)
def test_clones(name, wheels, python, cvenv, in_namespace, tmp_path):
    """Contents are shared where that can be had; where it cannot, to insist on it is an error, and nothing is made."""
    script = BEGIN % MOUNTS[name] + """
        export XDG_CACHE_HOME=$there/cache
        if "$cvenv" -p "$python" --wheel-dir "$wheels" --link-mode clone "$there/env"; then echo cloned; fi
        ls -A
    """
    result = in_namespace(script, cvenv, python.path, tmp_path)
    if name in CLONES:
        assert result.stdout.split() == ["cloned", "cache", "env"]
    else:
        assert result.stdout.split() == ["cache"]
        assert "Error: %s/there/env/lib/" % tmp_path in result.stderr
        assert "Not supported" in result.stderr or "not supported" in result.stderr


@pytest.mark.parametrize("copies", ["", "--copies"])
@pytest.mark.parametrize("name", WITHOUT_LINKS)
def test_without_links(name, copies, wheels, python, cvenv, in_namespace, tmp_path):
    """Where there are no links, programs are copied, as venv does it."""
    script = BEGIN % WITHOUT_LINKS[name] + """
        "$cvenv" -p "$python" --wheel-dir "$wheels" $4 "$there/env"
        env/bin/python -m pip
        "$cvenv" -p "$python" --wheel-dir "$wheels" $4 "$there/env"
        "$cvenv" -p "$python" --wheel-dir "$wheels" $4 --clear "$there/env"
        ls -A
    """
    result = in_namespace(script, cvenv, python.path, tmp_path, copies)
    assert result.stdout.splitlines() == ["pip 98", "env"], result
    warning = "Warning: Unable to symlink '%s' to '%s/there/env/bin/" % (python.path, tmp_path)
    lines = result.stderr.splitlines()
    assert len(lines) == (0 if copies else 3) and all(line.startswith(warning) for line in lines), lines


# ---- full and read-only ------------------------------------------------------------------------------------------------

ATTEMPTS = """
    cvenv=$1 python=$2 there=$3/there option=$4; shift 4; mkdir "$there"; cd "$there/.."
    check() { diff -r --no-dereference there/env whole; test "$(ls -A there)" = env; }
    "$cvenv" -p "$python" $option "$there/env"; mv there/env whole
    for limit; do
        mount -t tmpfs -o $limit none there
        if "$cvenv" -p "$python" $option "$there/env" 2>message; then
            check
            if test -z "$option"; then there/env/bin/python -m pip --version >/dev/null; fi
            echo "$limit done"
        else
            cat message; test -z "$(ls -A there)"
            mount -o remount,size=64m,nr_inodes=10000 there
            "$cvenv" -p "$python" $option "$there/env"; check
            echo "$limit failed"
        fi
        umount there
    done
"""


def attempt(in_namespace, limits: list[str], *arguments) -> tuple[list[str], list[str]]:
    """The limits under which it was made, whole, and those under which nothing was, and the next run succeeded."""
    lines = in_namespace(ATTEMPTS, *arguments, *limits).stdout.splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    results = dict(line.split() for line in lines if line not in errors)
    assert list(results) == limits
    assert len(errors) == list(results.values()).count("failed")
    assert all(line.startswith("Error: %s/there" % arguments[2]) and line.endswith("No space left on device") for line in errors)
    return [limit for limit in limits if results[limit] == "done"], [limit for limit in limits if results[limit] == "failed"]


@pytest.mark.parametrize("option", ["", "--without-pip"])
def test_small(option, python, cvenv, in_namespace, thorough, tmp_path):
    """From 4 KiB to 32 MiB."""
    pages = sorted({round(2 ** (i / 4 if thorough else i)) for i in range(53 if thorough else 14)})
    limits = ["size=%dk" % (4 * count) for count in pages]
    made, failed = attempt(in_namespace, limits, cvenv, python.path, tmp_path, option)
    assert limits[0] in failed and limits[-1] in made


@pytest.mark.parametrize("option", ["", "--without-pip"])
def test_few_inodes(option, python, cvenv, in_namespace, tmp_path):
    """From 1 to 40: enough for an environment without pip, and never for one with it."""
    limits = ["nr_inodes=%d" % count for count in range(1, 41)]
    made, failed = attempt(in_namespace, limits, cvenv, python.path, tmp_path, option)
    assert limits[0] in failed
    assert (limits[-1] in made) == (option == "--without-pip")


@pytest.mark.parametrize("script", [
    "mkfs.ext4 -q -N 32 $image; mount -o loop $image $there; rmdir $there/lost+found",
    "mkfs.btrfs -q $image >/dev/null; mount -o loop $image $there; btrfs quota enable $there; "
    "btrfs subvolume create $there/v >/dev/null; btrfs qgroup limit 400K $there/v; umount $there; "
    "mount -o loop,subvol=v $image $there",
], ids=["few inodes", "quota"])
def test_full(script, python, cvenv, run_cvenv, in_namespace, tmp_path):
    """An environment that is there is as it was when the next one does not fit, and nothing is left over."""
    run_cvenv(tmp_path / "warm", interpreter=python)
    script = BEGIN % script + """
        cd "$there"; "$cvenv" -p "$python" --without-pip "$there/env"; cp -a env "$3/before"; ls -A >"$3/names"
        for run in "" --clear --upgrade; do
            if "$cvenv" -p "$python" $run "$there/env"; then exit 3; fi
            test "$(ls -A)" = "$(cat "$3/names")"
            diff -r --no-dereference env "$3/before"
        done
    """
    result = in_namespace(script, cvenv, python.path, tmp_path)
    errors = result.stderr.splitlines()
    assert len(errors) == 3
    assert all(error.endswith(("No space left on device", "Disk quota exceeded", "Quota exceeded")) for error in errors), errors


@pytest.mark.parametrize("where", ["parent", "target", "overlay"])
def test_read_only(where, cvenv, python, in_namespace, tmp_path):
    """A clear refusal; the target stays as it is."""
    mount = {"parent": "mount --bind p p; mount -o remount,bind,ro p", "target": "mount --bind p/env p/env; mount -o remount,bind,ro p/env",
             "overlay": "mount -t overlay -o lowerdir=p:q none p"}[where]
    script = """
        cd "$3"; mkdir p q; "$1" -p "$2" --without-pip p/env; cp -a p/env before; %s
        for run in "" --clear --upgrade; do
            if "$1" -p "$2" --without-pip --force $run "$3/p/env"; then exit 3; fi
            diff -r --no-dereference p/env before
        done
        test "$(ls -A p)" = env
    """ % mount
    result = in_namespace(script, cvenv, python.path, tmp_path)
    errors = result.stderr.splitlines()
    assert len(errors) == 3
    assert all(str(tmp_path / "p") in error and error.endswith("Read-only file system") for error in errors), errors


def test_read_only_base(cvenv, python, in_namespace, tmp_path):
    script = """
        mount --bind "$4" "$4"; mount -o remount,bind,ro "$4"
        for run in "" --copies --clear; do "$1" -p "$2" $run "$3/env"; "$3/env/bin/python" -m pip --version; done
    """
    lines = in_namespace(script, cvenv, python.path, tmp_path, python.prefix).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["pip"] * 3


@pytest.mark.parametrize("option", ["", "--upgrade"])
@pytest.mark.parametrize("place", ["lib", "lib/{version}/site-packages/pip", "bin", "pyvenv.cfg"])
def test_mount_inside(place, option, python, cvenv, run_cvenv, wheels, in_namespace, tmp_path):
    """What is mounted in an environment is not its own: nothing is renamed into it or away from it; all stays as it was."""
    environment = tmp_path / "env"
    run_cvenv(*wheels, environment, interpreter=python)
    at = environment / place.format(version="python" + python.short_version)
    script = """
        if test -d "$2"; then mkdir "$1/victim"; else : >"$1/victim"; fi; mount --bind "$1/victim" "$2"
        cp -a "$1/env" "$1/before"; work=$1; shift 2
        if "$@"; then exit 3; fi
        diff -r --no-dereference "$work/env" "$work/before"; test -z "$(ls -A "$work" | grep cvenv-)"
    """
    result = in_namespace(script, tmp_path, at, cvenv, "-p", python.path, *wheels,
                          *filter(None, [option]), environment)
    assert result.stderr.startswith("Error: %s" % environment), result


@pytest.mark.parametrize("option", ["", "--upgrade"])
@pytest.mark.parametrize("place", ["bin", "lib", "pyvenv.cfg", "bin/activate", "."])
def test_immutable(place, option, python, run_cvenv, wheels, tmp_path):
    """Attributes that forbid any change (chattr +i) are met before or behind others that do not: all or nothing, too."""
    environment = tmp_path / "work/env"
    run_cvenv("--without-pip", environment, interpreter=python)
    before = snapshot(tmp_path / "work")
    if subprocess.run(["chattr", "+i", environment / place], capture_output=True).returncode:
        pytest.skip("no immutable files here")
    try:
        result = run_cvenv(*wheels, *filter(None, [option]), environment, interpreter=python, check=False)
        if result.returncode:
            assert result.stderr.startswith("Error: %s" % environment)
            assert result.stderr.endswith(("Permission denied\n", "Operation not permitted\n"))
            assert snapshot(tmp_path / "work") == before
    finally:
        subprocess.run(["chattr", "-R", "-f", "-i", environment])
    run_cvenv(*wheels, *filter(None, [option]), environment, interpreter=python)
    assert os.listdir(tmp_path / "work") == ["env"]


# ---- containers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["--copies"], ["--clear"], ["--upgrade"]], ids=" ".join)
def test_no_proc(options, cvenv, python, run_cvenv, reference, wheels, fresh_cache, in_namespace, tmp_path):
    """Where Python has to be asked, and has to compile."""
    if options != ["--copies"]:
        run_cvenv("--without-pip", "--no-cache", tmp_path / "env", interpreter=python)
    in_namespace('mount -t tmpfs none /proc; "$@"', cvenv, "-p", python.path, *wheels, *options, tmp_path / "env")
    plain = [option for option in options if option == "--copies"]
    reference.assert_whole(tmp_path / "env", *wheels, *plain, interpreter=python)


def test_user_namespace(as_nobody, nobodys_cvenv, python):
    """Root in a namespace of one's own: no right is more than one's own."""
    if as_nobody("unshare", "-Urm", "true").returncode:
        pytest.skip("no user namespaces")
    if as_nobody(python.path, "-c", "").returncode:
        pytest.skip("%s is not for other users" % python.path)
    for options in [], ["--clear"], ["--upgrade"], ["--copies"]:
        result = as_nobody("unshare", "-Urm", nobodys_cvenv, "-p", python.path, *options, "env")
        assert (result.returncode, result.stderr) == (0, "")
        assert as_nobody("env/bin/python", "-m", "pip", "--version").stdout.startswith("pip ")
    assert staging(as_nobody.home, as_nobody.home / "env") == []
    assert os.stat(as_nobody.home / "env").st_uid == NOBODY


def test_without_rights(as_nobody, nobodys_cvenv, python, tmp_path):
    """In a directory of somebody else's, and in one's own below it."""
    os.chmod(as_nobody.home, 0o755)
    (as_nobody.home / "closed").mkdir(mode=0o755)
    (as_nobody.home / "closed/own").mkdir()
    os.chown(as_nobody.home / "closed/own", NOBODY, NOBODY)
    result = as_nobody(nobodys_cvenv, "--without-pip", "closed/env")
    assert result.returncode == 1
    assert result.stderr == "Error: %s/closed: creating a directory there: Permission denied\n" % as_nobody.home
    assert os.listdir(as_nobody.home / "closed") == ["own"]
    for options in [], ["--clear"], ["--upgrade"]:  # nothing can be made beside it, but in it
        assert as_nobody(nobodys_cvenv, "--without-pip", *options, "closed/own").returncode == 0
        assert (as_nobody.home / "closed/own/pyvenv.cfg").exists()
        assert staging(as_nobody.home / "closed", as_nobody.home / "closed/own") == []


@pytest.mark.parametrize("sticky", [False, True])
def test_shared_directory(sticky, as_nobody, nobodys_cvenv, tmp_path):
    """Where everybody may write, as in /tmp: what others left there is theirs."""
    shared = as_nobody.home / "shared"
    shared.mkdir()
    os.chmod(as_nobody.home, 0o755)
    shared.chmod(0o1777 if sticky else 0o777)
    (shared / ".env.cvenv-aaaaaaaa").mkdir()
    (shared / ".env.cvenv-aaaaaaaa/tree-1").mkdir()
    assert as_nobody(nobodys_cvenv, "--without-pip", shared / "env").returncode == 0
    assert sorted(os.listdir(shared)) == [".env.cvenv-aaaaaaaa", "env"]
