from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import Host
from hostkit.web import Router
from tests.web.conftest import ask
from tests.web.pages import Echo

if TYPE_CHECKING:
    from twisted.web.resource import IResource


def serve(*paths: str) -> Router:
    """Serve resources that tell their paths."""
    return Router({path: Echo(path) for path in paths})


def read(root: IResource, path: str) -> str:
    """Ask for a path and give what the resource says."""
    return ask(root, "GET", path).body.decode()


@pytest.mark.parametrize("order", list(itertools.permutations(["/a", "/a/b", "/a/b/c"])))
def test_the_longest_path_serves_in_any_order_of_registration(order: tuple[str, ...]) -> None:
    """A parent and its children may be registered in any order; the longest path wins."""
    root = serve(*order)
    assert read(root, "/a") == "/a: a | "
    assert read(root, "/a/x/y") == "/a: a | x/y"
    assert read(root, "/a/b") == "/a/b: a/b | "
    assert read(root, "/a/b/x") == "/a/b: a/b | x"
    assert read(root, "/a/b/c/d") == "/a/b/c: a/b/c | d"


def test_children_need_no_parent() -> None:
    """A resource deep down is served, and the paths above it are not."""
    root = serve("/a/b/c")
    assert read(root, "/a/b/c") == "/a/b/c: a/b/c | "
    assert ask(root, "GET", "/a/b").status == 404


def test_paths_are_compared_by_whole_segments() -> None:
    """A path that only begins with the same letters is another one."""
    root = serve("/words")
    assert ask(root, "GET", "/wordsmith").status == 404
    assert ask(root, "GET", "/word").status == 404


@pytest.mark.parametrize("path", ["/", "/nowhere", "/nowhere/at/all", "//a", "/a%2Fb", "/A"])
def test_unknown_paths_answer_404_in_json(path: str) -> None:
    """Where nothing is served, the answer is 404, and in JSON as all answers of hostkit."""
    answer = ask(serve("/a", "/a/b"), "GET", path)
    assert answer.status == 404
    assert answer.json == {"errcode": "not_found", "error": "nothing is served at this path"}


def test_without_resources_everything_is_unknown() -> None:
    """A host without any resource answers, too."""
    assert ask(Router({}), "POST", "/a").status == 404


def test_a_resource_finds_its_own_children() -> None:
    """Below its path a resource is asked as usual: it may have children of its own."""
    parent, child = Echo("parent", leaf=False), Echo("child")
    parent.putChild(b"child", child)
    root = Router({"/a/b": parent, "/a/b/mounted": Echo("mounted")})
    assert read(root, "/a/b/child/x") == "child: a/b/child | x"
    assert read(root, "/a/b/mounted/x") == "mounted: a/b/mounted | x"
    assert read(root, "/a/b") == "parent: a/b | "


def test_a_mounted_path_hides_a_child_of_the_same_name() -> None:
    """A resource that was registered at the longer path goes before one that was put there."""
    parent = Echo("parent", leaf=False)
    parent.putChild(b"b", Echo("child"))
    assert read(Router({"/a": parent, "/a/b": Echo("mounted")}), "/a/b") == "mounted: a/b | "


def test_a_resource_answers_for_unknown_children_itself() -> None:
    """Below a resource that is no leaf, what is unknown is 404, in JSON as everywhere."""
    root = Router({"/a": Echo("a", leaf=False)})
    assert ask(root, "GET", "/a/nothing/at/all").json["errcode"] == "not_found"


def test_a_trailing_slash_is_an_empty_segment() -> None:
    """A leaf sees the empty segment; a resource with children looks for a child of that name."""
    parent = Echo("parent", leaf=False)
    root = Router({"/leaf": Echo("leaf"), "/parent": parent})
    assert read(root, "/leaf/") == "leaf: leaf | "
    assert ask(root, "GET", "/parent/").status == 404
    parent.putChild(b"", Echo("index"))
    assert read(root, "/parent/") == "index: parent/ | "


def test_segments_are_percent_encoded_in_requests_only() -> None:
    """A path is registered as it reads; requests may encode any of it."""
    root = serve("/gäste buch/neu")
    assert read(root, "/g%C3%A4ste%20buch/%6Eeu") == "/gäste buch/neu: gäste buch/neu | "


def test_an_encoded_slash_does_not_split_a_segment() -> None:
    """What is encoded belongs to its segment, so nobody gets to another path by it."""
    root = serve("/a", "/a/b")
    assert ask(root, "GET", "/a%2Fb").status == 404
    assert read(root, "/a/x%2Fb") == "/a: a | x/b"


def test_a_query_is_no_part_of_the_path() -> None:
    """What follows a question mark changes nothing."""
    assert read(serve("/a"), "/a?b=/c") == "/a: a | "


def test_a_router_need_not_be_the_root() -> None:
    """Below another resource, paths begin where the router stands."""
    site = Echo("site", leaf=False)
    site.putChild(b"modules", serve("/a", "/modules/a", "/a/b"))
    assert read(site, "/modules/a") == "/a: modules/a | "
    assert read(site, "/modules/a/b/c") == "/a/b: modules/a/b | c"
    assert read(site, "/modules/modules/a") == "/modules/a: modules/modules/a | "
    assert ask(site, "GET", "/modules/b").json["errcode"] == "not_found"


def test_a_host_is_given_by_name() -> None:
    """In the place of the resources it is refused, with what to write."""
    host: Any = Host.from_config({})
    with pytest.raises(TypeError, match=r"write Router\(host=host\)"):
        Router(host)
