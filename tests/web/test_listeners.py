from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hostkit.config import load
from hostkit.web import check_listeners

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.errors import Problem


def problems_of(tmp_path: Path, *listeners: str) -> list[Problem]:
    """Check a file with some listeners."""
    path = tmp_path / "host.yaml"
    path.write_text("hostkit:\n  listeners:\n" + "".join(f"    - {{{one}}}\n" for one in listeners))
    return check_listeners(load(path))


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret-s3cret-s3cret")


@pytest.mark.parametrize(
    "listener",
    [
        "endpoint: 'tcp:80:interface=127.0.0.1', serve: [modules, hooks]",
        "endpoint: 'unix:/run/x', serve: [hooks]",
        "endpoint: 'tcp:80', serve: [hooks], token: !env TOKEN",
        "endpoint: 'systemd:domain=INET:index=0', serve: [hooks], token: !env TOKEN",
        "endpoint: 'tcp:80', serve: [modules, health]",
    ],
)
def test_guarded_listeners_are_right(listener: str, tmp_path: Path) -> None:
    """Hooks are served on this machine only, or with a token; all else anywhere."""
    assert problems_of(tmp_path, listener) == []


@pytest.mark.parametrize(
    "endpoint",
    ["tcp:80", "tcp:80:interface=10.0.0.1", "systemd:domain=INET:index=0", "fd:3"],
)
def test_hooks_are_not_for_everybody(endpoint: str, tmp_path: Path) -> None:
    """The message names the line, and both ways out."""
    (problem,) = problems_of(tmp_path, f"endpoint: '{endpoint}', serve: [modules, hooks]")
    assert (problem.code, problem.path[-1]) == ("HK404", "endpoint")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 18)
    assert endpoint in problem.message
    assert "token" in (problem.expected or "")
    assert "interface=127.0.0.1" in (problem.expected or "")


def test_all_listeners_are_checked(tmp_path: Path) -> None:
    """What cannot be understood and what must not be served are told in one run."""
    problems = problems_of(
        tmp_path,
        "endpoint: 'pigeon:80', serve: [hooks]",
        "endpoint: 'tcp:80', serve: [hooks]",
        "endpoint: 'systemd:index=0'",
        "endpoint: 'ssl:443:privateKey=/nowhere'",
    )
    assert [problem.code for problem in problems] == ["HK402", "HK404", "HK402", "HK402"]


def test_sockets_that_cannot_be_made_are_found(tmp_path: Path) -> None:
    """What serving would be refused for is known before."""
    (tmp_path / "file").touch()
    problems = problems_of(
        tmp_path,
        "endpoint: 'unix:no/x'",
        "endpoint: 'unix:file'",
        "endpoint: 'unix:.'",
        "endpoint: 'unix:'",
        "endpoint: 'unix:x'",
    )
    assert [(problem.code, problem.path[2]) for problem in problems] == [
        ("HK402", 1),
        ("HK402", 2),
        ("HK402", 3),
        ("HK409", 0),
    ]
    message = f"cannot listen at unix:no/x: the folder {tmp_path}/no does not exist"
    assert problems[3].message == message


def test_no_token_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if somebody has put it into an endpoint."""
    (problem,) = problems_of(
        tmp_path, "endpoint: 'pigeon:s3cret-s3cret-s3cret', token: !env TOKEN", "endpoint: 'tcp:80'"
    )
    assert "s3cret" not in problem.message


def test_without_listeners_there_is_nothing_wrong(tmp_path: Path) -> None:
    """The default one is for this machine only."""
    path = tmp_path / "host.yaml"
    path.write_text("modules: []\n")
    problems: list[Any] = check_listeners(load(path))
    assert problems == []
