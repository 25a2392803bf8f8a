from __future__ import annotations

import pytest

from hostkit.http import HttpCallError
from tests.http.conftest import Client
from tests.http.servers import Answering, Heard, Peer, always, serving


def leading(status: int, location: str) -> Answering:
    async def answering(heard: Heard, peer: Peer) -> None:
        if heard.path == "/there":
            await peer.answer(200, heard.method.encode() + b" " + heard.body)
        else:
            await peer.answer(status, b"moved", Location=location)

    return answering


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "GET", b"GET "),
        (302, "POST", b"GET "),
        (303, "PUT", b"GET "),
        (307, "POST", b"POST body"),
        (308, "PUT", b"PUT body"),
    ],
)
async def test_redirects_are_followed(
    status: int, method: str, then: bytes, client: Client
) -> None:
    """As browsers do; the answer names the last URL."""
    async with client() as http, serving(leading(status, "/there")) as server:
        body = b"" if method == "GET" else b"body"
        headers = {"Content-Type": "text/plain", "X-A": "b"}
        answer = await http.request(
            method, f"{server.url}/here?a", body=body, headers=headers, params={"q": "1"}
        )
    assert (answer.status, answer.body, answer.url) == (200, then, f"{server.url}/there")
    assert ("content-type" in server.heard[1].headers) == (then != b"GET " or method == "GET")
    assert server.heard[1].headers["x-a"] == "b"


async def test_redirects_have_an_end(client: Client) -> None:
    """A loop is an error, which says where it leads."""
    async with client() as http, serving(always(302, Location="/again?token=x")) as server:
        with pytest.raises(HttpCallError) as raised:
            await http.get_raw(f"{server.url}/again")
        assert len(server.heard) == 6
        with pytest.raises(HttpCallError, match="redirected more than 1 times"):
            await http.get_raw(server.url, max_redirects=1)
    assert raised.value.code == "HK507"
    assert str(raised.value).splitlines() == [
        f"HK507 GET {server.url}/again was redirected more than 5 times",
        f"  = the last one leads to {server.url}/again",
    ]


async def test_a_redirect_may_be_the_answer(client: Client) -> None:
    """If none are to be followed; or if it leads nowhere."""
    async with client() as http, serving(leading(302, "/there")) as server:
        answer = await http.request("GET", server.url, max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (302, "/there")
    async with client() as http, serving(always(302)) as server:
        assert (await http.request("GET", server.url)).status == 302
    async with client() as http, serving(always(201, Location="/there")) as server:
        assert (await http.request("POST", server.url)).status == 201


@pytest.mark.parametrize(
    "location", ["ftp://x/", "file:///etc/passwd", "http://[", "http://x:y/", "data:,a"]
)
async def test_only_web_servers_are_redirected_to(location: str, client: Client) -> None:
    """Everything else is an error."""
    async with client() as http, serving(always(302, Location=location)) as server:
        with pytest.raises(HttpCallError, match="what is not a URL of HTTP") as raised:
            await http.get_raw(server.url)
    assert raised.value.code == "HK507"


async def test_credentials_stay_with_their_server(client: Client) -> None:
    """Another port is another server; to the same one they are sent again."""
    headers = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Other": "c"}
    async with client() as http, serving(always(200)) as other:
        async with serving(leading(302, f"{other.url}/there")) as server:
            await http.get_raw(server.url, headers=headers)
        async with serving(leading(302, "/there")) as server:
            await http.get_raw(server.url, headers=headers)
    assert not {"authorization", "cookie"} & set(other.heard[0].headers)
    assert other.heard[0].headers["x-other"] == "c"
    assert server.heard[1].headers["authorization"] == "Bearer x"


async def test_a_redirect_cannot_reach_private_addresses(client: Client) -> None:
    """Each address is checked anew."""
    async with (
        client(allowed_addresses=["127.0.0.2"]) as http,
        serving(always(200)) as inner,
        serving(leading(302, inner.url), host="127.0.0.2") as outer,
    ):
        with pytest.raises(HttpCallError, match=r"not public, 127\.0\.0\.1,") as raised:
            await http.get_raw(outer.url, block_private_addresses=True)
    assert raised.value.code == "HK502"
    assert (len(outer.heard), inner.connections) == (1, 0)
