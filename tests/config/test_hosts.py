"""What the hosts of a listener may be."""

from __future__ import annotations

import pytest

from hostkit.config import Settings, StructureErrors, structure


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "a:80",
        "[::1]:80",
        "http://a",
        "a/b",
        "*.",
        "a.*",
        "**.a",
        "[1.2.3.4]",
        ".a",
        "a..b",
    ],
)
def test_a_host_has_no_port_and_no_path(host: str) -> None:
    """As that is not what is compared; it says so instead of answering for no host."""
    with pytest.raises(StructureErrors) as caught:
        structure({"listeners": [{"endpoint": "x", "hosts": ["a", host]}]}, Settings)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("HK027", ("listeners", 0, "hosts", 1))
    assert str(fault.expected).startswith("a host without a port, such as example.com")


@pytest.mark.parametrize(
    "hosts",
    [["*"], ["a", "*.a-b.c", "A_b.", "127.0.0.1"], ["[::1]", "::2", "xn--bcher-kva.example"]],
)
def test_hosts_are_names_and_addresses(hosts: list[str]) -> None:
    """Also all below a name, and all."""
    settings = structure({"listeners": [{"endpoint": "x", "hosts": hosts}]}, Settings)
    assert settings.listeners[0].hosts == tuple(hosts)
