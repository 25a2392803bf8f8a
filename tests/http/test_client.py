from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit import Unavailable
from hostkit.http import (
    HttpBusyError,
    HttpCallError,
    HttpRequestError,
    HttpStatusError,
    HttpUnreachableError,
)
from tests.http.conftest import Client
from tests.http.servers import Heard, Peer, always, serving


async def echo(heard: Heard, peer: Peer) -> None:
    kind = heard.headers.get("content-type", "none").encode()
    body = b"%s %s %s %s" % (heard.method.encode(), heard.path.encode(), kind, heard.body)
    await peer.answer(200, body)


async def test_json_is_got(client: Client) -> None:
    """A value comes of it, and the server is asked for JSON."""
    async with client() as http, serving(always(200, b'{"a": [1, null]}')) as server:
        assert await http.get_json(server.url, params={"q": ["a b", "c"], "n": 3}) == {
            "a": [1, None]
        }
    heard = server.heard[0]
    assert (heard.method, heard.path) == ("GET", "/?q=a+b&q=c&n=3")
    assert heard.headers["accept"] == "application/json"
    assert heard.headers["accept-encoding"] == "gzip"


async def test_json_is_sent(client: Client) -> None:
    """The answer may be without a body, and then is nothing."""
    async with client() as http, serving(always(204)) as server:
        assert await http.post_json(server.url + "/x", {"é": 1}) is None
        assert await http.put_json(server.url + "/x", None) is None
    post, put = server.heard
    assert (post.method, post.body) == ("POST", b'{"\\u00e9":1}')
    assert post.headers["content-type"] == "application/json; charset=UTF-8"
    assert (put.method, put.body) == ("PUT", b"null")


async def test_bodies_are_forms_or_bytes(client: Client) -> None:
    """Of bytes the module says the type."""
    async with client() as http, serving(echo) as server:
        form = await http.request("post", server.url, form={"a": "1 2", "b": ["x", "y"]})
        assert form.body == b"POST / application/x-www-form-urlencoded a=1+2&b=x&b=y"
        headers = {"Content-Type": "text/plain"}
        raw = await http.request("PATCH", server.url, body=b"abc", headers=headers)
        assert raw.body == b"PATCH / text/plain abc"
        assert await http.get_raw(server.url + "/bytes") == b"GET /bytes none "


async def test_an_answer_has_all_that_was_answered(client: Client) -> None:
    """Any status is an answer; its `repr` shows neither header values nor the query."""
    headers = {"Content_Type": "text/plain; charset=latin-1", "X_A": "1"}
    async with client() as http, serving(always(404, b"\xe9", **headers)) as server:
        answer = await http.request("GET", f"{server.url}/p?token=secret")
    assert (answer.status, answer.code, answer.is_success) == (404, 404, False)
    assert (answer.text, answer.headers["x-a"]) == ("é", "1")
    assert answer.url == f"{server.url}/p?token=secret"
    assert "secret" not in repr(answer)
    assert repr(answer).endswith("status=404, body=<1 bytes>)")


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=no-such", "x; charset=utf-8"])
async def test_text_is_decoded_in_any_case(kind: str, client: Client) -> None:
    """In UTF-8 if nothing else is known; what is wrong is replaced."""
    async with client() as http, serving(always(200, b"\xc3\xa9\xff", Content_Type=kind)) as server:
        assert (await http.request("GET", server.url)).text == "é\ufffd"


async def test_a_status_that_is_not_2xx_is_an_error(client: Client) -> None:
    """With the status as its code, and the whole answer."""
    async with client() as http, serving(always(403, b"no", X_Why="tired")) as server:
        with pytest.raises(HttpStatusError) as raised:
            await http.get_json(f"{server.url}/a?key=secret")
        with pytest.raises(HttpRequestError):
            await http.get_raw(server.url)
    error = raised.value
    assert str(error) == f"GET {server.url}/a was answered with 403 Forbidden"
    assert (error.code, error.response.body) == (403, b"no")
    assert error.response.headers["x-why"] == "tired"
    assert not isinstance(error, Unavailable)


async def test_a_busy_server_is_an_outage(client: Client) -> None:
    """To `on_error: {unavailable: ...}` as well."""
    async with client() as http, serving(always(599)) as server:
        with pytest.raises(HttpStatusError, match=r"answered with 599$") as plain:
            await http.get_raw(server.url)
    assert not isinstance(plain.value, Unavailable)
    async with client() as http, serving(always(503)) as server:
        with pytest.raises(HttpBusyError) as busy:
            await http.get_raw(server.url, retries=0)
    assert isinstance(busy.value, Unavailable)
    assert busy.value.reason == f"GET {server.url} was answered with 503 Service Unavailable"


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b"\xff"])
async def test_what_is_not_json_is_refused(body: bytes, client: Client) -> None:
    """With the answer, which the module may look at."""
    async with client() as http, serving(always(200, body, Content_Type="text/html")) as server:
        with pytest.raises(HttpCallError, match="answered with what is not JSON") as raised:
            await http.get_json(server.url)
    assert raised.value.code == "HK506"
    assert raised.value.response is not None
    assert raised.value.response.body == body
    assert "text/html" in str(raised.value)


