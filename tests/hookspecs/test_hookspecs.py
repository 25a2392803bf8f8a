"""The package as a whole."""

from __future__ import annotations

from importlib.metadata import distribution
from typing import Any

import pytest
from twisted.web.resource import Resource

import hookspecs
from hostkit import ConfigErrors, Host, ModuleApi


def test_all_categories_live_in_one_host() -> None:
    """A host can be built with everything that the package has."""
    host = Host(categories=hookspecs.CATEGORIES).build()
    assert host.categories == hookspecs.CATEGORIES


class Page:
    """Serves something at the path that its config names."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_web_resource(config["path"], Resource())


def build(path: str) -> Host:
    """Build a homeserver with a module that serves a path."""
    return Host.from_config(
        {"modules": [{"module": Page, "name": "page", "config": {"path": path}}]},
        categories=hookspecs.CATEGORIES,
        reserved_paths=hookspecs.RESERVED_PATHS,
        recommended_path=hookspecs.RECOMMENDED_PATH,
    ).build()


@pytest.mark.parametrize("path", ["/_matrix", "/_matrix/client/v3/login"])
def test_what_is_the_homeservers_own_is_reserved(path: str) -> None:
    """No module gets between clients and the homeserver."""
    with pytest.raises(ConfigErrors, match="/_matrix is reserved by the host"):
        build(path)


def test_a_path_for_modules_is_recommended(caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere a module is served with a warning."""
    assert "/_synapse/client/words" in build("/_synapse/client/words").mounts
    assert caplog.messages == []
    assert "/words" in build("/words").mounts
    assert "outside of /_synapse/client" in caplog.text


def test_all_categories_are_installed() -> None:
    """Commands find each by its name, without being told of them."""
    points = distribution("hostkit-framework").entry_points.select(group="hostkit.categories")
    found = {point.name: point.load() for point in points}
    assert {category.name: category for category in hookspecs.CATEGORIES} == found
