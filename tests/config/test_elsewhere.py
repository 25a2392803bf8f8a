from __future__ import annotations

import enum
from datetime import date
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

from hostkit.config import Bytes, HostFile, Seconds, StructureErrors, load, structure

from .conftest import ProblemsOf, Write


class Level(enum.Enum):
    ONE = 1
    HIGH = "high"


def _load(write: Write, text: str) -> HostFile:
    return load(write(f"modules:\n- module: a.B\n  config: {{x: {text}}}\n"))


def _raw(write: Write, text: str) -> Any:
    return _load(write, text).modules[0].config["x"]


def _read(write: Write, text: str, cls: Any) -> Any:
    file = _load(write, text)
    config = file.written(file.modules[0].config, ("modules", 0, "config")).value
    return structure(config["x"], cls)


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("8080", "!env {name: X}", 8080),
        ("8080", "!env {name: X, default: 1}", 8080),
        ("8080", "!env X", "8080"),
        ("yes", "!env {name: X}", True),
        ("a: b", "!env {name: X}", "a: b"),
        ("2024-13-45", "!env {name: X}", "2024-13-45"),
        ("<<", "!env {name: X}", "<<"),
        ("a\nb", "!env {name: X}", "a\nb"),
        (None, "!env {name: X, default: 1}", 1),
        ("", "!env {name: X, default: 1}", 1),
        ("", "!env {name: X}", None),
        (None, "!env {name: X, default: null}", None),
        (None, "!env {name: X, default: ''}", ""),
        (None, "!env {name: X, default: 1e3}", "1e3"),
        (None, "!env {name: X, default: !env {name: Y, default: 5}}", 5),
        (None, "!file {name: missing, default: none}", "none"),
        ("80", "!env 'tcp:${X:-8080}:interface=${Y:-127.0.0.1}'", "tcp:80:interface=127.0.0.1"),
        (None, "!env 'tcp:${X:-8080}'", "tcp:8080"),
        ("", "!env 'tcp:${X:-8080}'", "tcp:8080"),
        ("80", "!env 'tcp:${X}, $$5'", "tcp:80, $5"),
        (None, "!env 'a${X:-}b'", "ab"),
    ],
)
def test_values_are_read_from_elsewhere(
    write: Write, monkeypatch: pytest.MonkeyPatch, variable: str | None, text: str, value: Any
) -> None:
    """The long form is read as if it stood in the file; the short one is always a string."""
    if variable is not None:
        monkeypatch.setenv("X", variable)
    assert _raw(write, text) == value
    assert type(_raw(write, text)) is type(value)


@pytest.mark.parametrize("form", ["!env X", "!env {name: X}", "!file x", "!env '${X}'"])
@pytest.mark.parametrize(
    ("text", "cls", "value"),
    [
        ("8080", int, 8080),
        ("08", int, 8),
        ("1e-3", float, 0.001),
        ("no", bool, False),
        ("8080", str, "8080"),
        ("no", str, "no"),
        ("12:30", str, "12:30"),
        ("5m", Seconds, 300.0),
        ("10M", Bytes, 10 * 1024**2),
        ("1024", Bytes, 1024),
        ("2026-01-31", date, date(2026, 1, 31)),
        ("on", Literal["on", "off"], "on"),
        ("1", Level, Level.ONE),
        ("high", Level, Level.HIGH),
        ("8080", int | None, 8080),
    ],
)
def test_a_field_reads_what_it_asks_for(  # noqa: PLR0913, PLR0917
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    form: str,
    text: str,
    cls: Any,
    value: Any,
) -> None:
    """Variables and files know no quotes, so each field takes what it needs."""
    monkeypatch.setenv("X", text)
    (tmp_path / "x").write_text(f"{text}\n")
    read = _read(write, form, cls)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("form", "value"), [("!env X", "80"), ("!env {name: X}", 80)])
def test_a_union_has_a_preference(
    write: Write, monkeypatch: pytest.MonkeyPatch, form: str, value: Any
) -> None:
    """The short form is rather a string, the long one rather what it looks like."""
    monkeypatch.setenv("X", "80")
    assert _read(write, form, int | str) == value


@pytest.mark.parametrize(
    ("form", "message", "hint"),
    [
        (
            "!env {name: X, default: 5}",
            "010 is the number 8 in YAML 1.1, but the number 10 in YAML 1.2",
            "write what is meant: 8, or 10",
        ),
        ("!env X", "this value means one thing in YAML 1.1 and another in YAML 1.2", None),
    ],
)
def test_a_number_with_two_meanings_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, form: str, message: str, hint: str | None
) -> None:
    """The same as in the file; a secret is not shown."""
    monkeypatch.setenv("X", "010")
    with pytest.raises(StructureErrors) as caught:
        _read(write, form, int)
    (fault,) = caught.value.faults
    assert (fault.code, fault.message, fault.hint) == ("HK019", message, hint)


