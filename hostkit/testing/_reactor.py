"""A reactor of Twisted's on the kit's event loop, made when something imports the reactor.

This file imports nothing of hostkit, so that it can be loaded while the modules under test are
collected. Many of them import the reactor, which installs one for the whole process.
"""

from __future__ import annotations

import functools
import sys
import threading
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.testing._places import place_here, unnoticed

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_NAME: Final = "twisted.internet.reactor"


@final
class ReactorFinder(MetaPathFinder, Loader):
    """Has ``from twisted.internet import reactor`` give a reactor on the kit's event loop.

    `hostkit serve` has modules run on an asyncio reactor as well. A reactor that was installed
    before, such as that of another plugin, is left alone.
    """

    def __init__(self) -> None:
        self.find_loop: Callable[[], AbstractEventLoop] | None = None
        self.is_off = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Take the reactor over, and nothing else."""
        del path, target
        return spec_from_loader(_NAME, self) if fullname == _NAME else None

    def create_module(self, spec: ModuleSpec) -> Any:
        """Make the reactor, which is what stands in place of a module."""
        del spec
        assert self.find_loop is not None  # noqa: S101 -- it is given by `choose_reactor`
        return install_reactor(self.find_loop())

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: it is made."""


_finder: Final = ReactorFinder()


def choose_reactor(find_loop: Callable[[], AbstractEventLoop]) -> None:
    """Have the reactor, once something imports it, be one on the kit's event loop.

    Args:
        find_loop: Finds that loop.
    """
    _finder.find_loop = find_loop
    if _finder not in sys.meta_path and not _finder.is_off:
        sys.meta_path.insert(0, _finder)


def leave_reactor() -> None:
    """Let Twisted choose the reactor, whatever is tested."""
    _finder.is_off = True


def is_reactor_left() -> bool:
    """Whether Twisted chooses the reactor."""
    return _finder.is_off


def install_reactor(loop: AbstractEventLoop) -> Any:
    """Install a reactor on an event loop, and start it; the loop is run by others."""
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor  # noqa: PLC0415
    from twisted.internet.main import installReactor  # noqa: PLC0415

    with unnoticed():
        reactor: Any = AsyncioSelectorReactor(loop)
    call_later = reactor.callLater

    def note(delay: float, function: Any, *args: Any, **kwargs: Any) -> Any:
        call = call_later(delay, function, *args, **kwargs)
        call.made_at = place_here()  # for the report of what a test has left behind
        return call

    reactor.callLater = note
    installReactor(reactor)
    start_reactor(reactor)
    return reactor


def start_reactor(reactor: Any) -> None:
    """Start a reactor as ``reactor.run()`` does, but leave its event loop to others."""
    reactor.startRunning(installSignalHandlers=False)
    # Python would wait at its end for threads of the pool, which may wait for ever.
    pool = reactor.getThreadPool()
    pool.threadFactory = functools.partial(threading.Thread, daemon=True)
