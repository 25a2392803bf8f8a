"""The reactor that a server runs on."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import sys
from typing import TYPE_CHECKING, Final

import click
from twisted.application.reactors import installReactor
from twisted.internet.asyncioreactor import install as install_asyncio
from twisted.internet.error import ReactorAlreadyInstalledError

from hostkit.loops import make_monotonic

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRACE_SECONDS: Final = 2.0
"""How long cancelled tasks may take to end after the reactor has stopped."""

_log: Final = logging.getLogger("hostkit.serve")
_OTHERS: Final = {
    "epoll": "twisted.internet.epollreactor",
    "kqueue": "twisted.internet.kqreactor",
    "poll": "twisted.internet.pollreactor",
    "select": "twisted.internet.selectreactor",
}


@contextlib.contextmanager
def reactor_installed(name: str | None) -> Iterator[None]:
    """Install a reactor, before modules are imported: many import it themselves.

    Afterwards, tasks that modules left running are cancelled, and the asyncio loop is closed.

    Args:
        name: ``asyncio``, ``uvloop``, or one of Twisted's without asyncio. By default the one that
            is installed already, or else asyncio.

    Raises:
        click.BadParameter: The reactor does not work on this machine.
        click.ClickException: Another one is installed already.
    """
    with contextlib.ExitStack() as stack:
        try:
            if name in _OTHERS:
                installReactor(name)
            elif name is not None or "twisted.internet.reactor" not in sys.modules:
                loop = _new_loop(name)
                stack.callback(_close, loop)
                install_asyncio(loop)
        except ImportError as error:
            message = f"{name!r} does not work here ({error}); these do: {', '.join(_working())}"
            if name == "uvloop":
                message += "; for uvloop, pip install 'hostkit-framework[uvloop]'"
            raise click.BadParameter(message, param_hint="'--reactor'") from None
        except ReactorAlreadyInstalledError:
            raise click.ClickException(
                "a reactor was installed before this command could choose one"
            ) from None
        from twisted.internet import reactor  # noqa: PLC0415 -- it is installed by now

        make_monotonic(reactor)
        yield


def _new_loop(name: str | None) -> asyncio.AbstractEventLoop:
    if name != "uvloop":
        return _lasting(asyncio.new_event_loop())
    return _lasting(importlib.import_module("hostkit.loops.safe_uvloop").SafeLoop())


def _lasting(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    """Have a loop go on when a task or a callback of a module calls `sys.exit`."""
    run = loop.run_forever

    def run_forever() -> None:
        while True:
            try:
                run()
            except SystemExit:
                _log.exception("a task or a callback has called sys.exit(): the server goes on")
            else:
                return

    setattr(loop, "run_forever", run_forever)  # noqa: B010 -- it is a method for type checkers
    return loop


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel a loop's tasks and close it."""
    # As `asyncio.run` does, but that waits for ever for a task that resists its cancellation.
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        _, pending = loop.run_until_complete(asyncio.wait(tasks, timeout=_GRACE_SECONDS))
        for task in pending:
            _log.warning("a task that was left running resists its cancellation: %r", task)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _working() -> Iterator[str]:
    yield "asyncio"
    for name, module in {"uvloop": "uvloop", **_OTHERS}.items():
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            yield name
