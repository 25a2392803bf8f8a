"""What a module does with a secret must not bring it into an error."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import pytest

from hostkit.errors import ConfigErrors, ModuleFailedError
from hostkit.host import Host

from .conftest import Comments, Site

SECRET = "hunter2'\\é"

HEAD = """
from hostkit import ConfigError, HostkitError, RegistrationError
from hostkit.config import structure

class SchemaError(Exception):
    def __init__(self, message):
        self.message, self.absolute_path = message, ["token"]

class Secretive:
"""

PARSERS = [
    "raise ConfigError(f'bad token {config}', ('token',))",
    "raise ConfigError('bad') from ValueError(config['token'])",
    "raise SchemaError('5 is not ' + config['token'])",
    "raise KeyError(config['token'])",
    "raise ValueError(config['token']) from KeyError(config['token'])",
    "raise HostkitError(config['token'])",
    "raise SystemExit(config['token'])",
    "structure(config['token'], int)",
    (
        "raise RegistrationError('HK201', config['token'], details=(repr(config),),"
        " expected=config['token'], hint=config['token'])"
    ),
]


def _text_of(site: Site, folder: Path, source: str) -> str:
    """Build a host with a module that knows a secret, and give the errors and their traceback."""
    site.write("secretive_pkg.py", HEAD + source)
    path = folder / "host.yaml"
    path.write_text(
        "modules:\n- module: secretive_pkg.Secretive\n  config: {token: !env THE_TOKEN}\n"
    )
    with pytest.raises(ConfigErrors) as caught:
        Host.from_file(path, categories=[Comments]).build()
    return "\n".join([str(caught.value), *traceback.format_exception(caught.value)])


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_TOKEN", SECRET)


def _is_shown(text: str) -> bool:
    return "hunter2" in text


@pytest.mark.parametrize("raising", PARSERS)
def test_a_parser_cannot_bring_a_secret_into_an_error(
    site: Site, tmp_path: Path, raising: str
) -> None:
    """Whatever `parse_config` raises, the value of ``!env`` is not in any text of it."""
    text = _text_of(
        site, tmp_path, f"    @staticmethod\n    def parse_config(config):\n        {raising}\n"
    )
    assert not _is_shown(text)
    assert "[redacted]" in text


@pytest.mark.parametrize("raising", PARSERS)
def test_a_constructor_cannot_bring_a_secret_into_an_error(
    site: Site, tmp_path: Path, raising: str
) -> None:
    """The same goes for what `__init__` raises."""
    text = _text_of(site, tmp_path, f"    def __init__(self, config, api):\n        {raising}\n")
    assert not _is_shown(text)


def test_a_config_class_cannot_bring_a_secret_into_an_error(site: Site, tmp_path: Path) -> None:
    """A secret of the wrong type is refused without being quoted."""
    source = """
    import attrs

    @attrs.frozen
    class Config:
        token: int
"""
    text = _text_of(site, tmp_path, source)
    assert not _is_shown(text)
    assert "HK020" in text


def test_a_start_cannot_bring_a_secret_into_an_error(site: Site, tmp_path: Path) -> None:
    """What a module's `start` raises is reported without the secrets of the file."""
    body = (
        "    def __init__(self, config, api): self.config = config\n"
        "    def start(self): raise ValueError(repr(self.config))\n"
    )
    site.write("secretive.py", "class Module:\n" + body)
    file = tmp_path / "start.yaml"
    file.write_text("modules: [{module: secretive.Module, config: {password: !env THE_TOKEN}}]")
    with pytest.raises(ModuleFailedError) as caught:
        asyncio.run(Host.from_file(file, categories=[]).start())
    assert not _is_shown(str(caught.value))
    assert "[redacted]" in str(caught.value)
