"""Choose the reactor that a server runs on."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import sys
from typing import TYPE_CHECKING, Final

import click
from twisted.application.reactors import installReactor
from twisted.internet.asyncioreactor import install as install_asyncio
from twisted.internet.error import ReactorAlreadyInstalledError

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRACE_SECONDS: Final = 2.0
"""How long tasks that were left behind may take to end."""

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

    Afterwards the tasks that modules left behind are cancelled, and the asyncio loop is closed.

    Args:
        name: ``asyncio``, ``uvloop``, or one of Twisted's without asyncio. By default the one that
            is installed already, or else asyncio, on uvloop if that can be imported.

    Raises:
        click.BadParameter: There is no such reactor on this machine.
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
        yield


def _new_loop(name: str | None) -> asyncio.AbstractEventLoop:
    if name == "asyncio" or (name is None and importlib.util.find_spec("uvloop") is None):
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = importlib.import_module("uvloop").new_event_loop()
    return loop


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Close a loop as `asyncio.run` does, which would wait for ever for what will not end."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        _, pending = loop.run_until_complete(asyncio.wait(tasks, timeout=_GRACE_SECONDS))
        for task in pending:
            _log.warning("a task that was left behind does not end: %r", task)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _working() -> Iterator[str]:
    yield "asyncio"
    for name, module in {"uvloop": "uvloop", **_OTHERS}.items():
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            yield name
