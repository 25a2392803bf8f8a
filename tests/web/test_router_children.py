"""What of a path is left to the resource that was registered above it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web import pages
from zope.interface import implementer

from hostkit.web import Router
from tests.web.conftest import ask
from tests.web.pages import Bare, Echo

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Twisted's own use of its own class
    from twisted.web.static import File

from twisted.web.resource import IResource

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.web.server import Request

NOT_FOUND = {"errcode": "not_found", "error": "nothing is served at this path"}


def read(root: IResource, path: str) -> str:
    """Ask for a path and give what the resource says."""
    return ask(root, "GET", path).body.decode()


class Forgetful(Echo):
    """Never calls the `__init__` of its base."""

    def __init__(self, name: str, *, leaf: bool = True) -> None:
        self.isLeaf = leaf
        self._name = name


def test_a_resource_may_forget_its_base() -> None:
    """Without `super().__init__()` a resource is served, and knows that it has no children."""
    root = Router({"/leaf": Forgetful("leaf"), "/parent": Forgetful("parent", leaf=False)})
    assert read(root, "/leaf/x") == "leaf: leaf | x"
    assert read(root, "/parent") == "parent: parent | "
    assert ask(root, "GET", "/parent/x").json == NOT_FOUND


def test_a_child_may_forget_its_base() -> None:
    """The same for what a resource has below it, and for what is registered further down."""
    parent = Echo("parent", leaf=False)
    parent.putChild(b"b", Forgetful("child", leaf=False))
    root = Router({"/a": parent, "/a/b/c": Echo("mounted")})
    assert read(root, "/a/b") == "child: a/b | "
    assert read(root, "/a/b/c") == "mounted: a/b/c | "
    assert ask(root, "GET", "/a/b/d").json == NOT_FOUND


def test_one_resource_may_be_at_several_paths() -> None:
    """A resource that serves a prefix and paths below it is told which was asked for."""
    one = Echo("one")
    root = Router(dict.fromkeys(["/a", "/a/b", "/a/b/c", "/z"], one))
    assert read(root, "/a/x") == "one: a | x"
    assert read(root, "/a/b") == "one: a/b | "
    assert read(root, "/a/b/c/x/y") == "one: a/b/c | x/y"
    assert read(root, "/z/b") == "one: z | b"


def test_a_resource_may_make_its_children() -> None:
    """`getChild` is asked for what was not put there, one segment at a time."""

    class Folder(Echo):
        def getChild(self, path: bytes, request: Request) -> IResource:  # noqa: N802
            return Folder(f"{self._name}/{path.decode()}", leaf=path == b"leaf")

    parent = Folder("", leaf=False)
    parent.putChild(b"put", Echo("put"))
    root = Router({"/a": parent})
    assert read(root, "/a/b/c") == "/b/c: a/b/c | "
    assert read(root, "/a/leaf/c") == "/leaf: a/leaf | c"
    assert read(root, "/a/put/c") == "put: a/put | c"


def test_a_resource_may_find_its_children_by_itself() -> None:
    """A resource need not be a `Resource`; then it is asked as the interface says."""

    @implementer(IResource)
    class Own:
        isLeaf = False  # noqa: N815

        def getChildWithDefault(self, name: bytes, request: Request) -> IResource:  # noqa: N802
            return Echo(f"child {name.decode()}")

        def putChild(self, path: bytes, child: IResource) -> None:  # noqa: N802
            raise NotImplementedError

        def render(self, request: Request) -> bytes:
            return b"own"

    own: Any = Own
    root = Router({"/a": own()})
    assert read(root, "/a") == "own"
    assert read(root, "/a/b/c") == "child b: a/b | c"


def test_a_child_may_come_later() -> None:
    """What a module puts below its resource while it runs is served."""
    parent = Echo("parent", leaf=False)
    root = Router({"/a": parent})
    assert ask(root, "GET", "/a/b").status == 404
    parent.putChild(b"b", Echo("b"))
    assert read(root, "/a/b") == "b: a/b | "


def serve_child(child: object) -> Router:
    """Serve a resource at ``/a`` that has one answer to all questions for a child."""

    class Parent(Bare):
        def getChild(self, path: bytes, request: Request) -> Any:  # noqa: N802
            return child

    return Router({"/a": Parent()})


@pytest.mark.parametrize(
    ("page", "status", "errcode"),
    [(pages.notFound(), 404, "not_found"), (pages.forbidden(), 403, "forbidden")],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_pages_that_twisted_has_in_stock_are_told_in_json(
    page: IResource, status: int, errcode: str, method: str
) -> None:
    """A module that answers with Twisted's page as it is gets the error of that name in JSON."""
    answer = ask(serve_child(page), method, "/a/b")
    assert (answer.status, answer.json["errcode"]) == (status, errcode)


