"""What is said about endpoint strings that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostkit.web import LONGEST_SOCKET_BYTES
from tests.web.endpoints import check, make_server, problem_of, reason_of

if TYPE_CHECKING:
    from pathlib import Path

NO_KIND = "it does not begin with a kind"
COLON = "interface: a colon begins the next part, unless a backslash stands before it"


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        # Another kind, or none.
        ("tpc:80", "there is no kind 'tpc'", "did you mean 'tcp'?"),
        ("TCP:80", "there is no kind 'TCP'", "did you mean 'tcp'?"),
        ("pigeon:80", "there is no kind 'pigeon'", None),
        ("", "there is no kind ''", None),
        ("http:8080", "there is no kind 'http'", "write tcp:8080"),
        ("https:8443", "there is no kind 'https'", "write ssl:8443:privateKey=key.pem:"),
        ("http://10.0.0.1:80/a", "this is a URL", "write tcp:80:interface=10.0.0.1"),
        ("http://localhost", "this is a URL", "write tcp:80:interface=localhost"),
        ("http://[::1]:80", "this is a URL", r"write tcp:80:interface=\:\:1"),
        ("https://0.0.0.0:8443/", "this is a URL", "write ssl:8443:privateKey=key.pem:certKey="),
        ("tcp://127.0.0.1:80", "this is a URL", "write tcp:80:interface=127.0.0.1"),
        ("tcp://:x", "this is a URL", None),
        ("127.0.0.1:8080", NO_KIND, "write tcp:8080:interface=127.0.0.1"),
        ("localhost:8080", NO_KIND, "write tcp:8080:interface=localhost"),
        ("[::1]:8080", NO_KIND, r"write tcp:8080:interface=\:\:1"),
        ("0.0.0.0:8080", NO_KIND, "write tcp:8080"),
        ("*:8080", NO_KIND, "write tcp:8080"),
        (":8080", NO_KIND, "write tcp:8080"),
        ("8080", NO_KIND, "write tcp:8080:interface=127.0.0.1"),
        ("/run/x.sock", NO_KIND, "write unix:/run/x.sock"),
        # Options.
        ("tcp:80:iface=127.0.0.1", "tcp: there is no option 'iface'", "did you mean 'interface'?"),
        ("unix:/x:mod=660", "unix: there is no option 'mod'", "did you mean 'mode'?"),
        ("tls:443:privateKey=a", "`tls:` takes a folder of certificates", "write ssl: instead of"),
        ("tcp:80:a:50:b", "tcp: 'b' is one part more", "a colon that belongs to a value is"),
        ("tcp:80:port=81", "tcp: port stands there twice, as '80' and '81'", None),
        ("tcp:80:interface=::1:interface=::2", COLON, r"write interface=\:\:1"),
        ("tcp:80:interface=a:interface=b", "tcp: interface stands there twice", None),
        ("tcp:80:interface:a.org", "tcp: interface has no value", "write interface=a.org"),
        ("tcp:80:interface", "tcp: interface has no value", "write interface=VALUE"),
        ("unix:/x:mode:660", "unix: mode has no value", "write mode=660"),
        ("tcp:", "tcp: the port is missing", None),
        ("tcp", "tcp: the port is missing", None),
        ("unix:mode=660", "unix: the address is missing", None),
        # Colons.
        ("tcp:80:interface=::1", COLON, r"write interface=\:\:1"),
        ("tcp:80:interface=[::1]:backlog=9", COLON, r"write interface=\:\:1"),
        (
            "tcp:80:interface=a.org:81",
            "interface: 'a.org:81' has a port",
            "write tcp:81:interface=",
        ),
        ("tcp:127.0.0.1:8080", "the port stands first", "write tcp:8080:interface=127.0.0.1"),
        ("tcp6:[::1]:80", "the port stands first", r"write tcp6:80:interface=\:\:1"),
        ("tcp:80\\", "it ends with a backslash", None),
        # Variables.
        ("tcp:!env PORT", "variables are filled in only where", 'write !env "tcp:${PORT}"'),
        ("tcp:${PORT:-80}", "variables are filled in only where", 'write !env "tcp:${PORT:-80}"'),
        # Values.
        ("tcp:eighty", "the port 'eighty' is not a number", "the port stands first, as in"),
        ("tcp:0x50", "the port '0x50' is not a number", None),
        ("tcp:1e3", "the port '1e3' is not a number", None),
        (f"tcp:{'1' * 400}", "the port '1111", None),
        ("unix:/x\0y", "the path of the socket has a NUL", None),
        ("tcp:-1", "the port '-1' is not a number", None),
        ("tcp:65536", "the port 65536 is too large", None),
        ("ssl:99999", "the port 99999 is too large", None),
        ("haproxy:tcp:99999", "the port 99999 is too large", None),
        ("tcp:80:backlog=many", "backlog: 'many' is not a number", None),
        ("tcp:80:interface=300.1.1.1", "interface: '300.1.1.1' is not an address", None),
        ("tcp6:80:interface=127.0.0.1", "interface: tcp6 listens on IPv6", "write tcp: instead"),
        ("unix:/x:mode=999", "mode: '999' is not an octal number", None),
        ("unix:/x:y", "mode: 'y' is not an octal number", "a colon that belongs to the path"),
        ("unix:/x:lockfile=no", "lockfile: 'no' is neither 0 nor 1", None),
        ("systemd:", "a part is missing or not known", None),
        ("stdio:", "standard input and output serve one client", None),
        ("haproxy:stdio:", "standard input and output serve one client", None),
        ("haproxy", "haproxy: stands before another endpoint", None),
        ("haproxy:", "haproxy: stands before another endpoint", None),
        ("haproxy:haproxy:tcp:80", "haproxy: stands before another endpoint", None),
        ("haproxy:pigeon:80", "there is no kind 'pigeon'", None),
        ("fd:x", "a part is missing or not known", None),
        ("port=80", "it does not begin with a kind", None),
        ("haproxy:port=80", "it does not begin with a kind", None),
    ],
)
def test_what_was_meant_is_said(text: str, why: str, hint: str | None) -> None:
    """In the terms of endpoint strings, with what would have been right."""
    problem = problem_of(text)
    assert reason_of(problem).startswith(why)
    assert (problem.hint or "").startswith(hint or "")
    assert (problem.hint is None) == (hint is None)
    assert problem.expected


def test_a_port_of_many_digits_is_no_number() -> None:
    """Python itself refuses to read more than 4300 of them."""
    assert problem_of(f"tcp:{'1' * 5000}").code == "HK402"


@pytest.mark.parametrize(
    "text",
    [
        "tcp:0",
        "tcp:65535:interface=example.org:backlog=9",
        "tcp:port=80",
        r"tcp:80:interface=fe80\:\:1%eth0",
        r"tcp6:80:interface=\:\:",
        r"unix:/a\:mode",
        "unix:/x:mode=0660:lockfile=0",
        "haproxy:tcp:80",
        "haproxy:fd:3",
    ],
)
def test_what_is_right_is_taken(text: str) -> None:
    """All kinds that Twisted has."""
    make_server(text)


def test_other_kinds_raise_what_they_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages may add kinds to Twisted; what they raise is shown."""

    def parse(_reactor: object, _text: str) -> None:
        raise LookupError("no tower")

    monkeypatch.setattr("hostkit.web._endpoints.serverFromString", parse)
    assert reason_of(problem_of("pigeon:80")) == "LookupError: no tower"


