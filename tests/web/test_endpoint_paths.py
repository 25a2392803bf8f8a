"""Where the paths in endpoints start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.config import load
from hostkit.web import check_listeners
from tests.web.certificates import make_certificate
from tests.web.endpoints import check

if TYPE_CHECKING:
    from pathlib import Path

# Twisted uses old functions of pyOpenSSL.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with files where there should be sockets, and with a certificate."""
    folder = tmp_path / "my=words:1"
    (folder / "run").mkdir(parents=True)
    for name in ("run/x.sock", "x.sock", r"a:b=c\d"):
        (folder / name).touch()
    key, certificate = make_certificate(folder)
    (folder / "k.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    return folder


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("unix:run/x.sock:mode=660", "run/x.sock"),
        ("unix:address=x.sock", "x.sock"),
        ("haproxy:unix:x.sock", "x.sock"),
        (r"unix:a\:b\=c\\d", r"a:b=c\d"),
        ("ssl:443:privateKey=none.pem:certKey=k.pem", "none.pem"),
        ("ssl:443:privateKey=k.pem:certKey=none.pem", "none.pem"),
        ("ssl:443:none.pem:k.pem", "none.pem"),
        ("ssl:443:k.pem:none.pem", "none.pem"),
        ("ssl:443", "server.pem"),
        ("ssl:443:privateKey=k.pem:extraCertChain=e", "e"),
        ("ssl:443:privateKey=k.pem:dhParameters=d", "d"),
    ],
)
def test_relative_paths_start_at_the_folder(text: str, path: str, folder: Path) -> None:
    """Wherever they stand in an endpoint."""
    (problem,) = check(folder, text)
    assert f" {folder / path} " in problem.message


@pytest.mark.parametrize(
    "text", ["unix:{}/x.sock", "haproxy:unix:{}/x.sock", "ssl:443:{}/no.pem:certKey={}/no.pem"]
)
def test_other_paths_stay_as_they_are(text: str, folder: Path, tmp_path: Path) -> None:
    """They start at the root."""
    there = str(folder).replace(":", r"\:").replace("=", r"\=")
    (problem,) = check(tmp_path, text.replace("{}", there))
    assert f" {folder}/" in problem.message


@pytest.mark.parametrize("text", ["tcp:80:interface=127.0.0.1", "fd:3"])
def test_what_has_no_path_has_no_folder(text: str, folder: Path) -> None:
    """Nor has it anything wrong."""
    assert check(folder, text) == []


def test_a_listeners_paths_start_at_the_files_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not at the folder in which the server happens to be started."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "host.yaml").write_text("hostkit: {listeners: [endpoint: 'unix:x.sock']}")
    (tmp_path / "etc" / "x.sock").touch()
    monkeypatch.chdir(tmp_path)
    (problem,) = check_listeners(load("etc/host.yaml"))
    assert f" {tmp_path / 'etc' / 'x.sock'} exists and is not a socket" in problem.message
    assert problem.message.startswith("the endpoint 'unix:x.sock' ")
