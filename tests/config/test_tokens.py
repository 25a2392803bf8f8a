from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hostkit.config import from_mapping, load
from hostkit.errors import ConfigErrors, Problem

if TYPE_CHECKING:
    from pathlib import Path

LISTENER = "hostkit:\n  listeners:\n    - endpoint: x\n      token: "


def problem_of(path: Path, text: str) -> Problem:
    """Load a file with one problem."""
    path.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    (problem,) = caught.value.problems
    return problem


def test_a_token_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from elsewhere, and neither `repr` nor a log tells it."""
    monkeypatch.setenv("TOKEN", "s3cret")
    path = tmp_path / "host.yaml"
    path.write_text(LISTENER + "!env TOKEN\n")
    file = load(path)
    (listener,) = file.settings.listeners
    assert listener.token == "s3cret"
    assert "s3cret" not in repr(file)
    assert file.redact("the token s3cret") == "the token [redacted]"


def test_a_token_in_the_file_is_refused(tmp_path: Path) -> None:
    """Files are shown to others, and kept for ever; the line is not shown by the message either."""
    problem = problem_of(tmp_path / "host.yaml", LISTENER + "s3cret\n")
    assert problem.code == "HK054"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (4, 14)
    assert "s3cret" not in problem.render()
    assert "!env NAME or !file path" in problem.render()


def test_a_program_may_give_a_token_as_it_is() -> None:
    """It is a secret all the same."""
    config: dict[str, Any] = {"hostkit": {"listeners": [{"endpoint": "x", "token": "s3cret"}]}}
    file = from_mapping(config)
    assert file.settings.listeners[0].token == "s3cret"
    assert file.redact("the token s3cret") == "the token [redacted]"


@pytest.mark.parametrize("token", ["", "two words", "tab\there", "gr\u00fcn", "line\n"])
def test_a_token_can_be_sent_in_a_header(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is empty, or that a header cannot hold, is refused before anybody tries."""
    monkeypatch.setenv("TOKEN", token)
    problem = problem_of(tmp_path / "host.yaml", LISTENER + "!env TOKEN\n")
    assert (problem.code, problem.path) == ("HK027", ("hostkit", "listeners", 0, "token"))
    assert not token or token not in problem.render()


REDIS = "hostkit: {redis: {url: "


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3cret@localhost:6379/0",
        "rediss://ann:s3cret@[::1]",
        "redis://localhost?password=s3cret",
        "redis://:s3#cret@localhost",
        "redis://:s3/cret@localhost",
        "redis://:s3cret@[::1",
    ],
)
def test_a_password_in_the_file_is_refused(url: str, tmp_path: Path) -> None:
    """That of a Redis server is no less a secret than a token."""
    problem = problem_of(tmp_path / "host.yaml", f"{REDIS}'{url}'}}}}\n")
    assert problem.code == "HK054"
    assert problem.place is not None
    assert problem.place.line == 1
    assert "the password stands in the file itself" in problem.render()
    assert "s3cret" not in problem.render()


def test_a_password_comes_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does the whole URL, or a program gives it."""
    url = "redis://:s3cret@localhost"
    monkeypatch.setenv("URL", url)
    path = tmp_path / "host.yaml"
    path.write_text(f"{REDIS}!env URL}}}}\n")
    for file in (load(path), from_mapping({"hostkit": {"redis": {"url": url}}})):
        assert file.settings.redis is not None
        assert file.settings.redis.url == url


@pytest.mark.parametrize("url", ["redis://localhost", "redis://ann@localhost", "redis://[::1"])
def test_urls_without_a_password_may_stand_in_the_file(url: str, tmp_path: Path) -> None:
    """What is no URL at all is told where it is used."""
    path = tmp_path / "host.yaml"
    path.write_text(f"{REDIS}'{url}'}}}}\n")
    redis = load(path).settings.redis
    assert redis is not None
    assert redis.url == url