async def test_connections_are_kept_and_shared(client: Client) -> None:
    """One after the other, several requests use one connection, which ends with the host."""
    async with serving(always(200, b"ok")) as server:
        async with client() as http:
            for _ in range(3):
                await http.get_raw(server.url)
            assert server.connections == 1
            assert not server.closed.is_set()
        await server.closed.wait()


async def test_a_kept_connection_that_was_closed_is_replaced(client: Client) -> None:
    """The server may close it at any time, which is no failure."""

    async def once(_: Heard, peer: Peer) -> None:
        await peer.answer(200, b"ok")
        peer.close()

    async with client() as http, serving(once) as server:
        assert await http.get_raw(server.url, retries=0) == b"ok"
        assert await http.get_raw(server.url, retries=0) == b"ok"
    assert server.connections == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "GE T"}, "'GE T' is not a method"),
        ({"method": None}, "None is not a method"),
        ({"url": "ftp://x/"}, "'ftp://x/' is not the URL"),
        ({"url": "http://"}, "is not the URL"),
        ({"url": "http://[::1/"}, "'a URL' is not the URL"),
        ({"url": "http://x:99999/"}, "is not the URL"),
        ({"url": "http://x/\r\nHost: y"}, "is not the URL"),
        ({"url": b"http://x/"}, "not of the type bytes"),
        ({"headers": {"A b": "c"}}, "'A b' is not the name of a header"),
        ({"headers": {"X-Secret": "hidden\r\nA: b"}}, "the header X-Secret has a value"),
        ({"headers": {"X-Secret": "hidden\u20ac"}}, "the header X-Secret has a value"),
        ({"headers": {"X-Secret": b"hidden"}}, "the header X-Secret has a value"),
        ({"body": "text"}, "a body is not of the type str"),
        ({"body": b"x", "json": 1}, "a request has one body"),
        ({"json": {1, 2}}, "cannot be sent: Object of type set"),
        ({"url": "http://\u00ad/"}, "cannot be sent"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    options: dict[str, Any], said: str, client: Client
) -> None:
    """Before anything is connected to, and without showing the values of headers."""
    given: dict[str, Any] = {"method": "GET", "url": "http://127.0.0.1:1/", **options}
    async with client() as http:
        with pytest.raises(HttpCallError) as raised:
            await http.request(**given)
    assert raised.value.code == "HK501"
    assert said in str(raised.value)
    assert "hidden" not in str(raised.value)


async def test_a_user_in_the_url_becomes_a_header(client: Client) -> None:
    """So it is sent, and shown nowhere."""
    async with client() as http, serving(always(500)) as server:
        url = server.url.replace("://", "://ann:pass%20word@")
        with pytest.raises(HttpStatusError) as raised:
            await http.get_raw(url)
        given = {"Authorization": "Bearer x"}
        await http.request("GET", url, headers=given)
    assert server.heard[0].headers["authorization"] == "Basic YW5uOnBhc3Mgd29yZA=="
    assert server.heard[1].headers["authorization"] == "Bearer x"
    assert "ann" not in str(raised.value)


async def test_hosts_have_all_kinds_of_names(client: Client) -> None:
    """Addresses of IPv6, names with underscores as those of containers, and other alphabets."""
    async with client() as http, serving(always(200, b"six"), host="::1") as server:
        assert await http.get_raw(server.url) == b"six"
        for name in ("my_service.invalid", "b\u00fccher.invalid"):
            with pytest.raises(HttpUnreachableError, match="its name is not known"):
                await http.get_raw(f"http://{name}/", retries=0)
    assert server.heard[0].headers["host"] == f"[::1]:{server.port}"


async def test_no_cookies_are_kept(client: Client) -> None:
    """All modules share the connections, and cookies would be shared as well."""
    async with client() as http, serving(always(200, Set_Cookie="a=b")) as server:
        await http.request("GET", server.url)
        await http.request("GET", server.url)
    assert "cookie" not in server.heard[1].headers


async def test_head_has_no_body(client: Client) -> None:
    """Although its answer says how long the body would be."""

    async def head(_: Heard, peer: Peer) -> None:
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")

    async with client() as http, serving(head) as server:
        answer = await http.request("HEAD", server.url)
        assert (answer.status, answer.body) == (200, b"")
        again = await http.request("HEAD", server.url)
    assert again.headers["content-length"] == "99"


async def test_many_requests_at_a_time(client: Client) -> None:
    """Each has its own connection and answer; few connections are kept."""
    async with client() as http, serving(echo) as server:
        paths = [f"/{number}" for number in range(50)]
        answers = await asyncio.gather(*(http.get_raw(server.url + path) for path in paths))
    assert answers == [b"GET %s none " % path.encode() for path in paths]
