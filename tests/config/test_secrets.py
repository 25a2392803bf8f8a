from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hostkit.config import from_mapping, load
from hostkit.errors import ConfigErrors, Problem


def _write(tag: str, name: str, folder: Path) -> Path:
    path = folder / "host.yaml"
    path.write_text(f"modules:\n- module: a.B\n  config: {{x: {tag} {json.dumps(name)}}}\n")
    return path


def _refusal(tag: str, name: str, folder: Path) -> Problem:
    with pytest.raises(ConfigErrors) as caught:
        load(_write(tag, name, folder))
    (problem,) = caught.value.problems
    return problem


def _text(tag: str, name: str, folder: Path) -> Any:
    return load(_write(tag, name, folder)).modules[0].config["x"]


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`!env` gives the variable's value as it is, an empty one too."""
    monkeypatch.setenv("HOSTKIT_TEST", " s3cret\n")
    monkeypatch.setenv("HOSTKIT_EMPTY", "")
    assert _text("!env", "HOSTKIT_TEST", tmp_path) == " s3cret\n"
    assert _text("!env", "HOSTKIT_EMPTY", tmp_path) == ""


@pytest.mark.parametrize("name", ["HOSTKIT_MISSING", "HOSTKIT_\u00d6"])
def test_a_missing_variable_is_named(tmp_path: Path, name: str) -> None:
    """The problem says which variable is not set."""
    problem = _refusal("!env", name, tmp_path)
    assert (
        problem.code,
        problem.message,
    ) == ("HK051", f"the environment variable {name!r} is not set")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("HOSTKIT_MISSING", "set HOSTKIT_MISSING before the start"),
        ("HOSTKIT_MISSING:-x", 'write !env "${HOSTKIT_MISSING:-x}"'),
        (
            "HOSTKIT_MISSING:80",
            'write "${NAME}" for a variable in a longer text, or "${NAME:-default}"',
        ),
    ],
)
def test_what_is_more_than_a_name_is_hinted_at(tmp_path: Path, name: str, hint: str) -> None:
    """Defaults and longer texts have their own form."""
    assert _refusal("!env", name, tmp_path).hint == hint


@pytest.mark.parametrize(
    ("data", "secret"),
    [(b"s", "s"), (b"s\n", "s"), (b"s\r\n", "s"), (b"s\n\n", "s\n"), (b"", ""), (b"a\nb", "a\nb")],
)
def test_a_file_is_read_without_its_last_newline(tmp_path: Path, data: bytes, secret: str) -> None:
    """One newline at the end belongs to the file, everything else to the secret."""
    (tmp_path / "secret").write_bytes(data)
    assert _text("!file", "secret", tmp_path) == secret
    (tmp_path / "etc").mkdir()
    assert _text("!file", str(tmp_path / "secret"), tmp_path / "etc") == secret


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
def test_an_unreadable_file_is_named(tmp_path: Path, name: str) -> None:
    """The problem names the file and says why it cannot be read."""
    problem = _refusal("!file", name, tmp_path)
    assert problem.code == "HK052"
    assert f"{str(tmp_path / name)!r} cannot be read: " in problem.message


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    """The problem says which byte is wrong, and shows none of the others."""
    (tmp_path / "secret").write_bytes(b"abc\xff")
    problem = _refusal("!file", "secret", tmp_path)
    assert (
        problem.code,
        problem.message,
    ) == ("HK053", f"the byte 4 of {str(tmp_path / 'secret')!r} is not UTF-8")


@pytest.mark.parametrize(
    ("tag", "what"), [("!env", "an environment variable"), ("!file", "a file")]
)
def test_a_tag_needs_a_name(tmp_path: Path, tag: str, what: str) -> None:
    """A tag with nothing behind it is refused with what belongs there."""
    problem = _refusal(tag, "", tmp_path)
    assert problem.place is not None
    assert (problem.code, problem.message, problem.expected) == (
        "HK050",
        f"{tag} needs the name of {what}",
        f"`key: {tag} name`",
    )


LISTENER = "hostkit:\n  listeners:\n    - endpoint: x\n      token: "


def problem_of(path: Path, text: str) -> Problem:
    """Load a file with one problem."""
    path.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    (problem,) = caught.value.problems
    return problem