@pytest.mark.filterwarnings("ignore:twisted.web.resource:DeprecationWarning")
def test_the_page_for_unknown_children_is_told_in_json() -> None:
    """A module that leaves a child to its base answers as one that never was asked."""

    class Parent(Bare):
        def getChild(self, path: bytes, request: Request) -> Any:  # noqa: N802
            return super().getChild(path, request)  # type: ignore[no-untyped-call]

    assert ask(Router({"/a": Parent()}), "GET", "/a/b").json == NOT_FOUND


def test_a_stock_page_may_be_registered_itself() -> None:
    """Also where it was put by hand."""
    parent = Echo("parent", leaf=False)
    parent.putChild(b"closed", pages.forbidden())
    root = Router({"/a": parent, "/b": pages.notFound()})
    assert ask(root, "GET", "/a/closed").json["errcode"] == "forbidden"
    assert ask(root, "GET", "/b").json == NOT_FOUND


@pytest.mark.parametrize(
    ("page", "status", "text"),
    [
        (pages.notFound("No such word", "Try another one."), 404, b"Try another one."),
        (pages.errorPage(410, "Gone", "It was here."), 410, b"It was here."),
    ],
)
def test_a_page_with_a_modules_own_text_stays(page: IResource, status: int, text: bytes) -> None:
    """What a module has written itself is its answer, be it in HTML and an error."""
    answer = ask(serve_child(page), "GET", "/a/b")
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert text in answer.body


def test_a_module_may_answer_404_by_itself() -> None:
    """A page that a module renders is left as it is, whatever its status."""

    class Own(Bare):
        def render_GET(self, request: Request) -> bytes:  # noqa: N802
            request.setResponseCode(404)
            return b"<p>Who?</p>"

    answer = ask(Router({"/a": Own()}), "GET", "/a")
    assert (answer.status, answer.body) == (404, b"<p>Who?</p>")


def test_files_are_served_and_missing_ones_are_told_in_json(tmp_path: Path) -> None:
    """Twisted's resource for files works below a path, and shows nothing outside of its folder."""
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.txt").write_text("hello")
    (tmp_path / "secret.txt").write_text("secret")
    root = Router({"/files": File(str(tmp_path / "public"))})
    found = ask(root, "HEAD", "/files/a.txt")
    assert (found.status, found.headers["content-length"]) == (200, "5")
    assert ask(root, "GET", "/files/b.txt").json == NOT_FOUND
    for up in ("..", "%2e%2e", "..%2f", "%2e%2e%2f", "%c0%ae%c0%ae", ".%00."):
        answer = ask(root, "GET", f"/files/{up}/secret.txt")
        assert answer.status in (400, 404)
        assert answer.json["error"]


@pytest.mark.parametrize("nonsense", [None, "text", b"bytes"])
def test_a_child_that_is_no_resource_is_a_failure(
    nonsense: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A module that finds nonsense for a child has failed, and is named."""
    for path in ("/a/b", "/a/b/c"):
        answer = ask(serve_child(nonsense), "GET", path)
        assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
        assert f"failed to answer GET {path}" in caplog.text
