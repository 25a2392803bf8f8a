"""The hosts that a test has made, however it has made them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, final
from weakref import WeakKeyDictionary

import attrs

from hostkit.host import watch_hosts
from hostkit.testing._places import place_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.host import Host
    from hostkit.loading import Module

_places: Final[WeakKeyDictionary[Host, str]] = WeakKeyDictionary()
_tests: Final[list[list[Host]]] = []
"""The hosts of the test that runs; of several, if a test runs tests."""


def _see(host: Host) -> None:
    _places[host] = place_here()
    if _tests:
        _tests[-1].append(host)
        if host.file.settings.timing == "exact":  # as `build_host` makes them
            return
        # Each call is measured, so that assertions know what was asked, and show times.
        settings = attrs.evolve(host.file.settings, timing="exact")
        host.file = attrs.evolve(host.file, settings=settings)


watch_hosts(made=_see)


@contextlib.contextmanager
def hosts_noted() -> Iterator[list[Host]]:
    """Note the hosts that are made meanwhile, and measure their calls."""
    noted: list[Host] = []
    _tests.append(noted)
    try:
        yield noted
    finally:
        _tests.remove(noted)


def hosts_seen() -> Sequence[Host]:
    """The hosts of the test that runs, the newest first; outside of one, all that there are."""
    hosts = _tests[-1] if _tests else list(_places)
    return [host for host in reversed(hosts) if is_built(host)]


def is_built(host: Host) -> bool:
    """Whether a host was built, which may have failed."""
    return host._built is not None  # noqa: SLF001 -- asking for anything raises otherwise


def place_of_host(host: Host) -> str:
    """The line that has made a host."""
    return _places.get(host, "a place that is not known")


def module_of(name: str, host: Host) -> Module | None:
    """Find a module of a host by its name."""
    return next((module for module in host.modules if module.name == name), None)


@final
@attrs.frozen
class Entry:
    """Where a module stands in its host's config, for messages.

    Attributes:
        module: The module.
    """

    module: Module

    def __str__(self) -> str:
        place = self.module.place()
        return str(place) if place is not None else f"modules[{self.module.entry.index}]"


def names_of(given: Any, hosts: Sequence[Host]) -> tuple[str, ...]:
    """Find the names of the modules that an assertion means.

    Args:
        given: A module's name; or its class, an instance of it, or a `Recorder`.
        hosts: The hosts whose modules may be meant.
    """
    if isinstance(given, str):
        return (given,)
    if (name := getattr(given, "name", None)) is not None and isinstance(name, str):
        return (name,)
    found = [
        module.name
        for host in hosts
        for module in host.modules
        if module.instance is given or type(module.instance) is given
    ]
    return tuple(dict.fromkeys(found)) or (getattr(given, "__qualname__", repr(given)),)
