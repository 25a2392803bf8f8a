"""A host whose hooks are drilled, in memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hostkit import ALLOW, Category, Deny, Keyed, hookspec, rules
from hostkit.loops import start_entry
from hostkit.testing import Recorder, build_host
from tests.control.controlled import Controlled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from hostkit import Host

VALUE = "hostkit-drill-1234"


class ClosedError(Exception):
    """How doors deny."""


class Doors(Category):
    """Callbacks about doors."""

    @hookspec(rules.FirstDenial())
    async def may_enter(self, who: str, count: int = 1) -> object:
        """Called before somebody enters."""

    @hookspec(rules.FirstDenial())
    def may_knock(self, who: str, where: str) -> object:
        """Called before somebody knocks."""

    @hookspec(
        rules.FirstDenial(
            read=lambda answer: answer, allow="open", denial="closed", on_error="continue"
        )
    )
    async def may_leave(self, who: str) -> str:
        """Called before somebody leaves."""

    @hookspec(rules.Notify(denial=ClosedError, veto=lambda error: isinstance(error, ClosedError)))
    async def on_enter(self, who: str) -> None:
        """Called when somebody enters."""

    @hookspec(rules.Notify())
    async def on_leave(self, who: str) -> None:
        """Called when somebody has left."""

    @hookspec(rules.FirstDenial(), keyed=Keyed("door"))
    async def may_open(self, door: str) -> object:
        """Called before a door is opened."""


PORTER = Recorder(name="porter", may_enter=ALLOW, may_knock=Deny("no", "never"))


@contextmanager
def running(host: Host) -> Iterator[Host]:
    """Start the modules of a host, and stop them at the end."""
    result_of(host.start())
    yield host
    result_of(host.stop())


def doors(**settings: Any) -> AbstractContextManager[Host]:
    """Build and start a host with a porter."""
    return running(build_host([PORTER], categories=[Doors], clock=Clock(), **settings))


def result_of(call: Any) -> Any:
    """Give what a call comes to, which waits for nothing."""
    results: list[Any] = []
    start_entry(call).addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result


def begin(host: Host, hook: str = "may_enter", **arguments: Any) -> Controlled:
    """Begin a drill."""
    controlled = Controlled(host)
    controlled.reloader.open()
    given = {"hook": hook, "value": VALUE, "seconds": 60, "argument": "who", **arguments}
    return controlled.begin("drill", **given)


def pass_time(controlled: Controlled, seconds: float = 0.2) -> None:
    """Let time pass."""
    for _ in range(round(seconds / 0.1)):
        controlled.reactor.advance(0.1)


def names(host: Host) -> list[str]:
    """Give the modules of a host."""
    return [module.name for module in host.modules]


def leave(controlled: Controlled) -> None:
    """Have the client leave, and the canary removed."""
    controlled.request.left.callback(None)
    pass_time(controlled)
