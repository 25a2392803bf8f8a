"""For which hosts a listener answers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.line import LOCAL, Line, make_site
from tests.web.pages import Echo

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.testing import Answer


OPEN = ("tcp:80", "tcp:8080")
HOOKS = "/_hostkit/hooks"
ALL: Final = ("modules", "hooks", "health")


def site(endpoint: str = LOCAL, **settings: Any) -> Any:
    """Serve a module's page, hostkit's own and a health check."""
    if endpoint in OPEN:
        settings = {"token": "s3cret", **settings}
    return make_site(pages={"/words": Echo("/words")}, endpoint=endpoint, serve=ALL, **settings)


def ask(there: Any, path: str, *hosts: str, version: str = "1.1") -> Answer:
    """Ask for a path, with any number of hosts."""
    line = Line(there)
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    lines += "Authorization: Bearer s3cret\r\n"
    line.send(f"GET {path} HTTP/{version}\r\n{lines}\r\n".encode("latin-1"))
    return line.answer


def refused(answer: Answer) -> tuple[int, str]:
    """Give status and code of an error."""
    return answer.status, answer.json["errcode"]


WRONG = (421, "wrong_host")
BAD = (400, "bad_host")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8080",
        "localhost.",
        "words.localhost:1",
        "127.0.0.1",
        "127.0.0.2:8080",
        "[::1]:8080",
        "[0:0:0:0:0:0:0:1]",
    ],
)
def test_hooks_are_called_by_names_of_this_machine(host: str) -> None:
    """With any port, as there may be something in between."""
    assert ask(site(), HOOKS, host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "10.0.0.1", "[::2]", "localhost.evil.example", ""]
)
@pytest.mark.parametrize(
    "path", [HOOKS, f"{HOOKS}?x", "/%5fhostkit/hooks", "//_hostkit/hooks", "/_hostkit/nothing"]
)
def test_a_name_that_was_rebound_sees_no_hooks(host: str, path: str) -> None:
    """A page's own name may lead to this machine, but the browser says which name it is."""
    assert refused(ask(site(), path, host)) == WRONG


def test_a_body_for_another_host_is_not_read() -> None:
    """The answer comes with the headers, also to a client that waits for permission."""
    line = Line(site())
    line.send(
        f"POST {HOOKS} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    assert refused(line.answer) == WRONG


@pytest.mark.parametrize(
    ("endpoint", "settings", "path"),
    [
        (LOCAL, {}, "/words"),
        (LOCAL, {"token": "s3cret"}, HOOKS),
        ("tcp:8080", {}, HOOKS),
        (LOCAL, {"hosts": ("*",)}, HOOKS),
    ],
)
def test_elsewhere_all_names_are_good(endpoint: str, settings: Any, path: str) -> None:
    """For modules' pages, with a token, at sockets that no browser reaches, and if one says so."""
    line = Line(site(endpoint, **settings))
    line.send(f"GET {path} HTTP/1.1\r\nHost: any.example\r\nAuthorization: Bearer s3cret\r\n\r\n")
    assert line.answer.status == 200


def test_a_socket_has_no_names(tmp_path: Path) -> None:
    """No browser reaches it."""
    line = Line(site(f"unix:{tmp_path}/words.sock"))
    line.send(f"GET {HOOKS} HTTP/1.1\r\nHost: any.example\r\n\r\n")
    assert line.answer.status == 200


HOSTS = ("example.com", "*.Example.org", "192.0.2.1", "[2001:db8::0:1]", "2001:db8::2")


@pytest.mark.parametrize(
    ("host", "is_good"),
    [
        ("example.com", True),
        ("EXAMPLE.com.:443", True),
        ("a.example.org", True),
        ("a.b.example.org", True),
        ("192.0.2.1:80", True),
        ("[2001:db8::1]", True),
        ("[2001:db8::2]:80", True),
        ("example.org", False),
        ("www.example.com", False),
        ("badexample.org", False),
        ("localhost", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/words", HOOKS])
@pytest.mark.parametrize("endpoint", [LOCAL, "tcp:80"])
def test_a_listener_answers_for_its_hosts(
    host: str, is_good: bool, path: str, endpoint: str
) -> None:
    """For all that it serves, and for no other, wherever it listens."""
    answer = ask(site(endpoint, hosts=HOSTS), path, host)
    assert answer.status == (200 if is_good else 421)


def test_health_is_answered_for_every_host() -> None:
    """Load balancers ask with an address, and in an old version with none."""
    there = site(hosts=("example.com",))
    assert ask(there, "/health", "10.0.0.1:80").status == 200
    assert ask(there, "/health?x", version="1.0").status == 200


@pytest.mark.parametrize(
    "hosts", [(), ("a", "a"), ("a", "b"), ("a b",), ("user@a",), ("a/b",), ("[::1",), ("[:::]",)]
)
@pytest.mark.parametrize("endpoint", [LOCAL, "tcp:80"])
def test_a_request_names_its_host_once(hosts: tuple[str, ...], endpoint: str) -> None:
    """As HTTP says: two that look alike to one reader may be different ones to another."""
    assert refused(ask(site(endpoint), "/words", *hosts)) == BAD


def test_an_old_request_need_not_name_its_host() -> None:
    """It comes from no browser; but where hosts are listed it is for none of them."""
    assert ask(site(), HOOKS, version="1.0").status == 200
    assert refused(ask(site(), HOOKS, "a", "a", version="1.0")) == BAD
    assert refused(ask(site(hosts=("a",)), "/words", version="1.0")) == WRONG
    assert ask(site(hosts=("*",)), "/words", version="1.0").status == 200


def test_the_host_of_the_first_line_counts() -> None:
    """As HTTP says for requests as for a proxy; the header must be there all the same."""
    there = site(hosts=("example.com",))
    assert refused(ask(there, "http://evil.example/words", "example.com")) == WRONG
    assert refused(ask(there, "http://example.com@evil.example/words", "example.com")) == BAD
    assert refused(ask(there, "http://example.com/words", "evil.example", "a")) == BAD
    assert ask(there, "http://example.com/words", "evil.example").status != 421


def test_names_are_not_remembered_without_end() -> None:
    """An attacker may send as many as there are."""
    there = site(hosts=("a",))
    for number in range(2000):
        ask(there, "/words", f"{number}.example")
    hosts: Any = there.admission
    assert hosts._hosts._judge_name.cache_info().currsize < 1000


SOME = b"[:.a"


@pytest.mark.parametrize("path", ["/words", HOOKS])
def test_any_bytes_are_read_as_a_host(path: str) -> None:
    """What is not one is malformed; nothing raises."""
    there = site(hosts=("a",))
    for first, second in itertools.product(range(256), SOME):
        for form in ("{}{}", "[{}{}]:1"):
            host = form.format(chr(first), chr(second))
            is_good = host.strip(" \t:.") in {"a", "A"} and host.strip(" \t")[0] in "aA"
            status = ask(there, path, host).status
            assert (status == 200) is is_good, (host, status)
