"""The reactor that a server runs on: which one it is, and what signals do to it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final, final

import click
from twisted.application.reactors import installReactor
from twisted.internet.asyncioreactor import install as install_asyncio
from twisted.internet.error import ReactorAlreadyInstalledError, ReactorNotRunning

from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.loops import start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from twisted.python.failure import Failure

    from hostkit.host import Host
    from hostkit.web import Server

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


def ignore_hangup() -> None:
    """Live on at SIGHUP, while there is nothing to reload yet."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def handle_hangup(reactor: Any, reload: Callable[[], None]) -> None:
    """Reload at SIGHUP, which would otherwise end the process.

    Args:
        reactor: The reactor; it need not run yet.
        reload: What to do.
    """
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload))


def handle_signals(reactor: Any) -> None:
    """Stop a reactor at Ctrl-C and SIGTERM, and end the process if one comes again.

    Args:
        reactor: The reactor, running: it has handlers of its own, which are replaced.
    """
    handle = Stopper(reactor, os._exit).handle
    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)


@final
class Stopper:
    """What signals do.

    Args:
        reactor: What to stop.
        leave: Ends the process with an exit code, whatever it is doing.
    """

    def __init__(self, reactor: Any, leave: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._leave = leave
        self._is_told = False

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal; also while a module keeps the reactor from running."""
        if self._is_told:
            # Not by logging, which may be what was interrupted.
            os.write(2, b"told to stop again: leaving at once\n")
            self._leave(128 + number)
        else:
            self._is_told = True
            self._reactor.callFromThread(self._stop)

    def _stop(self) -> None:
        with contextlib.suppress(ReactorNotRunning):  # it is stopping already, for another reason
            self._reactor.stop()


@final
class Reloader:
    """Reloads a server, once more if it is told to while it does, and logs what came of it.

    Args:
        host: The host.
        server: Serves it.
    """

    def __init__(self, host: Host, server: Server) -> None:
        self._host = host
        self._server = server
        self._is_reloading = False
        self._is_told_again = False
        self._before: set[int] = set()

    def reload(self) -> None:
        """Begin, or begin again after what is going on."""
        if self._is_reloading:
            self._is_told_again = True
            return
        self._is_reloading = True
        self._before = {id(module.instance) for module in self._host.modules}
        reloading = start_entry(self._server.reload())
        reloading.addCallbacks(self._succeeded, self._failed).addBoth(self._go_on)

    def _succeeded(self, _: None) -> None:
        now = {id(module.instance) for module in self._host.modules}
        kept = len(now & self._before)
        counts = (len(now - self._before), kept, len(self._before) - kept)
        _log.info("reloaded %s: %d new modules, %d kept, %d gone", self._host.file.name, *counts)

    def _failed(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, ConfigErrors):
            _log.error("not reloaded, all stays as it was: %s", error)
        elif isinstance(error, ModuleFailedError):
            _log.error("not reloaded, all stays as it was: %s", error, exc_info=error)
        elif isinstance(error, HostkitError):  # it is not running yet, or is being stopped
            _log.warning("not reloaded: %s", error)
        else:
            _log.critical("not reloaded", exc_info=error)

    def _go_on(self, _: None) -> None:
        self._is_reloading = False
        if self._is_told_again:
            self._is_told_again = False
            self.reload()
