"""`SocketOpener`: the sockets of listeners are opened for other processes."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.endpoints import TCP4ServerEndpoint

from hostkit.config import HostFile, load
from hostkit.errors import ConfigErrors
from hostkit.loops import settle
from hostkit.web import OpenSockets, SocketOpener
from tests.web.test_server_sockets import run


def file_with(folder: Path, *endpoints: str) -> HostFile:
    """Read a file with some listeners."""
    lines = "".join(f"    - {{endpoint: '{each}'}}\n" for each in endpoints)
    path = folder / "host.yaml"
    path.write_text(f"hostkit:\n  listeners:\n{lines}")
    return load(path)


async def open_all(
    reactor: Any, file: HostFile, have: dict[str, OpenSockets] | None = None
) -> list[OpenSockets]:
    """Open what a file needs for three workers."""
    return [*(await SocketOpener(reactor, 3).open(file, have or {})).values()]


def ports(opened: OpenSockets) -> set[int]:
    return {each.getsockname()[1] for each in opened.sockets}


def test_each_worker_gets_a_socket_of_a_port(tmp_path: Path) -> None:
    """All are on one port, also if the system has chosen it; they are closed together."""

    async def main(reactor: Any) -> None:
        (opened,) = await open_all(reactor, file_with(tmp_path, "tcp:0:interface=127.0.0.1"))
        assert len(opened.sockets) == 3
        assert len(ports(opened)) == 1
        opened.close()
        assert {each.fileno() for each in opened.sockets} == {-1}

    run(main)


def test_other_systems_share_one_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If connections are not shared out among several."""

    async def main(reactor: Any) -> None:
        monkeypatch.setattr("hostkit.web._opening.BALANCES", False)
        (opened,) = await open_all(reactor, file_with(tmp_path, r"tcp6:0:interface=\:\:1"))
        assert len(opened.sockets) == 1
        opened.close()

    run(main)


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Also if its owner would share it; what was opened before is closed again."""

    async def main(reactor: Any) -> None:
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = f"tcp:{other.getsockname()[1]}:interface=127.0.0.1"
            file = file_with(tmp_path, "unix:words.sock", taken)
            with pytest.raises(ConfigErrors, match="HK403"):
                await open_all(reactor, file)
        assert not (tmp_path / "words.sock").exists()

    run(main)


def test_what_is_open_stays_open(tmp_path: Path) -> None:
    """Also if something else cannot be opened."""

    async def main(reactor: Any) -> None:
        (first,) = await open_all(reactor, file_with(tmp_path, "unix:one.sock"))
        have = {first.place.key: first}
        again, other = await open_all(
            reactor, file_with(tmp_path, "unix:one.sock", "unix:two.sock"), have
        )
        assert again is first
        await settle(other.close())
        with pytest.raises(ConfigErrors, match="HK403"):
            await open_all(
                reactor, file_with(tmp_path, "unix:one.sock", "unix:none/two.sock"), have
            )
        assert first.sockets[0].fileno() != -1
        await settle(first.close())

    run(main)


def test_a_unix_socket_is_shared(tmp_path: Path) -> None:
    """It has its mode, is locked, and is deleted in the end."""

    async def main(reactor: Any) -> None:
        (opened,) = await open_all(reactor, file_with(tmp_path, "unix:words.sock:mode=600"))
        path = tmp_path / "words.sock"
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(ConfigErrors, match="HK403"):
            await open_all(reactor, file_with(tmp_path, "unix:words.sock"))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            with opened.sockets[0].accept()[0] as accepted:
                assert accepted.fileno() > 0
        await settle(opened.close())
        assert not path.exists()

    run(main)


def test_a_socket_of_the_service_manager_is_shared(tmp_path: Path) -> None:
    """Twisted closes the number under which it was given."""

    async def main(reactor: Any) -> None:
        given = socket.socket()
        given.bind(("127.0.0.1", 0))
        given.listen()
        name = given.getsockname()
        (opened,) = await open_all(reactor, file_with(tmp_path, f"fd:{given.detach()}"))
        assert opened.sockets[0].getsockname() == name
        await settle(opened.close())
        with pytest.raises(ConfigErrors, match="HK403"):
            await open_all(reactor, file_with(tmp_path, "systemd:domain=INET:index=0"))

    run(main)


def test_a_kind_without_a_socket_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that another package has added, and which listens in its own way."""

    async def main(reactor: Any) -> None:
        async def listen(_endpoint: Any, _factory: Any) -> None:
            """Listen on nothing."""

        monkeypatch.setattr(TCP4ServerEndpoint, "listen", listen)
        with pytest.raises(ConfigErrors, match="no socket that several processes"):
            await open_all(reactor, file_with(tmp_path, "tcp:0:interface=127.0.0.1"))

    run(main)
