"""The URL of a database."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hostkit.database import ExtraMissingError, read_url

HERE = Path("/srv/words")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///modules.db", "/srv/words/modules.db"),
        ("sqlite:///data/my%20words.db", "/srv/words/data/my words.db"),
        ("sqlite:////var/lib/words.db", "/var/lib/words.db"),
        ("sqlite://", "the database in memory"),
        ("sqlite:///:memory:", "the database in memory"),
        ("postgresql://ann:secret@db.example:5433/words", "PostgreSQL, words at db.example"),
        ("postgres:///words", "PostgreSQL, words at the local server"),
        ("postgresql://", "PostgreSQL at the local server"),
        ("postgresql:///words?host=/run/pg", "PostgreSQL, words at /run/pg"),
    ],
)
def test_a_url_names_a_database(url: str, shown: str) -> None:
    """It is shown without the password."""
    assert read_url(url, HERE, 1)().shown == shown


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("modules.db", "there are no databases of the kind ''"),
        ("mysql://localhost/x", "there are no databases of the kind 'mysql'"),
        ("sqlite:modules.db", "the path of a file comes after three slashes, or four if it is"),
        ("sqlite://modules.db", "the path of a file comes after three slashes, or four if it is"),
        ("sqlite:///modules.db?mode=ro", "a file of SQLite has no parameters; write %3F for"),
        ("sqlite:///data/", "this is not the path of a file"),
        ("sqlite:///", "this is not the path of a file"),
        ("sqlite:///a%00b", "this is not the path of a file"),
        ("postgresql://[::1/x", "it cannot be read: Invalid IPv6 URL"),
        ("postgresql:///x?sslmoed=require", 'invalid URI query parameter: "sslmoed"'),
    ],
)
def test_what_is_not_one_is_refused(url: str, reason: str) -> None:
    """The message says why."""
    with pytest.raises(ValueError) as raised:  # noqa: PT011 -- compared below
        read_url(url, HERE, 1)
    assert str(raised.value).startswith(reason)


def test_options_of_the_url_come_before_those_of_hostkit() -> None:
    """Time-outs and other options of the server can be said there."""
    url = "postgresql:///x?connect_timeout=9&options=-c%20work_mem%3D1MB"
    arguments = read_url(url, HERE, 1.5)().arguments()
    assert "connect_timeout" not in arguments
    assert arguments["options"] == "-c statement_timeout=1500 -c work_mem=1MB"


def test_a_driver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found without importing it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ExtraMissingError):
        read_url("postgresql:///x", HERE, 1)


def test_a_file_is_there_or_not(tmp_path: Path) -> None:
    """Before it is opened, which would make it; a database in memory is not there before."""
    assert not read_url("sqlite:///m.db", tmp_path, 1)().exists()
    (tmp_path / "m.db").touch()
    assert read_url("sqlite:///m.db", tmp_path, 1)().exists()
    assert not read_url("sqlite://", tmp_path, 1)().exists()
    assert read_url("postgresql:///x", tmp_path, 1)().exists()
