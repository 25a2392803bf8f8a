from __future__ import annotations

import os
from pathlib import Path

import pytest
from twisted.internet.testing import MemoryReactor

from hostkit.config import load
from hostkit.web._endpoints import anchored
from hostkit.web._listeners import read_listeners
from hostkit.web._twisted_private import parse_endpoint
from hostkit.web._unix import UnixEndpoint

FOLDER = Path("/srv/my=words:1")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("unix:run/x.sock:mode=660", {1: "run/x.sock"}),
        ("unix:address=x.sock", {"address": "x.sock"}),
        ("haproxy:unix:x.sock", {2: "x.sock"}),
        ("ssl:443:privateKey=k.pem:certKey=c.pem", {"privateKey": "k.pem", "certKey": "c.pem"}),
        ("ssl:443:k.pem:c.pem", {2: "k.pem", 3: "c.pem"}),
        ("ssl:443", {"privateKey": "server.pem"}),
        (
            "ssl:443:privateKey=/k:extraCertChain=e:dhParameters=d",
            {"extraCertChain": "e", "dhParameters": "d"},
        ),
        (r"unix:a\:b\=c\\d", {1: r"a:b=c\d"}),
    ],
)
def test_relative_paths_start_at_the_folder(text: str, paths: dict[str | int, str]) -> None:
    """Wherever they stand in an endpoint; everything else stays as it is."""
    before, options = parse_endpoint(text)
    after, changed = parse_endpoint(anchored(text, FOLDER))
    expected = [str(FOLDER / each) if at in paths else each for at, each in enumerate(before)]
    named = {name: str(FOLDER / path) for name, path in paths.items() if isinstance(name, str)}
    assert (after, changed) == (expected, options | named)


@pytest.mark.parametrize(
    "text",
    [
        "tcp:80:interface=127.0.0.1",
        "unix:/run/x.sock",
        "ssl:443:/k.pem:certKey=/c.pem",
        "haproxy",
        "unix",
        "pigeon:here",
        "fd:3",
    ],
)
def test_without_relative_paths_nothing_changes(text: str) -> None:
    """Not even how it is written."""
    assert anchored(text, FOLDER) == text


def test_a_listeners_paths_start_at_the_files_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not at the folder in which the server happens to be started."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "host.yaml").write_text("hostkit: {listeners: [endpoint: 'unix:x.sock']}")
    monkeypatch.chdir(tmp_path)
    file = load("etc/host.yaml")
    ((listener, endpoint),), problems = read_listeners(file, MemoryReactor())
    assert problems == []
    assert isinstance(endpoint, UnixEndpoint)
    assert os.fspath(endpoint._path) == str(tmp_path / "etc" / "x.sock")
    assert listener.endpoint == "unix:x.sock"
