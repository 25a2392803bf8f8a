from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit import ConfigErrors, Host
from hostkit.config import Http
from hostkit.http import HttpCallError, HttpClient, HttpService, HttpUnreachableError
from hostkit.http.addresses import is_public
from hostkit.loops import Lifetime
from tests.http.conftest import Client
from tests.http.servers import always, serving


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "fe80::1",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "100::1",
    ],
)
def test_these_are_not_public(address: str) -> None:
    """This machine, networks of one's own, the metadata of clouds, and what stands for them."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_these_are_public(address: str) -> None:
    """In either version, and one within the other."""
    assert is_public(ip_address(address))


@given(st.integers(0, 2**32 - 1))
def test_an_address_within_another_is_judged_alike(number: int) -> None:
    """Whatever a packet for it reaches counts."""
    inner = IPv4Address(number)
    for outer in (
        IPv6Address(f"::ffff:{inner}"),
        IPv6Address(int(IPv6Address("64:ff9b::")) + number),
        IPv6Address((0x2002 << 112) + (number << 80)),
    ):
        assert is_public(outer) == is_public(inner)


def test_networks_may_be_allowed() -> None:
    """Those of the other version are not affected."""
    allowed = [ip_network("10.1.0.0/16"), ip_network("fd00::5")]
    assert is_public(ip_address("10.1.2.3"), allowed)
    assert is_public(ip_address("::ffff:10.1.2.3"), allowed)
    assert is_public(ip_address("fd00::5"), allowed)
    assert not is_public(ip_address("10.2.2.3"), allowed)
    assert not is_public(ip_address("fd00::6"), allowed)


def client_with(answers: dict[str, list[str]], **settings: Any) -> tuple[HttpClient, HttpService]:
    """A client for which names have these addresses; of several answers, one at each look-up."""

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        if host not in answers:
            raise socket.gaierror("not known")
        rest = answers[host]
        found = rest.pop(0) if len(rest) > 1 else rest[0]
        return [
            (
                socket.AF_INET6 if ":" in each else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (each, port, 0, 0) if ":" in each else (each, port),
            )
            for each in found.split()
        ]

    service = HttpService(Http(**settings), look_up=look_up)
    return HttpClient("asking", service, Lifetime()), service


async def test_names_of_private_addresses_are_blocked() -> None:
    """The answer of the name server counts, not the name."""
    http, service = client_with({"evil.example": ["127.0.0.1 ::1"]})
    async with serving(always(200, b"secret")) as server:
        url = f"http://evil.example:{server.port}/x"
        assert await http.get_raw(url) == b"secret"
        with pytest.raises(HttpCallError) as raised:
            await http.get_raw(url, block_private_addresses=True)
        assert server.connections == 1  # not one that was kept, either
    await service.close()
    assert raised.value.code == "HK502"
    assert str(raised.value).startswith(
        "HK502 evil.example has an address that is not public, 127.0.0.1, ::1, and is not"
    )


async def test_a_name_that_changes_its_address_is_looked_up_once() -> None:
    """What was checked is what is connected to."""
    http, service = client_with(
        {"evil.example": ["127.0.0.1", "127.0.0.2"]},
        allowed_addresses=("127.0.0.1",),
        block_private_addresses=True,
    )
    async with serving(always(200, b"checked")) as server:
        url = f"http://evil.example:{server.port}/"
        assert await http.get_raw(url) == b"checked"
        await service.close()  # which ends the connection that was kept
        with pytest.raises(HttpCallError, match=r"not public, 127\.0\.0\.2"):
            await http.get_raw(url)
    await service.close()


async def test_of_several_addresses_the_public_ones_are_used() -> None:
    """A name may have both."""
    http, service = client_with(
        {"both.example": ["10.0.0.1 127.0.0.1"]}, allowed_addresses=("127.0.0.0/8",)
    )
    async with serving(always(200, b"ok")) as server:
        url = f"http://both.example:{server.port}/"
        assert await http.get_raw(url, block_private_addresses=True) == b"ok"
    await service.close()


async def test_other_forms_of_addresses_are_blocked(client: Client) -> None:
    """However the system understands them."""
    async with client() as http, serving(always(200)) as server:
        for host in ("127.1", "2130706433", "0x7f000001", "0", "[::ffff:127.0.0.1]", "localhost"):
            with pytest.raises(HttpCallError, match="not public"):
                await http.get_raw(
                    f"http://{host}:{server.port}/", block_private_addresses=True, retries=0
                )
    assert server.connections == 0


async def test_operators_may_block_them_for_all_modules(client: Client) -> None:
    """Then no request can say otherwise."""
    async with client(block_private_addresses=True) as http, serving(always(200)) as server:
        with pytest.raises(HttpCallError, match="not public"):
            await http.get_raw(server.url, block_private_addresses=False)


async def test_names_that_are_not_known(client: Client) -> None:
    """Also those that cannot even be asked for."""
    http, service = client_with({})
    with pytest.raises(HttpUnreachableError, match=r"its name is not known\n.*hint: is the name"):
        await http.get_raw("http://nowhere.example/", retries=0)
    await service.close()
    async with client() as http:
        with pytest.raises(HttpUnreachableError, match="its name is not known"):
            await http.get_raw(f"http://{'x' * 70}.invalid/", retries=0)


def test_networks_are_checked_when_the_file_is_read() -> None:
    """With all else that is wrong in it."""
    config = {"hostkit": {"http": {"allowed_addresses": ["10.0.0.1/8"], "timeout": "0s"}}}
    with pytest.raises(ConfigErrors) as raised:
        Host.from_config(config)
    paths = [problem.path[2:] for problem in raised.value.problems]
    assert sorted(paths, key=str) == [("allowed_addresses", 0), ("timeout",)]