@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["HK402"])])
def test_the_path_of_a_socket_is_short(more: int, codes: list[str], tmp_path: Path) -> None:
    """What counts is the whole path, also if it starts at the file's folder."""
    name = "x" * (LONGEST_SOCKET_BYTES - len(f"{tmp_path}/") + more)
    problems = check(tmp_path, f"unix:{name}")
    assert [problem.code for problem in problems] == codes


def test_the_place_of_a_socket_is_free(tmp_path: Path) -> None:
    """A file or folder that stands there is found before the server starts."""
    for name in (".", "host.yaml"):
        [problem] = check(tmp_path, f"unix:{name}")
        assert problem.code == "HK402"
        assert "exists and is not a socket" in problem.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tcp:80", "tcp:80"),
        ("tcp:80", "tcp:port=80:interface=127.0.0.1"),
        ("tcp:80:interface=0.0.0.0", "tcp:80:interface=10.0.0.1"),
        ("tcp:80:interface=localhost", "tcp:80:interface=127.0.0.1"),
        (r"tcp:80:interface=\:\:", "tcp6:80"),
        ("unix:x.sock", "unix:./x.sock:mode=660"),
        ("fd:3", "fd:3"),
        ("systemd:domain=INET:index=0", "systemd:domain=INET:index=0"),
    ],
)
def test_one_endpoint_is_for_one_listener(first: str, second: str, tmp_path: Path) -> None:
    """The second would find the first listening there, however it is written (HK418)."""
    (problem,) = check(tmp_path, first, second)
    assert problem.place is not None
    assert (problem.code, problem.place.line) == ("HK418", 4)
    assert problem.message == f"{second} is where {first} listens, too"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tcp:0", "tcp:0"),
        ("tcp:80", "tcp:81"),
        ("tcp:80:interface=127.0.0.1", "tcp:80:interface=10.0.0.1"),
        ("tcp:80:interface=a.example", "tcp:80:interface=b.example"),
        ("unix:x.sock", "unix:y.sock"),
        ("fd:3", "fd:4"),
    ],
)
def test_other_endpoints_are_others(first: str, second: str, tmp_path: Path) -> None:
    """Both can be listened at."""
    assert check(tmp_path, first, second) == []
