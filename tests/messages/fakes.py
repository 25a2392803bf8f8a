"""A channel in memory, and a recipient that notes what it gets."""

from __future__ import annotations

from typing import Any

import attrs

from hostkit.messages import Keys, Messages, Receiver


@attrs.define(eq=False)
class Wire:
    """Carries messages to all that listen when it is pumped."""

    receivers: list[Receiver] = attrs.field(factory=list)
    waiting: list[bytes] = attrs.field(factory=list)
    is_cut: bool = False

    async def open(self, receiver: Receiver) -> None:
        self.receivers.append(receiver)
        receiver.restart()

    async def send(self, data: bytes) -> None:
        if self.is_cut:
            raise OSError("cut")
        self.waiting.append(data)

    async def close(self) -> None:
        self.receivers.clear()

    def pump(self) -> None:
        waiting, self.waiting = self.waiting, []
        for data in waiting:
            self.give(data)

    def give(self, data: bytes) -> None:
        for each in self.receivers:
            message = each.read(data)
            if message is not None:
                each.receive(message)


@attrs.define(eq=False)
class Notes:
    """A recipient."""

    seen: list[Any] = attrs.field(factory=list)

    def receive(self, payload: Any) -> None:
        if payload == "wrong":
            raise ValueError("that is wrong")
        self.seen.append(payload)

    def catch_up(self) -> None:
        self.seen.append("all")


async def process(wire: Wire, keys: Keys | None = None) -> tuple[Messages, Notes]:
    """Set up a process that listens."""
    messages, notes = Messages(wire, worker="w1"), Notes()
    messages.use_keys(keys or Keys())
    messages.add("note", notes)
    await messages.open()
    notes.seen.clear()
    return messages, notes