def test_a_token_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from elsewhere, and neither `repr` nor a log shows it."""
    monkeypatch.setenv("TOKEN", "s3cret-s3cret-s3cret")
    path = tmp_path / "host.yaml"
    path.write_text(LISTENER + "!env TOKEN\n")
    file = load(path)
    (listener,) = file.settings.listeners
    assert listener.token == "s3cret-s3cret-s3cret"
    assert "s3cret-s3cret-s3cret" not in repr(file)
    assert file.redact("the token s3cret-s3cret-s3cret") == "the token [redacted]"


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
    config: dict[str, Any] = {
        "hostkit": {"listeners": [{"endpoint": "x", "token": "s3cret-s3cret-s3cret"}]}
    }
    file = from_mapping(config)
    assert file.settings.listeners[0].token == "s3cret-s3cret-s3cret"
    assert file.redact("the token s3cret-s3cret-s3cret") == "the token [redacted]"


@pytest.mark.parametrize("key", ["token", "previous_token"])
def test_a_short_token_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifteen characters are too few; the message has the place, and does not show them."""
    path = tmp_path / "host.yaml"
    text = LISTENER.replace("token", key) + "!env TOKEN\n"
    monkeypatch.setenv("TOKEN", "s3cret-s3cret-s")
    problem = problem_of(path, text)
    assert (problem.code, problem.path) == ("HK027", ("hostkit", "listeners", 0, key))
    assert problem.message == "the token has 15 characters, and can be guessed"
    assert problem.expected == "at least 16 characters"
    assert problem.place is not None
    assert problem.place.line == 4
    assert "s3cret" not in problem.render()
    monkeypatch.setenv("TOKEN", "s3cret-s3cret-s3")
    assert load(path).settings.listeners[0].tokens == ("s3cret-s3cret-s3",)


def test_a_short_token_of_a_program_is_refused_too() -> None:
    """It can be guessed as well."""
    with pytest.raises(ConfigErrors, match="the token has 6 characters"):
        from_mapping({"hostkit": {"listeners": [{"endpoint": "x", "token": "s3cret"}]}})


@pytest.mark.parametrize("token", ["", "two words", "tab\there", "gr\u00fcn", "line\n"])
def test_a_token_can_be_sent_in_a_header(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is empty, or that a header cannot hold, is refused when the file is read."""
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


@pytest.mark.parametrize(
    "url", ["postgresql://ann:s3cret@localhost/x", "postgresql:///x?password=s3cret"]
)
def test_a_password_of_the_database_is_refused_as_well(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file; from elsewhere it is taken, and masked, as that of a program's mapping is."""
    problem = problem_of(tmp_path / "host.yaml", f"hostkit: {{database: '{url}'}}\n")
    assert (problem.code, problem.path) == ("HK054", ("hostkit", "database"))
    assert "s3cret" not in problem.render()
    monkeypatch.setenv("URL", url)
    path = tmp_path / "host.yaml"
    path.write_text("hostkit: {database: !env URL}\n")
    for file in (load(path), from_mapping({"hostkit": {"database": url}})):
        assert file.settings.database == url
        assert "s3cret" not in file.redact(f"cannot connect to {url}")


def test_a_password_of_the_mail_server_is_refused_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file; from elsewhere it is taken, and masked, as that of a program's mapping is."""
    path = tmp_path / "host.yaml"
    mail = "hostkit: {mail: {host: x.example, from: a@x.example, user: ann, password: "
    problem = problem_of(path, f"{mail}hunter2-s3cret}}}}\n")
    assert (problem.code, problem.path) == ("HK054", ("hostkit", "mail", "password"))
    assert "s3cret" not in problem.render()
    monkeypatch.setenv("PASSWORD", "hunter2-s3cret")
    path.write_text(f"{mail}!env PASSWORD}}}}\n")
    given = {"host": "x.example", "from": "a@x.example", "password": "hunter2-s3cret"}
    for file in (load(path), from_mapping({"hostkit": {"mail": given}})):
        assert file.redact("535 no hunter2-s3cret") == "535 no [redacted]"


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
    """What is not a URL at all is reported where it is used."""
    path = tmp_path / "host.yaml"
    path.write_text(f"{REDIS}'{url}'}}}}\n")
    redis = load(path).settings.redis
    assert redis is not None
    assert redis.url == url


def test_a_password_that_stands_in_the_wrong_place_is_not_shown(tmp_path: Path) -> None:
    """The right form is shown, and neither the URL nor its line."""
    path = tmp_path / "host.yaml"
    path.write_text("hostkit:\n  redis: redis://:hunter2@x/0\n")
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.hint == "write a mapping: {url: ...}"
    assert "hunter2" not in problem.render()
    with pytest.raises(ConfigErrors, match="redis://x/0"):
        from_mapping({"hostkit": {"redis": "redis://x/0"}})
    with pytest.raises(ConfigErrors, match="a mapping"):
        from_mapping({"hostkit": "redis://:hunter2@x/0"})


@pytest.mark.parametrize("key", ["key", "previous_key"])
def test_a_key_in_the_file_is_a_problem(key: str, tmp_path: Path) -> None:
    """That of messages between processes is no less a secret than a token; it is not shown."""
    secret = "correct-horse-battery"
    problem = problem_of(
        tmp_path / "host.yaml", f"hostkit: {{redis: {{url: 'redis://x', {key}: {secret}}}}}\n"
    )
    assert (problem.code, problem.path) == ("HK054", ("hostkit", "redis", key))
    assert "correct" not in problem.render()


def test_keys_of_messages_are_redacted() -> None:
    """Also those that a program has given."""
    redis = {"url": "redis://x", "key": "correct-horse-battery", "previous_key": "staple-staple-1"}
    redis["previous_key"] += "x"
    file = from_mapping({"hostkit": {"redis": redis}})
    assert file.redact(" ".join(redis.values())) == "redis://x [redacted] [redacted]"
