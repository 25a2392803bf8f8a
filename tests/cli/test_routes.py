"""`hostkit routes FILE PATH`: the module that would serve a path."""

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
        for path in config["paths"]:
            api.register_web_resource(path, Resource())


def registering(source: Callable[..., object]) -> str:
    """Find the file and line where a class registers."""
    lines, first = inspect.getsourcelines(source)
    offset = next(at for at, line in enumerate(lines) if "register_web_resource" in line)
    return f"({inspect.getsourcefile(source)}:{first + offset})"


LINE = registering(Pages)


def routes(write: Write, path: str, **paths: list[str]) -> Result:
    """Run it with a path, and modules that serve paths."""
    entries = [
        {"module": Pages, "name": name, "config": {"paths": own}} for name, own in paths.items()
    ]
    return run("routes", write(file_of(*entries)), "--", path)


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
def test_the_module_that_would_serve_a_path_is_shown(path: str, said: str, write: Write) -> None:
    """The longest path decides, as it does for requests, and the rest is named."""
    result = routes(write, path, a=["/words"], b=["/words/more"])
    assert (result.exit_code, result.stdout) == (0, f"{said}\n")


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "words", "/word", "//words", "/words%2Fmore", "/words/../x", ""]
)
def test_a_path_may_not_be_served(path: str, write: Write) -> None:
    """Paths that the router would not find, or would refuse, are not served."""
    result = routes(write, path, b=["/words/more"])
    assert (result.exit_code, result.stdout) == (1, f"{path}  not served\n")
