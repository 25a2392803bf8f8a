from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hostkit import Deny, Host, ModuleApi
from hostkit.testing import Client, Recorder, assert_asked, build_host, run, watch_leaks

from .shop import Comments, Words

HOOKS = {"endpoint": "tcp:8080:interface=127.0.0.1", "serve": ["hooks"]}
PAGES = {
    "endpoint": "tcp:80:interface=127.0.0.1",
    "serve": ["modules", "health"],
    "limits": {"body": "1K"},
}


def make_host(**settings: Any) -> Host:
    """Build a host with a page and a module that denies everything."""
    strict = Recorder(name="strict", check_comment=Deny("no", "not today"))
    return build_host([Words, strict], categories=[Comments], **settings)


@pytest.fixture(params=[False, True], ids=["memory", "port"])
def ask(
    request: pytest.FixtureRequest, own_reactor: None
) -> Callable[[Callable[[Client], Awaitable[Any]]], Any]:
    """Have a function use a client in memory, or of a free port; the calls are the same."""

    def ask(use: Callable[[Client], Awaitable[Any]], **settings: Any) -> Any:
        async def main() -> Any:
            async with Client(make_host(**settings), serve=request.param) as client:
                return await use(client)

        return run(main())

    return ask


def test_a_page_is_asked(ask: Any) -> None:
    """The answer has status, headers and body."""

    async def use(client: Client) -> None:
        answer = await client.get("/words", headers={"Accept": "text/plain"})
        assert (answer.status, answer.body, answer.text) == (200, b"casino", "casino")
        assert answer.headers["content-length"] == "6"
        head = await client.head("/words")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "6")
        assert (await client.request("DELETE", "/words")).status == 405

    ask(use)


def test_errors_are_those_of_a_server(ask: Any) -> None:
    """Unknown paths, limits, and resources that fail."""

    async def use(client: Client) -> None:
        missing = await client.get("/nothing")
        assert (missing.status, missing.json["errcode"]) == (404, "not_found")
        large = await client.post("/words", body=b"x" * 2000)
        assert (large.status, large.json["errcode"]) == (413, "too_large")
        assert (await client.get("/health")).json == {"status": "alive"}
        assert (await client.get("/words?raise")).status == 500

    ask(use, listeners=[PAGES])


def test_bodies_are_sent_in_many_ways(ask: Any) -> None:
    """Bytes, JSON, forms and files."""

    async def use(client: Client) -> None:
        post = client.post
        assert (await post("/words")).text == "0 none "
        assert (await post("/words", body=b"abc")).text == "3 none "
        assert (await post("/words", json={"a": 1})).text == "8 application/json "
        form = await post("/words", form={"a": "1"})
        assert form.text == "3 application/x-www-form-urlencoded a"
        kind = await post("/words", json=1, headers={"Content-Type": "text/json"})
        assert kind.text == "1 text/json "
        files = {"photo": ("cat.png", b"..."), "note": ("note.txt", b"hi", "text/plain")}
        upload = await post("/words", form={"a": "1"}, files=files)
        assert " multipart/form-data; boundary=" in upload.text
        assert upload.text.endswith(" a,note,photo")

    ask(use)


def test_hooks_are_called(ask: Any) -> None:
    """Through the gateway, and they count as asked."""

    async def use(client: Client) -> None:
        answer = await client.call_hook("comments.check_comment", author="ann", text="hi")
        assert (answer.status, answer.json["errcode"]) == (403, "no")
        assert_asked("check_comment", modules=[Words, "strict"])

    with watch_leaks():
        ask(use)


def test_a_long_body_is_sent(ask: Any) -> None:
    """A connection that is full of it is waited for."""

    async def use(client: Client) -> None:
        answer = await client.post("/words", body=b"x" * 200_000)
        assert answer.text == "200000 none "

    ask(use)


def test_an_answer_is_streamed(ask: Any) -> None:
    """Piece by piece, as it comes; what is not read is not waited for."""

    async def use(client: Client) -> None:
        async with client.stream("GET", "/words?large") as answer:
            assert (answer.status, answer.headers["content-length"]) == (200, "1000000")
            sizes = [len(piece) async for piece in answer]
        assert (sum(sizes), len(sizes) > 1) == (1_000_000, True)
        async with client.stream("GET", "/words?large") as answer:
            async for _ in answer:
                break
        async with client.stream("GET", "/words?hold") as answer:
            assert await anext(aiter(answer)) == b"begun"

    ask(use)


def test_a_cut_answer_is_an_error(ask: Any) -> None:
    """A part is not taken for the whole."""

    async def use(client: Client) -> None:
        with pytest.raises(ConnectionResetError, match="while the body was read"):
            await client.get("/words?cut")

    ask(use)


def test_bytes_are_sent_as_they_are(ask: Any) -> None:
    """For what no well-behaved client sends."""

    async def use(client: Client) -> None:
        connection = await client.connect()
        connection.send("GET /words HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"casino" in await connection.until(b"casino")
        connection.send(b"nonsense\r\n\r\n")
        assert b" 400 " in await connection.until_closed()
        assert not connection.is_open
        connection.hang_up()
        cut = await client.connect()
        cut.hang_up()
        await cut.until(b"never")
        await client.connect()  # and is left open

    ask(use)


@pytest.mark.filterwarnings("ignore:.*_UnsafeNoResource:DeprecationWarning")
def test_static_files_are_served(ask: Any, tmp_path: Path) -> None:
    """Twisted's resources work, with their producers."""
    from twisted.web import static

    (tmp_path / "large.bin").write_bytes(b"0123456789" * 100_000)

    class Files:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.register_web_resource("/files", static.File(str(tmp_path)))

    async def use(client: Client) -> None:
        host = build_host([Files], categories=[Comments])
        async with Client(host, serve=client._serves) as files:
            assert len((await files.get("/files/large.bin")).body) == 1_000_000
            part = await files.get("/files/large.bin", headers={"Range": "bytes=10-14"})
            assert (part.status, part.body) == (206, b"01234")

    ask(use)
