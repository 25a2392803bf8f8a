"""`hostkit validate --without-secrets`, as in CI, where variables and files are not there."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Literal

import attrs
import pytest

from hostkit import Bytes, ConfigError, Seconds
from hostkit.config import Settings, settings_of

from .conftest import HEAD, Write, run


class Colour(Enum):
    RED = "red"


class Typed:
    @attrs.frozen
    class Config:
        token: str
        port: int = 0
        share: float = 0.5
        is_on: bool = False
        mode: Literal["a", "b"] = "a"
        colour: Colour = Colour.RED
        every: Seconds | None = None
        size: Bytes | None = None
        maybe: int | None = None

    def __init__(self, config: Config, api: object) -> None:
        assert config.token

    async def start(self) -> None: ...


class Particular:
    @attrs.frozen
    class Config:
        key: str = attrs.field(validator=attrs.validators.min_len(100))
        words: tuple[str, ...] = ()

    def __init__(self, config: Config, api: object) -> None:
        pass


class Checking:
    @staticmethod
    def parse_config(config: dict[str, str]) -> dict[str, str]:
        if "path" in config:
            raise ConfigError("not a key", "token")
        if not config["token"].startswith("sk_"):
            raise ValueError("not a key")
        return config

    def __init__(self, config: object, api: object) -> None:
        pass


def _entry(name: str, config: str) -> str:
    return f"- module: tests.cli.test_without_secrets.{name}\n  name: it\n  config: {config}\n"


def test_something_stands_in_for_what_is_absent(write: Write) -> None:
    """The file is checked as if it were there, and a list says what was not."""
    keys = ("port", "share", "is_on", "mode", "colour", "every", "size", "maybe")
    fields = ", ".join(f"{key}: !env NOT_SET" for key in keys)
    file = write(f"{HEAD}modules:\n{_entry('Typed', f'{{token: !file nothing, {fields}}}')}")
    result = run("validate", "--without-secrets", file)
    lines = result.stdout.splitlines()
    assert lines.pop() == f"{file}: no problems (1 module, 2 hooks)"
    assert lines[0] == "something stood in for what is not there:"
    nothing = str(Path(file).parent / "nothing")
    assert lines[1] == (f"  {file}:5:19: {nothing!r} cannot be read: No such file or directory")
    assert lines[2:] == [
        line for line in lines if line.endswith("the environment variable 'NOT_SET' is not set")
    ]
    assert len(lines[2:]) == len(keys)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "hostkit:\n  receipts: !env NOT_SET\n  drain: !env NOT_SET\n",
        "hostkit:\n  timing: !env {name: NOT_SET}\n  categories: []\n",
        "hostkit:\n  categories: []\n  redis: {url: !env 'redis://:${NOT_SET}@x/0'}\n",
        "hostkit:\n  categories: []\n  listeners: [{endpoint: !env 'tcp:${NOT_SET}'}]\n",
        "hostkit:\n  listeners: [{endpoint: 'tcp:0', serve: [hooks], token: !env NOT_SET}]\n",
        "hostkit: {categories: []}\nmodules: [{module: !env NOT_SET}]\n",
        "hostkit: {categories: [], path: [!env NOT_SET]}\n",
        "hostkit: {categories: [!env NOT_SET]}\n",
        "hostkit: {categories: [], require: [!env NOT_SET]}\n",
        "hostkit: {categories: [], pid_file: !env NOT_SET}\n",
        *(f"hostkit: {{{key}: !env NOT_SET}}\n" for key in settings_of(Settings)),
    ],
)
def test_settings_may_be_absent_too(write: Write, text: str) -> None:
    """Whatever the setting asks for, nothing is wrong with it yet."""
    result = run("validate", "--without-secrets", write(text))
    assert "NOT_SET" in result.stdout
    assert result.exit_code == 0
    assert run("validate", write(text)).exit_code == 1


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Particular", "{key: !env NOT_SET}"),
        ("Particular", f"{{key: {'x' * 100}, words: !env NOT_SET}}"),
        ("Checking", "{path: '', token: !env NOT_SET}"),
    ],
)
def test_a_module_that_needs_the_real_value_is_named(write: Write, name: str, config: str) -> None:
    """That a made up value is refused is no problem of the file."""
    result = run("validate", "--without-secrets", write(f"{HEAD}modules:\n{_entry(name, config)}"))
    assert result.exit_code == 0
    *_, unbuilt, verdict = result.stdout.splitlines()
    assert "(0 modules, 2 hooks)" in verdict
    assert unbuilt == "not built, since nothing can stand in there: it"


def test_the_entry_of_a_module_may_be_absent(write: Write) -> None:
    """A default is as good as anything: the module is looked at, and has a name of its own."""
    entry = """\
