"""Forms with files, and forms that are too long for ``request.args``."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError

from hostkit.errors import HostkitError
from hostkit.web import Form, JsonResource, form_body
from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.resource import Resource
    from twisted.web.server import Request

    from hostkit.testing import Answer

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"


class Page(JsonResource):
    """Answers with what a function says about the request."""

    def __init__(self, read: Callable[[Request], Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.isLeaf = True
        self._read = read

    async def on_POST(self, request: Request) -> Any:  # noqa: N802 -- so named
        return await self._read(request)


def part(name: str, value: bytes, filename: str | None = None, kind: str | None = None) -> bytes:
    """Write one part of a form."""
    extra = "" if filename is None else f'; filename="{filename}"'
    head = f'--xx\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n'
    head += "" if kind is None else f"Content-Type: {kind}\r\n"
    return head.encode() + b"\r\n" + value + b"\r\n"


def multipart(*parts: bytes) -> bytes:
    """Write a whole form."""
    return b"".join(parts) + b"--xx--\r\n"


def post(page: Resource, body: bytes, kind: str = MULTIPART, path: str = "/") -> Answer:
    """Send a form, let the event loop turn, and give the answer."""
    site: Any = make_site(page)
    line = Line(site)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    line.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    for _ in range(len(body) // 65536 + 2):
        site.reactor.advance(0)
    return line.answer


def describe(form: Form) -> Any:
    files = {
        name: [
            [file.filename, file.content_type, file.size, len(file.file.read())] for file in all_
        ]
        for name, all_ in form.files.items()
    }
    return [form.fields, files]


def reading(**limits: int) -> Page:
    async def read(request: Request) -> Any:
        return describe(await form_body(request, **limits))

    return Page(read)


def test_fields_of_a_form_are_read() -> None:
    """Repeated ones in their order, empty ones too, decoded."""
    answer = post(reading(), b"a=1&b=%C3%A4+x&a=2&c=", URLENCODED)
    assert answer.json == [{"a": ["1", "2"], "b": ["ä x"], "c": [""]}, {}]


def test_fields_and_files_are_read() -> None:
    """A file with its name and type; the form may also have fields only."""
    form = multipart(
        part("title", "Ä".encode()),
        part("pictures", b"GIF", "a.gif", "image/gif"),
        part("pictures", b"", "empty"),
    )
    pictures = [["a.gif", "image/gif", 3, 3], ["empty", "application/octet-stream", 0, 0]]
    assert post(reading(), form).json == [{"title": ["Ä"]}, {"pictures": pictures}]
    assert post(reading(), multipart(part("a", b"1"))).json == [{"a": ["1"]}, {}]


def test_a_long_file_is_read_step_by_step() -> None:
    """It is on disk, other requests are served meanwhile, and it is closed after the answer."""
    forms: list[Form] = []

    async def read(request: Request) -> Any:
        forms.append(await form_body(request))
        return describe(forms[0])

    site: Any = make_site(Page(read))
    line = Line(site)
    form = multipart(part("file", b"x" * 300_000, "long"))
    line.send(f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MULTIPART}\r\n")
    line.send(f"Content-Length: {len(form)}\r\n\r\n".encode() + form)
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if not line.answers:
            site.reactor.callLater(0, turn)

    turn()
    site.reactor.advance(0)
    assert len(turns) > len(form) // 65536
    assert line.answer.json == [
        {},
        {"file": [["long", "application/octet-stream", 300_000, 300_000]]},
    ]
    assert forms[0].files["file"][0].file.closed


def test_a_client_that_leaves_ends_the_reading() -> None:
    """As with everything that a page waits for; what was read so far is deleted."""
    raised: list[type[BaseException]] = []

    async def read(request: Request) -> None:
        try:
            await form_body(request)
        except BaseException as error:
            raised.append(type(error))
            raise

    site: Any = make_site(Page(read))
    line = Line(site)
    form = multipart(part("file", b"x" * 300_000, "long"))
    line.send(f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MULTIPART}\r\n")
    line.send(f"Content-Length: {len(form)}\r\n\r\n".encode() + form)
    line.hang_up()
    site.reactor.advance(0)
    assert raised == [CancelledError]


FILE = part("f", b"1", "name")


@pytest.mark.parametrize(
    ("body", "kind", "limits", "status", "error"),
    [
        (b"a=1", "text/plain", {}, 415, "the body must be a form, "),
        (b"a=123", URLENCODED, {"max_bytes": 4}, 413, "its fields are too long"),
        (b"a=1&b=2", URLENCODED, {"max_fields": 1}, 413, "it has too many fields"),
        (b"a=\xff", URLENCODED, {}, 400, "it is not UTF-8"),
        (b"a=%FF", URLENCODED, {}, 400, "it is not UTF-8"),
        (multipart(part("a", b"123")), MULTIPART, {"max_bytes": 3}, 413, "its fields are too long"),
        (multipart(FILE, FILE), MULTIPART, {"max_files": 1}, 413, "it has too many files"),
        (multipart(part("a", b"")), MULTIPART, {"max_fields": 0}, 413, "it has too many fields"),
        (multipart(part("a", b"\xff")), MULTIPART, {}, 400, "the field 'a' is not UTF-8"),
        (FILE, MULTIPART, {}, 400, "the form cannot be read: "),
        (b"nonsense" * 40_000, MULTIPART, {}, 400, "the form cannot be read: "),
        (b"", MULTIPART, {}, 400, "the form cannot be read: "),
        (b"x" * 300_000, "multipart/form-data", {}, 400, "its content type names no boundary"),
    ],
)
def test_other_forms_are_refused(
    body: bytes, kind: str, limits: dict[str, int], status: int, error: str
) -> None:
    """With what is wrong."""
    answer = post(reading(**limits), body, kind)
    assert answer.status == status
    assert error in answer.json["error"]


def test_a_file_without_room_is_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """507, and a line in the log of the page's module."""

    class Full:
        def __init__(self, **_: object) -> None:
            pass

        def write(self, *_: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        close = write

    monkeypatch.setattr("hostkit.web._forms.SpooledTemporaryFile", Full)
    answer = post(reading(), multipart(part("f", b"1", "name")))
    assert (answer.status, answer.json["errcode"]) == (507, "no_storage")
    assert [record.getMessage() for record in caplog.records] == [
        "a resource has no room for a file (No space left on device) of POST /"
    ]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files need an extra; forms without them do not."""
    monkeypatch.setitem(sys.modules, "multipart", None)
    raised: list[str] = []

    async def read(request: Request) -> None:
        try:
            await form_body(request)
        except HostkitError as error:
            raised.append(str(error))

    post(Page(read), multipart(FILE))
    assert raised == [
        (
            "forms with files need the package multipart, which is not installed: "
            "pip install 'hostkit-framework[forms]'"
        )
    ]
    assert post(reading(), b"a=1", URLENCODED).json == [{"a": ["1"]}, {}]
