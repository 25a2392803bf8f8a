"""`Takeover`: from the listeners that are served to those of a new file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TypeAlias, final

import attrs

from hostkit.errors import ConfigErrors
from hostkit.web._addresses import address_of
from hostkit.web._endpoint_faults import parts_of
from hostkit.web._endpoint_kinds import CERTIFICATE, kind_of
from hostkit.web._tls import renew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from twisted.internet.interfaces import IStreamServerEndpoint

    from hostkit.config import HostFile, Listener
    from hostkit.web._door import Door

Draft: TypeAlias = "tuple[Listener, IStreamServerEndpoint]"
"""A listener of a file, and its endpoint, which does not listen yet."""

_log: Final = logging.getLogger("hostkit.serve")


@final
@attrs.define
class Takeover:
    """What becomes of each listener in a reload.

    Attributes:
        file: The new file.
        doors: The listeners of the new file, in its order. One that goes on is still as it was.
        gone: Those that only the old file has.
    """

    file: HostFile
    doors: list[Door]
    gone: list[Door]
    _renewed: list[tuple[Door, Draft]]
    _added: list[Door]
    _closed: list[Door] = attrs.field(factory=list)

    @classmethod
    def plan(
        cls,
        file: HostFile,
        old: Sequence[Door],
        drafts: Iterable[Draft],
        make_door: Callable[[Draft], Door],
    ) -> Takeover:
        """Find out which listeners go on, are added and are gone.

        Args:
            file: The new file.
            old: What is served.
            drafts: The listeners of the new file.
            make_door: Makes what is served of one that is added.
        """
        takeover = cls(file, [], list(old), [], [])
        for draft in drafts:
            place = identity_of(draft[0].endpoint)
            same = [each for each in takeover.gone if identity_of(each.listener.endpoint) == place]
            if same:
                takeover.gone.remove(same[0])
                takeover._renewed.append((same[0], draft))
            else:
                takeover._added.append(make_door(draft))
            takeover.doors.append(same[0] if same else takeover._added[-1])
        return takeover

    async def open(self) -> None:
        """Listen where the new file has added listeners.

        Raises:
            ConfigErrors: It cannot listen somewhere (HK403).
        """
        for door in self._added:
            try:
                await door.open(self.file)
            except ConfigErrors:
                # An old listener may be in the way, such as another interface of the same port.
                others = [each for each in self.gone if _collide(each, door)]
                if not others:
                    raise
                for each in others:
                    self._closed.append(each)
                    await each.close()
                await door.open(self.file)

    async def undo(self, *, reopen: bool) -> None:
        """Close what was opened.

        Args:
            reopen: Whether to open what was closed.
        """
        for door in self._added:
            await door.close()
        while reopen and self._closed:
            try:
                await self._closed.pop().open(self.file)
            except ConfigErrors as errors:
                _log.critical("a listener that was closed cannot be opened again: %s", errors)

    def finish(self) -> None:
        """Give the listeners that go on their new settings and certificates."""
        for door, (listener, endpoint) in self._renewed:
            door.listener = listener
            if renew(door.endpoint, endpoint):
                _log.info("%s has another certificate", listener.endpoint)


def identity_of(endpoint: str) -> object:
    """Return what stays the same while a listener goes on; its certificate need not.

    Args:
        endpoint: An endpoint string that was checked.
    """
    parts = parts_of(endpoint)
    kind = parts["kind"]
    if not endpoint.startswith(kind) or not kind_of(kind).parts:
        return endpoint
    return {name: value for name, value in parts.items() if name not in CERTIFICATE}


def _collide(one: Door, other: Door) -> bool:
    """Whether only one of two listeners can be open."""
    first, second = (address_of(each.listener.endpoint) for each in (one, other))
    return first is not None and second is not None and first.collides(second)
