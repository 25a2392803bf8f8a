from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit.cli._output import show_route, show_routes
from hostkit.testing import build_host
from tests.cli.conftest import HEAD, Write, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit import Host, ModuleApi


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


def make_host(**paths: list[str]) -> Host:
    """Build a host with modules that serve paths."""
    modules = [
        {"module": Pages, "name": name, "config": {"paths": own}} for name, own in paths.items()
    ]
    return build_host(modules, categories=[])


def show(**paths: list[str]) -> list[str]:
    """List the routes of a host, without the place that is the same for all of them."""
    return [line.replace(f"  {LINE}", "") for line in show_routes(make_host(**paths))]


def test_paths_stand_below_those_they_are_part_of() -> None:
    """In the order of their segments, however they were registered."""
    assert show(b=["/words/more/of", "/a-z", "/words"], a=["/words/less", "/words-too", "/a"]) == [
        "/a  a",
        "/a-z  b",
        "/words  b",
        "  /words/less  a",
        "  /words/more/of  b",
        "/words-too  a",
    ]


def test_every_path_has_the_line_that_registers_it() -> None:
    """Behind each module stands where to look."""
    assert list(show_routes(make_host(a=["/words"]))) == [f"/words  a  {LINE}"]


def test_what_is_not_served_is_shown() -> None:
    """Below a path stand the other modules that registered it, also the same module twice."""
    assert show(a=["/words", "/words"], b=["/words"]) == [
        "/words  a",
        "  not a, which registers it as well",
        "  not b, which registers it as well",
    ]


def test_what_hides_a_child_is_shown() -> None:
    """Where a path goes before a child of the resource above it, the tree says so."""
    assert show(a=["/words"], b=["/words/own", "/words/other", "/words/own/x"]) == [
        "/words  a",
        "  /words/other  b",
        "  /words/own  b",
        "    instead of what the resource at /words has there",
        "    /words/own/x  b",
    ]


def test_a_host_may_serve_no_path() -> None:
    """An empty tree says that it is empty."""
    assert show() == ["no module serves a path"]


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
def test_the_module_that_would_serve_a_path_is_shown(path: str, said: str) -> None:
    """The longest path decides, as it does for requests, and the rest is named."""
    assert show_route(make_host(a=["/words"], b=["/words/more"]), path) == (True, said)


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "words", "/word", "//words", "/words%2Fmore", "/words/../x", ""]
)
def test_a_path_may_not_be_served(path: str) -> None:
    """Paths that the router would not find, or would refuse, are not served."""
    assert show_route(make_host(b=["/words/more"]), path) == (False, f"{path}  not served")


FILE = f"""{HEAD}
modules:
  - {{module: tests.cli.test_routes.Pages, name: a, config: {{paths: [/words]}}}}
"""


def test_the_command_shows_the_tree(write: Write) -> None:
    """`hostkit routes FILE` is the whole tree."""
    result = run("routes", write(FILE))
    assert result.exit_code == 0
    assert result.stdout.startswith("/words  a  (")


def test_the_command_shows_which_module_would_serve_a_path(write: Write) -> None:
    """`hostkit routes FILE PATH` is for scripts, too: 1 means that it is not served."""
    file = write(FILE)
    found, missing = run("routes", file, "/words/x"), run("routes", file, "/x")
    assert (found.exit_code, missing.exit_code) == (0, 1)
    assert found.stdout.startswith("/words/x  a  (")
    assert missing.stdout == "/x  not served\n"


def test_the_command_needs_a_file_that_is_right(write: Write) -> None:
    """Problems are shown as by the other commands."""
    result = run("routes", write(FILE + "  - {module: tests.cli.modules.Broken}"), "/words")
    assert result.exit_code == 1
    assert "HK107" in result.stderr
    assert run("routes", "missing.yaml").exit_code == 2


def test_the_help_lists_the_exit_codes() -> None:
    """1 has one more meaning than for other commands."""
    result = run("routes", "--help")
    assert result.stdout.startswith("Usage: main routes [OPTIONS] FILE [PATH]\n")
    assert "1  PATH is not served, or there are problems" in result.stdout