@pytest.mark.parametrize("cls", [int, bool, Seconds, Bytes, Level, list[int], float | bool])
def test_a_short_secret_of_the_wrong_type_is_not_shown(
    write: Write, monkeypatch: pytest.MonkeyPatch, cls: Any
) -> None:
    """Where a message would show the value itself, it is left out however short it is."""
    monkeypatch.setenv("X", "pin")
    with pytest.raises(StructureErrors) as caught:
        _read(write, "!env X", cls)
    assert "pin" not in str(caught.value)
    assert "[redacted]" in str(caught.value)


@pytest.mark.parametrize(
    ("form", "is_hidden"),
    [
        ("!env X", True),
        ("!env {name: X}", True),
        ("!env {name: X, default: other}", False),
        ("!env {name: X, default: null}", True),
        ("!env {name: X, default: ''}", True),
        ("!env {name: X, default: other, secret: true}", True),
        ("!env {name: X, secret: false}", False),
        ("!env 'a ${X} b'", True),
        ("!env 'a ${X:-y} b'", False),
    ],
)
def test_what_has_a_default_is_not_a_secret(
    write: Write, monkeypatch: pytest.MonkeyPatch, form: str, is_hidden: bool
) -> None:
    """All else from elsewhere is masked, unless the file says otherwise."""
    monkeypatch.setenv("X", "correct horse")
    clean = _load(write, form).redact("it is correct horse!")
    assert clean == ("it is [redacted]!" if is_hidden else "it is correct horse!")


def test_settings_take_values_from_elsewhere(
    write: Write, monkeypatch: pytest.MonkeyPatch, problems_of: ProblemsOf
) -> None:
    """Numbers, choices, booleans and endpoints of hostkit's own can be given by the environment."""
    monkeypatch.setenv("RECEIPTS", "50")
    monkeypatch.setenv("LOG", "on")
    file = load(
        write("""\
hostkit:
  receipts: !env {name: RECEIPTS, default: 1000}
  timing: !env {name: TIMING, default: exact}
  listeners:
    - endpoint: !env "tcp:${PORT:-8080}:interface=127.0.0.1"
      access_log: !env LOG
""")
    )
    settings = file.settings
    (listener,) = settings.listeners
    assert (settings.receipts, settings.timing, listener.endpoint, listener.access_log) == (
        50,
        "exact",
        "tcp:8080:interface=127.0.0.1",
        True,
    )
    monkeypatch.setenv("RECEIPTS", "many")
    (problem,) = problems_of("hostkit:\n  receipts: !env {name: RECEIPTS, default: 1000}\n")
    assert problem.message == "the string 'many' is of the wrong type"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("!env TOKEN", None),
        ("!env {name: TOKEN, default: abc}", None),
        ("!env '${TOKEN}'", None),
        ("!env {name: MISSING, default: abc}", "HK054"),
    ],
)
def test_a_default_stands_in_the_clear(
    write: Write, monkeypatch: pytest.MonkeyPatch, token: str, code: str | None
) -> None:
    """A token that is written as a default is refused like any other in the file."""
    monkeypatch.setenv("TOKEN", "s3cret-s3cret-s3cret")
    text = f"hostkit: {{listeners: [{{endpoint: x, token: {token}}}]}}"
    path = Path(write(text))
    if code is None:
        assert load(path).settings.listeners[0].token == "s3cret-s3cret-s3cret"
    else:
        with pytest.raises(Exception, match=code):
            load(path)


def test_a_default_file_need_not_exist_but_must_be_readable(
    problems_of: ProblemsOf, tmp_path: Path
) -> None:
    """Only what is not there has a default; what is broken is reported."""
    (tmp_path / "key").mkdir()
    (problem,) = problems_of("modules: [{module: a.B, config: {x: !file {name: key, default: y}}}]")
    assert problem.code == "HK052"


@attrs.frozen
class Server:
    port: int
    host: str = "localhost"


def test_a_secret_is_a_string_to_a_module_that_reads_it_itself(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published modules get from `!env NAME` what they always got."""
    monkeypatch.setenv("X", "8080")
    assert _raw(write, "!env X") == "8080"
    assert _read(write, "{port: !env X, host: !env X}", Server) == Server(8080, "8080")
