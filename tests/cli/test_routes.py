"""`hostkit routes`: the tree of a file's paths, and the module that would serve one."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from tests.cli.conftest import file_of, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from hostkit import ModuleApi
    from tests.files import Write


class Pages:
    """Serves something at each path of its config."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        parent = Resource()
        parent.putChild(b"own", Resource())
        for path in config["paths"]:
            api.register_web_resource(path, parent)


def registering(source: Callable[..., object]) -> str:
    """Find the file and line where a class registers."""
    lines, first = inspect.getsourcelines(source)
    offset = next(at for at, line in enumerate(lines) if "register_web_resource" in line)
    return f"({inspect.getsourcefile(source)}:{first + offset})"


LINE = registering(Pages)


class Routes:
    """Runs `hostkit routes` with modules that serve paths."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def run(self, *path: str, **paths: list[str]) -> Result:
        """Run it, with a path or without."""
        entries = [
            {"module": Pages, "name": name, "config": {"paths": own}} for name, own in paths.items()
        ]
        return run("routes", self._write(file_of(*entries)), "--", *path)

    def show(self, **paths: list[str]) -> list[str]:
        """Show the tree, without the place that is the same for all of them."""
        return self.run(**paths).stdout.replace(f"  {LINE}", "").splitlines()


@pytest.fixture
def routes(write: Write) -> Routes:
    """Run `hostkit routes`."""
    return Routes(write)


def test_paths_stand_below_those_they_are_part_of(routes: Routes) -> None:
    """In the order of their segments, however they were registered."""
    assert routes.show(
        b=["/words/more/of", "/a-z", "/words"], a=["/words/less", "/words-too", "/a"]
    ) == [
        "/a  a",
        "/a-z  b",
        "/words  b",
        "  /words/less  a",
        "  /words/more/of  b",
        "/words-too  a",
    ]


def test_every_path_has_the_line_that_registers_it(routes: Routes) -> None:
    """Behind each module stands where to look."""
    assert routes.run(a=["/words"]).stdout == f"/words  a  {LINE}\n"


def test_what_is_not_served_is_shown(routes: Routes) -> None:
    """Below a path stand the other modules that registered it, also the same module twice."""
    assert routes.show(a=["/words", "/words"], b=["/words"]) == [
        "/words  a",
        "  not a, which registers it as well",
        "  not b, which registers it as well",
    ]


def test_what_hides_a_child_is_shown(routes: Routes) -> None:
    """Where a path goes before a child of the resource above it, the tree says so."""
    assert routes.show(a=["/words"], b=["/words/own", "/words/other", "/words/own/x"]) == [
        "/words  a",
        "  /words/other  b",
        "  /words/own  b",
        "    instead of what the resource at /words has there",
        "    /words/own/x  b",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/words", f"/words  a  {LINE}"),
        ("/words?x=/words/more", f"/words?x=/words/more  a  {LINE}"),
        ("/words/x/y", f"/words/x/y  a  {LINE}, whose resource at /words is asked for /x/y"),
        ("/words/", f"/words/  a  {LINE}, whose resource at /words is asked for /"),
        ("/w%6Frds/more", f"/w%6Frds/more  b  {LINE}"),
        (
            "/words/more/x",
            f"/words/more/x  b  {LINE}, whose resource at /words/more is asked for /x",
        ),
        ("/_hostkit/hooks", "/_hostkit/hooks  hostkit itself"),
    ],
)
def test_the_module_that_would_serve_a_path_is_shown(path: str, said: str, routes: Routes) -> None:
    """The longest path decides, as it does for requests, and the rest is named."""
    result = routes.run(path, a=["/words"], b=["/words/more"])
    assert (result.exit_code, result.stdout) == (0, f"{said}\n")


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "words", "/word", "//words", "/words%2Fmore", "/words/../x", ""]
)
def test_a_path_may_not_be_served(path: str, routes: Routes) -> None:
    """Paths that the router would not find, or would refuse, are not served."""
    result = routes.run(path, b=["/words/more"])
    assert (result.exit_code, result.stdout) == (1, f"{path}  not served\n")
