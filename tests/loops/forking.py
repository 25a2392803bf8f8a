# ruff: noqa: T201 -- it is a program
"""A program that forks while its event loop runs, which `test_forks` runs in its own process."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import uvloop
from twisted.application.reactors import installReactor

from hostkit.loops import ForkGuard, Withheld

PARENT = os.getpid()
IS_UP = [True]
OURS, THEIRS = socket.socketpair()


def wait(child: int) -> None:
    _, status = os.waitpid(child, 0)
    print(f"the child has ended with {os.waitstatus_to_exitcode(status)}", flush=True)


def go_on() -> None:
    """Go on in the child as in the parent."""
    child = os.fork()
    OURS.send(b"x")
    if child:
        wait(child)


def leave() -> None:
    """Raise in the child what ends a program."""
    child = os.fork()
    if not child:
        raise SystemExit(3)
    wait(child)


def interrupt() -> None:
    """Have the child do what Ctrl-C does."""
    child = os.fork()
    if not child:
        raise KeyboardInterrupt
    wait(child)


def end_by_itself() -> None:
    """End the child as one should."""
    child = os.fork()
    if not child:
        os._exit(7)
    wait(child)


def execute() -> None:
    """Run another program in the child."""
    child = os.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, "-c", "raise SystemExit(8)"])
    wait(child)


def fork_in_a_thread() -> None:
    """Fork where no event loop runs."""

    def work() -> None:
        child = os.fork()
        if not child:
            time.sleep(0.05)
            os._exit(9)
        wait(child)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


def work(queue: multiprocessing.Queue[int]) -> None:
    queue.put(asyncio.run(answer()))


def use_multiprocessing() -> None:
    """Run a loop of its own in the child."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=work, args=(queue,))
    process.start()
    print(f"the child has answered {queue.get(timeout=20)}")
    process.join()
    print(f"the child has ended with {process.exitcode}", flush=True)


def terminate() -> None:
    """Have a child that hangs end."""
    process = multiprocessing.get_context("fork").Process(target=threading.Event().wait)
    process.start()
    process.terminate()
    process.join()
    print(f"the child has ended with {process.exitcode}", flush=True)


def run_a_program() -> None:
    """Run another program with a function of Python's in between."""
    done = subprocess.run([sys.executable, "-c", ""], preexec_fn=os.getpid, check=True)
    print(f"the child has ended with {done.returncode}", flush=True)


DEEDS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        go_on,
        leave,
        interrupt,
        end_by_itself,
        execute,
        fork_in_a_thread,
        use_multiprocessing,
        terminate,
        run_a_program,
    )
}


def later() -> None:
    print("the parent goes on" if os.getpid() == PARENT else "THE CHILD GOES ON", flush=True)


async def on_asyncio(deed: Callable[[], None], guard: ForkGuard) -> None:
    guard.begin()
    loop = asyncio.get_running_loop()
    loop.call_soon(deed)
    loop.call_soon(later)
    await asyncio.sleep(0.01)
    later()


def on_twisted(deed: Callable[[], None], guard: ForkGuard) -> None:
    from twisted.internet import reactor

    run: ReactorLike = reactor  # type: ignore[assignment]
    run.callLater(0, guard.begin)
    run.callLater(0, deed)
    run.callLater(0.01, later)
    run.callLater(0.02, run.stop)
    run.run()


class ReactorLike:
    """What is used of a reactor."""

    callLater: Callable[..., object]  # noqa: N815
    run: Callable[[], None]
    stop: Callable[[], None]


def main(loop: str, name: str) -> None:
    guard, withheld = (
        ForkGuard(lambda: "words", lambda: len(IS_UP) > 0),
        Withheld(lambda: [OURS.fileno()]),
    )
    withheld.begin()
    if loop in ("asyncio", "uvloop"):
        factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(on_asyncio(DEEDS[name], guard))
    elif loop == "bare uvloop":
        made = uvloop.new_event_loop()
        made.run_until_complete(on_asyncio(DEEDS[name], guard))
        made.close()
    else:
        installReactor(loop)
        on_twisted(DEEDS[name], guard)
    IS_UP.clear()
    withheld.end()
    OURS.close()
    print(f"{len(THEIRS.recv(100))} bytes")
    THEIRS.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
