"""The clients of these tests notice what they lose: nothing lost means something."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from tests.hardening.honest import Sample, honest_clients
from tests.hardening.served import HOST
from tests.hardening.shop import GREETING, NEWS
from tests.hardening.ways import Crowd, Way, crowd, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="they have addresses of their own")

HEAD = b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n"


def answer(status: int, body: bytes) -> bytes:
    return HEAD % (status, len(body)) + body


def right(request: bytes) -> bytes:
    """Answer as the shop does."""
    if b"/hello" in request:
        return answer(200, GREETING)
    if b"/news" in request:
        return answer(200, NEWS)
    if b"/slow" in request:
        return answer(200, b"at last")
    is_denied = b"mallory" in request
    return answer(403, b'{"errcode": "no_entry"}') if is_denied else answer(200, b"{}")


def serve(answer_to: Callable[[bytes], bytes]) -> Callable[..., Awaitable[None]]:
    """Make what answers on connections; an empty answer ends them."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.read(4096):
                if not (answered := answer_to(request)):
                    break
                writer.write(answered)
        except ConnectionError:
            pass
        finally:
            writer.close()

    return talk


async def ask(answer_to: Callable[[bytes], bytes]) -> tuple[Sample, Crowd]:
    """Let clients of both kinds ask a server for a moment."""
    server = await asyncio.start_server(serve(answer_to), HOST, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with honest_clients(port) as honest:
            sample = await honest.measure(0.3)
        async with crowd((Way("tcp", port),)) as clients:
            await asyncio.sleep(0.1)
    return sample, clients


@pytest.mark.parametrize(
    ("answer_to", "lost"),
    [
        (right, set()),
        (lambda _: answer(503, b"{}"), {"status 503"}),
        (lambda _: answer(200, b"?"), {"a wrong answer", "status 200"}),
        (lambda request: right(request)[:-1], {"TimeoutError"}),
        (lambda _: b"", {"IncompleteReadError", "ConnectionResetError"}),
    ],
    ids=["right", "refused", "wrong", "half", "none"],
)
def test_a_lost_request_is_counted(
    answer_to: Callable[[bytes], bytes], lost: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is lost unless its whole answer has come, and is the right one."""
    for module in ("honest", "ways"):
        monkeypatch.setattr(f"tests.hardening.{module}.PATIENCE_SECONDS", 0.1)
    sample, clients = asyncio.run(ask(answer_to))
    assert set(sample.lost) <= lost
    assert {each.removeprefix("tcp: ") for each in clients.lost} <= lost
    assert (bool(sample.lost), bool(clients.lost)) == (bool(lost), bool(lost))
    assert bool(sample.seconds) == (not lost)


@pytest.mark.parametrize("waits", [False, True])
def test_a_refused_connection_is_lost_unless_it_can_wait(waits: bool) -> None:
    """Nothing was sent; but where the socket should be there all the time, it was lost."""

    async def main() -> list[Crowd]:
        found = []
        for is_kept in (False, True):
            async with crowd((Way("tcp", free_port(), is_kept=is_kept),), waits=waits) as clients:
                await asyncio.sleep(0.05)
            found.append(clients)
        return found

    passing, kept = asyncio.run(main())
    assert (bool(passing.lost), bool(passing.refused)) == (not waits, waits)
    assert (bool(kept.lost), kept.refused) == (True, 0)
