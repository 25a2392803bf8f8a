"""`Asking`: commands of the control socket that worker processes answer."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs
from twisted.internet.defer import Deferred

from hostkit.workers._worker import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.workers._member import Member

ENDED: Final = "the process has ended before it has answered"

Item: TypeAlias = "Callable[[Member, Any], None]"


@final
@attrs.define(eq=False)
class Asked:
    """A command that a process was given.

    Attributes:
        member: The process.
        done: Fires with its answer.
    """

    member: Member
    done: Deferred[dict[str, Any]]
    _number: int
    _item: Item

    def leave(self) -> None:
        """Say that there is nobody any more who waits for what else it has to say."""
        self.member.handle.send({"do": "left", "id": self._number})

    def take(self, frame: Mapping[str, Any]) -> bool:
        """Take a part of the answer; return whether it was the last one."""
        if "item" in frame:
            self._item(self.member, frame["item"])
        if "end" not in frame:
            return False
        self.done.callback(frame["end"])
        return True


@final
class Asking(Listener):
    """Has processes do commands; there may be many at the same time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._asked: dict[int, Asked] = {}

    def ask(
        self,
        member: Member,
        command: str,
        arguments: Mapping[str, Any],
        by: str,
        item: Item = lambda _member, _item: None,
    ) -> Asked:
        """Have a process do a command.

        Args:
            member: The process.
            command: The command.
            arguments: Its arguments.
            by: The user who has given it.
            item: Is called with each item of the answer.

        Returns:
            What becomes of it.
        """
        number = next(self._numbers)
        asked = self._asked[number] = Asked(member, Deferred(), number, item)
        frame = {"do": "ask", "id": number, "command": command, "arguments": {**arguments}}
        member.handle.send({**frame, "by": by})
        return asked

    def received(self, member: Member, frame: dict[str, Any]) -> None:  # noqa: ARG002 -- as declared
        """Take an answer."""
        if frame["is"] == "answer":
            asked = self._asked.get(frame["id"])
            if asked is not None and asked.take(frame):
                del self._asked[frame["id"]]

    def ended(self, member: Member, how: str) -> None:
        """A process has ended, which answers nothing any more."""
        for number, asked in tuple(self._asked.items()):
            if asked.member is member:
                del self._asked[number]
                asked.take({"end": {"ok": False, "message": f"{ENDED}: {how}", "gone": True}})
