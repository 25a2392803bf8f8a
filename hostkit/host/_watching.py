"""`watch_hosts`: see each host that a program makes, as a test kit wants to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Observer: TypeAlias = "Callable[[Any], None]"
"""Is given a `hostkit.Host`."""

_made: Final[list[Observer]] = []
_built: Final[list[Observer]] = []


def watch_hosts(
    *, made: Observer | None = None, built: Observer | None = None
) -> Callable[[], None]:
    """Have functions called with each host of this process from now on. They must not raise.

    Args:
        made: Is given a host before anything of it is built.
        built: Is given a host when its hooks can be called.

    Returns:
        Ends it.
    """
    ends = [
        added(observers, observer)
        for observers, observer in ((_made, made), (_built, built))
        if observer is not None
    ]

    def end() -> None:
        for each in ends:
            each()

    return end


def added(observers: list[T], observer: T) -> Callable[[], None]:
    """Add an observer to some; return what takes it out again, which may be called repeatedly."""
    observers.append(observer)

    def end() -> None:
        if observer in observers:
            observers.remove(observer)

    return end


def announce_made(host: object) -> None:
    """Show a host that was made."""
    for observer in tuple(_made):
        observer(host)


def announce_built(host: object) -> None:
    """Show a host that was built."""
    for observer in tuple(_built):
        observer(host)
