"""What a host says about the paths of its modules, whichever way it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.web.resource import Resource

from hostkit import ConfigErrors, Host, ModuleApi, RegistrationError
from hostkit.host import build_from_file


class Page:
    """Serves something at the path that its config names."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_web_resource(config["path"], Resource())


TEXT = """
modules:
  - module: tests.host.test_host_paths.Page
    name: page
    config: {path: /admin/words}
"""


@pytest.fixture(params=["from_file", "from_config", "build_from_file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Host]:
    """Give a way to make a host with a module that serves ``/admin/words``."""
    file = tmp_path / "host.yaml"
    file.write_text(TEXT)
    entry = {"module": Page, "name": "page", "config": {"path": "/admin/words"}}
    ways: dict[str, Callable[..., Host]] = {
        "from_file": lambda **given: Host.from_file(file, **given),
        "from_config": lambda **given: Host.from_config({"modules": [entry]}, **given),
        "build_from_file": lambda **given: build_from_file(file, **given),
    }
    return lambda **given: ways[request.param](categories=[], **given).build()


def test_what_is_reserved_is_refused(make: Callable[..., Host]) -> None:
    """The problem names the module, the path and that the host has reserved it."""
    with pytest.raises(ConfigErrors) as caught:
        make(reserved_paths=("/admin",))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("HK209", ("modules", 0))
    assert problem.message == (
        "module 'page': no resource can be served at '/admin/words': "
        "/admin is reserved by the host (its reserved_paths)"
    )


def test_what_is_recommended_is_reported(
    make: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    """A module that serves elsewhere is served, with a warning that names it."""
    assert "/admin/words" in make(recommended_path="/modules").mounts
    assert "module 'page' registers /admin/words" in caplog.text
    caplog.clear()
    assert "/admin/words" in make(recommended_path="/admin").mounts
    assert caplog.messages == []


def test_by_default_everything_is_allowed(
    make: Callable[..., Host], caplog: pytest.LogCaptureFixture
) -> None:
    """A host that says nothing about paths has nothing against any."""
    assert "/admin/words" in make().mounts
    assert caplog.messages == []


@pytest.mark.parametrize("given", [{"reserved_paths": ["admin"]}, {"recommended_path": "/a/"}])
def test_what_is_not_a_path_is_refused(given: dict[str, Any]) -> None:
    """The host's author gets the error before anything is built."""
    with pytest.raises(RegistrationError, match="HK209"):
        Host(**given)
