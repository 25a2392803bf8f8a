"""`ConfigSource`: the config file is read once for all workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostkit.config import HostFile
from hostkit.errors import ConfigErrors, Problem
from hostkit.workers import ConfigSource
from tests.web.test_server_sockets import run


def write(folder: Path, *endpoints: str) -> str:
    """Write a file with some listeners."""
    lines = "".join(f"    - {{endpoint: '{each}'}}\n" for each in endpoints)
    path = folder / "host.yaml"
    path.write_text(f"hostkit:\n  listeners:\n{lines}")
    return str(path)


def test_sockets_stay_open_while_a_version_needs_them(tmp_path: Path) -> None:
    """Others are closed, and all of them in the end."""

    async def main(reactor: Any) -> None:
        source = ConfigSource(write(tmp_path, "unix:one", "unix:two"), lambda _: (), reactor, 2)
        first = await source.read(1)
        assert (first.generation, len(first.sockets)) == (1, 2)
        write(tmp_path, "unix:two", "unix:three")
        second = await source.read(2)
        two = f"unix:0:{tmp_path / 'two'}"
        assert second.sockets[two] is first.sockets[two]
        assert source.prune([first, second]) == []
        assert source.prune([second]) == [f"unix:0:{tmp_path / 'one'}"]
        await source.close()

    run(main)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["host.yaml"]


def test_what_is_wrong_opens_nothing(tmp_path: Path) -> None:
    """Be it found by a check."""

    def check(_file: HostFile) -> list[Problem]:
        return [Problem("HK406", "the pid file cannot be used")]

    async def main(reactor: Any) -> None:
        source = ConfigSource(write(tmp_path, "unix:one"), check, reactor, 2)
        with pytest.raises(ConfigErrors, match="HK406"):
            await source.read(1)

    run(main)
    assert not (tmp_path / "one").exists()