- module: tests.cli.test_without_secrets.Typed
  name: !env NOT_SET
  enabled: !env NOT_SET
  timeout: !env NOT_SET
  mode: !env NOT_SET
  config: {token: x}
"""
    result = run("validate", "--without-secrets", write(f"{HEAD}modules:\n{entry}{entry}"))
    assert "no problems (2 modules, 2 hooks)" in result.stdout


def test_all_else_is_still_reported(write: Write) -> None:
    """What is wrong for another reason is a problem as ever; the list stands before the verdict."""
    config = "{token: !env NOT_SET, prot: 5}"
    result = run(
        "validate", "--without-secrets", write(f"{HEAD}modules:\n{_entry('Typed', config)}")
    )
    assert "HK021" in result.stderr
    assert "did you mean 'port'?" in result.stderr
    assert result.stderr.splitlines()[-2].endswith("variable 'NOT_SET' is not set")
    assert result.exit_code == 1


def test_a_failure_says_what_stood_in(write: Write) -> None:
    """A module that fails may do so because of the made up value, or for any other reason."""
    config = "{token: !env NOT_SET}"
    file = write(f"{HEAD}modules:\n{_entry('Checking', config)}")
    result = run("validate", "--without-secrets", file)
    assert "HK106 module 'it' failed in parse_config: ValueError: not a key" in result.stderr
    said = (
        f"= here something stands in: the environment variable 'NOT_SET' is not set ({file}:5:19)"
    )
    assert said in result.stderr
    assert result.exit_code == 1


def test_what_is_there_is_used(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all of it there, the option changes nothing; a broken file is still a problem."""
    monkeypatch.setenv("IT_IS_SET", "sk_1234")
    file = write(f"{HEAD}modules:\n{_entry('Checking', '{token: !env IT_IS_SET}')}")
    plain, other = run("validate", file), run("validate", "--without-secrets", file)
    assert (other.output, other.exit_code) == (plain.output, 0)
    (Path(file).parent / "folder").mkdir()
    file = write(f"{HEAD}modules:\n{_entry('Checking', '{token: !file folder}')}")
    assert "HK052" in run("validate", "--without-secrets", file).stderr


@pytest.mark.parametrize("options", [(), ("--no-build",)])
def test_folders_of_sockets_may_be_made_where_it_is_served(
    options: tuple[str, ...], write: Write
) -> None:
    """They are listed; a file that is for this machine is refused (HK409)."""
    file = write(
        "hostkit:\n"
        "  pid_file: /run/no/words.pid\n"
        "  listeners:\n"
        "    - endpoint: unix:/run/no/hooks.sock\n"
        "      serve: [hooks]\n"
    )
    result = run("validate", "--without-secrets", *options, file)
    absent = (
        f"  {file}:4:17: cannot listen at unix:/run/no/hooks.sock: the folder /run/no does not "
        "exist\n"
        f"  {file}:2:13: /run/no/words.pid cannot be used as a pid file: the folder /run/no does "
        "not exist\n"
    )
    assert (result.exit_code, absent in result.stdout + result.stderr) == (0, True)
    refused = run("validate", *options, file)
    assert (refused.exit_code, refused.stderr.count("HK409")) == (1, 2)
