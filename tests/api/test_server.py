from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostkit import ConfigErrors, Host, ModuleApi, RegistrationError
from hostkit.api import Places
from hostkit.config import from_mapping, load
from hostkit.testing import build_host, build_module


class Words:
    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api


def api_of(host: Host, place: int = 0) -> ModuleApi:
    api: ModuleApi = host.modules[place].instance.api
    return api


def test_the_server_has_names() -> None:
    """As the file says; the base of URLs always has a slash at its end."""
    for url in ("https://example.org/x", "https://example.org/x/"):
        host = build_host([Words], categories=[], public_baseurl=url, server_name="example.org")
        assert api_of(host).public_baseurl == "https://example.org/x/"
        assert api_of(host).server_name == "example.org"


@pytest.mark.parametrize("key", ["public_baseurl", "server_name"])
def test_a_module_may_need_what_the_file_does_not_say(key: str) -> None:
    """Then the error says which setting is missing."""
    api = build_module(Words, categories=[], name="words").api
    with pytest.raises(RegistrationError) as raised:
        getattr(api, key)
    assert raised.value.code == "HK540"
    assert getattr(api, key, "a default") == "a default"
    assert str(raised.value) == (
        f"HK540 module 'words' needs the setting {key}, which the file does not have\n"
        f"  = hint: write {key}: under hostkit:"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("public_baseurl", "example.org"),
        ("public_baseurl", "ftp://example.org/"),
        ("public_baseurl", "https://"),
        ("public_baseurl", "https://example.org/?q"),
        ("public_baseurl", "https://example.org/#f"),
        ("public_baseurl", "https://[::1/"),
        ("server_name", ""),
        ("server_name", "two\nlines"),
        ("data_dir", ""),
        ("data_dir", "a\0b"),
    ],
)
def test_names_are_checked(key: str, value: str) -> None:
    """When the file is read."""
    with pytest.raises(ConfigErrors) as raised:
        from_mapping({"hostkit": {key: value}})
    assert [problem.path for problem in raised.value.problems] == [("hostkit", key)]


def test_the_folder_of_the_file_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file it is the current one."""
    file = tmp_path / "etc" / "host.yaml"
    file.parent.mkdir()
    file.write_text(f"modules:\n- module: {__name__}.Words\n", "utf-8")
    assert api_of(Host(load(file), categories=[]).build()).config_dir == file.parent
    monkeypatch.chdir(tmp_path)
    assert api_of(build_host([Words], categories=[])).config_dir == tmp_path


def test_each_module_has_a_folder(tmp_path: Path) -> None:
    """For the user of the server alone, made when it is asked for, and found again."""
    listed = [{"module": Words, "name": name} for name in ("words", "Words #2")]
    host = build_host(listed, categories=[], data_dir=str(tmp_path / "a" / "data"))
    assert list(tmp_path.iterdir()) == []
    first, second = (api_of(host, place).data_dir for place in (0, 1))
    assert (first.name, second.name) == ("words", "Words%20%232")
    for folder in (first, second, first.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    (first / "x").write_text("kept", "utf-8")
    assert (api_of(host).data_dir / "x").read_text("utf-8") == "kept"


@pytest.mark.parametrize("name", ["../up", "..", ".", "a/b", "/etc", "é", "a\\b", "x" * 500, "~"])
def test_names_of_folders_are_safe(name: str, tmp_path: Path) -> None:
    """Whatever the module is called, its folder stands in the folder for them."""
    places = Places(tmp_path, tmp_path / "data")
    folder = places.folder_of(name)
    assert folder.resolve().parent == tmp_path / "data"
    assert folder.is_dir()
    assert places.folder_of(name + "x") != folder


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """Which says why, and what to set."""
    (tmp_path / "data").write_text("a file", "utf-8")
    host = build_host([Words], categories=[], data_dir=str(tmp_path / "data"))
    with pytest.raises(RegistrationError, match=r"cannot be made: File exists: .*data\n") as raised:
        _ = api_of(host).data_dir
    assert raised.value.code == "HK541"
    assert "hint: set hostkit: data_dir:" in str(raised.value)
