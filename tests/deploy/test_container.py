"""The Containerfile: its steps run in a copy of this machine, and what they make serves."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .programs import DEPLOY, ROOT, free_ports, get, needs, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.deploy

CONTAINERFILE = DEPLOY / "container/Containerfile"


def steps() -> list[tuple[str, str]]:
    """Read the Containerfile: each instruction, and what stands behind it."""
    lines = CONTAINERFILE.read_text().splitlines()
    return [
        (word, rest)
        for word, _, rest in (line.partition(" ") for line in lines)
        if word and not word.startswith("#")
    ]


def script(root: Path, ports: list[int]) -> str:
    """Write the steps as a script for a shell that has the machine's folders to itself.

    All is written to a layer above this machine, whose root is only read in the end.
    """
    made = [
        "set -e",
        "PATH=$PATH:/usr/sbin:/sbin",
        f"mount -t overlay overlay -o {_layers(root)} {root}/top",
        f"cd {root}/top",
    ]
    made.append("chmod a+rx root")  # where the interpreter may be installed
    run = f"PATH={shlex.quote(_path())}"
    env, user, entry, command = "", "", "", ""
    volumes: list[str] = []
    for word, rest in steps():
        if word == "RUN":
            made.append(f"chroot . env {run} sh -c {shlex.quote(rest)}")
        elif word == "COPY" and rest == ". /src":
            made.append(f"mkdir src && git -C {ROOT} archive HEAD | tar -x -C src")
        elif word == "COPY" and not rest.startswith("--from"):
            source, target = rest.split()
            made.append(f"install -D {ROOT / source} .{target}")
        elif word == "ENV":
            env = rest
        elif word == "VOLUME":
            volumes.append(rest)
        elif word == "USER":
            user, _, group = rest.partition(":")
            user = f"--reuid {user} --regid {group} --clear-groups --no-new-privs"
        elif word in {"ENTRYPOINT", "CMD"}:
            words = " ".join(part.strip(' "') for part in rest.strip("[]").split(","))
            entry, command = (words, command) if word == "ENTRYPOINT" else (entry, words)
    made += ["mkdir -p run/hostkit", "mount --rbind /dev dev", "mount --rbind /proc proc"]
    made.append("mount -o remount,ro .")
    made.append("mount -t tmpfs -o mode=1777 tmpfs run/hostkit")
    made += [f"mount -t tmpfs -o mode=0700,uid=10001,gid=10001 tmpfs .{each}" for each in volumes]
    numbers = f"HOSTKIT_PORT={ports[0]} HOSTKIT_HEALTH_PORT={ports[1]}"
    made.append(f"exec chroot . env -i {env} {numbers} setpriv {user} {entry} {command}")
    return "\n".join(made)


def _layers(root: Path) -> str:
    for name in ("top", "upper", "work"):
        (root / name).mkdir()
    return f"lowerdir=/,upperdir={root}/upper,workdir={root}/work"


def _path() -> str:
    """Where the programs of an image are: this interpreter is called ``python`` there."""
    return f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin"


def test_what_the_steps_make_serves_without_rights(tmp_path: Path) -> None:
    """As a user that is not root, with a root that is only read, and no capabilities."""
    can = subprocess.run(
        [needs("unshare"), "--mount", "true"], capture_output=True, check=False
    ).returncode
    if can != 0:
        pytest.skip("this user cannot mount anything")
    ports = free_ports(2)
    (tmp_path / "build.sh").write_text(script(tmp_path, ports))
    command = [needs("unshare"), "--mount", "sh", str(tmp_path / "build.sh")]
    with running(command, ports[1]) as process:
        assert get(ports[1], "/ready")[0] == 200
        assert get(ports[0], "/comments/latest")[0] == 200
        assert get(ports[0], "/_hostkit/hooks")[0] == 404
        status = (ROOT / f"/proc/{process.pid}/status").read_text().splitlines()
        facts = dict(line.split(":\t") for line in status if line.startswith(("Uid", "CapEff")))
        assert facts == {"Uid": "10001\t10001\t10001\t10001", "CapEff": "0" * 16}
    assert process.returncode == 0
