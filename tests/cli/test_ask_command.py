"""`hostkit ask`: what it asks a gateway, and the exit codes for what that answers."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from hostkit.cli import main
from tests.cli.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = {"type": "string"}
HOOKS: dict[str, Any] = {
    "categories": {
        "comments": {
            "hooks": {
                "check": {
                    "path": "/_hostkit/hooks/comments/check",
                    "arguments": {"properties": {"text": TEXT, "count": {"type": "integer"}}},
                },
                "close": {"path": "/closed", "arguments": {}},
            }
        },
        "doors": {"hooks": {"close": {"path": "/doors", "arguments": {}}}},
    }
}
DENIAL = {"errcode": "banned", "error": "no", "module": "words", "receipt": "49f6f9-1"}


class Gateway:
    """A gateway that answers as a test says.

    Attributes:
        listing: The status and the body with which it lists its hooks.
        answer: Those with which it answers calls.
        asked: The requests: method, path, token, and the arguments of a call.
    """

    def __init__(self) -> None:
        self.listing: tuple[int, Any] = (200, HOOKS)
        self.answer: tuple[int, Any] = (200, {})
        self.asked: list[tuple[Any, ...]] = []
        self.url = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Make what handles its requests."""
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.respond(gateway.listing)

            def do_POST(self) -> None:
                self.respond(gateway.answer)

            def respond(self, answer: tuple[int, Any]) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                token = self.headers.get("Authorization")
                arguments = json.loads(body) if body else None
                gateway.asked.append((self.command, self.path, token, arguments))
                status, sent = answer
                data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    @contextmanager
    def served_by(self, server: socketserver.BaseServer) -> Iterator[None]:
        """Serve it in a thread."""
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        with server:
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Give a gateway at a port of this machine."""
    gateway = Gateway()
    server = HTTPServer(("127.0.0.1", 0), gateway.handler())
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    with gateway.served_by(server):
        yield gateway


def ask(gateway: Gateway, *args: str, hook: str = "check") -> Result:
    """Ask it."""
    return run("ask", hook, "--url", gateway.url, *args)


@pytest.mark.parametrize(
    ("status", "body", "code", "shown"),
    [
        (200, {}, 0, "comments.check: allow\n"),
        (200, {"result": [1, "ü"]}, 0, '[1, "ü"]\n'),
        (200, {"result": None}, 0, "null\n"),
        (403, DENIAL, 10, "comments.check: deny by words (banned: no)\n  receipt 49f6f9-1\n"),
        (
            403,
            {**DENIAL, "module": None, "error": "\x1b[2J"},
            10,
            "comments.check: deny (banned: \\x1b[2J)\n  receipt 49f6f9-1\n",
        ),
        (
            503,
            {"errcode": "module_failed", "module": "words", "receipt": "49f6f9-2"},
            11,
            "comments.check: failed by words (module_failed)\n  receipt 49f6f9-2\n",
        ),
        (500, {"errcode": "internal_error"}, 11, "comments.check: failed (internal_error)\n"),
        (502, b"<html>", 11, "comments.check: failed (status 502)\n"),
    ],
)
def test_the_exit_code_is_the_decision(
    gateway: Gateway, status: int, body: Any, code: int, shown: str
) -> None:
    """Which is shown as well, or the result of a hook that has one."""
    gateway.answer = (status, body)
    result = ask(gateway)
    assert (result.exit_code, result.stdout) == (code, shown)


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (400, {"error": "text: null is of the wrong type"}, 2, "text: null is of the wrong type"),
        (403, b"Forbidden by a proxy", 1, "the call was refused, 403: no reason is given"),
        (403, [], 1, "the call was refused, 403: no reason is given"),
        (413, {"error": "too long"}, 1, "the call was refused, 413: too long"),
        (302, {}, 1, "the call was refused, 302"),
    ],
)
def test_a_refusal_is_no_decision(
    gateway: Gateway, status: int, body: Any, code: int, said: str
) -> None:
    """Of the gateway, or of what stands before it; a denial always has a receipt."""
    gateway.answer = (status, body)
    result = ask(gateway)
    assert (result.exit_code, said in result.stderr, result.stdout) == (code, True, "")


def test_arguments_have_the_types_of_the_hook(gateway: Gateway, tmp_path: Path) -> None:
    """What it asks for as text stays text; the command line counts more than the file."""
    file = tmp_path / "call.json"
    file.write_text('{"count": 1, "more": [2]}')
    result = ask(gateway, "text=5", "count=3", "any=x=y", "--args", str(file))
    assert result.exit_code == 0
    (_, listing, *_), call = gateway.asked
    assert listing == "/_hostkit/hooks"
    arguments = {"count": 3, "more": [2], "text": "5", "any": "x=y"}
    assert call == ("POST", "/_hostkit/hooks/comments/check", None, arguments)


def test_a_token_is_in_a_file_or_in_the_environment(gateway: Gateway, tmp_path: Path) -> None:
    """Not on the command line, which all users of a machine can read."""
    file = tmp_path / "token"
    file.write_text("from-file\n")
    arguments = ["ask", "check", "--url", gateway.url]
    for options, token in (([], "from-environment"), (["--token-file", str(file)], "from-file")):
        environment = {"HOSTKIT_TOKEN": "from-environment"}
        result = CliRunner().invoke(main, [*arguments, *options], env=environment)
        assert result.exit_code == 0
        assert {each[2] for each in gateway.asked[-2:]} == {f"Bearer {token}"}


def test_it_is_data_as_well(gateway: Gateway) -> None:
    """The outcome, and all that the gateway has answered."""
    gateway.answer = (403, DENIAL)
    result = ask(gateway, "--format", "json", hook="comments.check")
    assert (result.exit_code, json.loads(result.stdout)) == (
        10,
        {
            "version": 1,
            "hook": "comments.check",
            "outcome": "deny",
            "status": 403,
            "answer": DENIAL,
        },
    )


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("chek", "there is no hook 'chek': did you mean 'check'?"),
        ("x", "the server has: comments.check, comments.close, doors.close"),
        ("close", "'close' may be comments.close or doors.close"),
    ],
)
def test_the_hook_must_be_known(gateway: Gateway, hook: str, said: str) -> None:
    """And be the only one of the name."""
    result = ask(gateway, hook=hook)
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert len(gateway.asked) == 1


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ((401, {"error": "needs a token"}), "does not list its hooks: 401: needs a token"),
        ((200, b"<html>"), "is not a gateway of hooks"),
        ((200, {"categories": [1]}), "is not a gateway of hooks"),
        ((200, {"categories": {"x": 1}}), "is not a gateway of hooks"),
    ],
)
def test_the_server_must_be_a_gateway(
    gateway: Gateway, listing: tuple[int, Any], said: str
) -> None:
    """Otherwise its answers mean nothing."""
    gateway.listing = listing
    result = ask(gateway)
    assert (result.exit_code, said in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "url", ["ftp://x", "127.0.0.1:8080", "http://", "http://x/path", "http://x:port", "http://[x"]
)
def test_a_url_must_be_that_of_a_server(url: str) -> None:
    """What it must look like is said, or what is wrong with it."""
    result = run("ask", "check", "--url", url)
    assert (result.exit_code, "Invalid value for --url" in result.stderr) == (2, True)


def test_there_may_be_no_server(tmp_path: Path) -> None:
    """The reason is the system's."""
    result = run("ask", "check", "--url", f"unix:{tmp_path / 'x'}")
    assert (result.exit_code, "cannot be asked: No such file" in result.stderr) == (1, True)


def test_it_may_be_asked_through_a_unix_socket(tmp_path: Path) -> None:
    """By the path that the listener's endpoint names."""
    gateway = Gateway()
    path = str(tmp_path / "http")
    server = socketserver.UnixStreamServer(path, gateway.handler())
    with gateway.served_by(server):
        result = run("ask", "check", "--url", f"unix:{path}")
    assert result.output == "comments.check: allow\n"
