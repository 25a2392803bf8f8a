"""`Messages`: what the processes of a host say to each other."""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.messages._arrears import Arrears
from hostkit.messages._counts import MessageCounts
from hostkit.messages._envelope import Envelope, Keys, Refusal
from hostkit.messages._message import BEAT, LONGEST_NAME, Message
from hostkit.messages._notice import Notice, shown
from hostkit.messages._order import Order, Senders

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.messages._channel import Channel, Recipient

_log: Final = logging.getLogger("hostkit.messages")
_REFUSALS: Final = tuple(Refusal)


@final
class Messages:
    """Sends messages to the other processes of a host, and passes theirs on.

    Messages of one sender have numbers. When some are missing, for whatever reason, all recipients
    catch up. So nothing stays stale because a message was lost, and a message need not be repeated:
    when one could not be sent, the next one shows it, which is sent as soon as that is possible.

    Args:
        channel: The connection to other processes, if there is one.
        scope: The name of the host, which all of its processes have in common.
        worker: The name of this process, if it has one.
        now: Reads the time, in seconds since 1970.
        clock: Reads monotonic seconds.
    """

    def __init__(
        self,
        channel: Channel | None = None,
        scope: str = "hostkit",
        worker: str | None = None,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel = channel
        self._worker = None if worker is None else worker[:LONGEST_NAME]
        self._now = now
        self._clock = clock
        self._envelope = Envelope(scope, now)
        self._senders = Senders(clock)
        self._recipients: dict[str, Recipient] = {}
        self._sender = ""
        self._number = 0
        self._sent_at = clock()
        self._arrears = Arrears(self._beat)
        self._counts: Counter[str] = Counter()
        # All keys from the start: another thread counts, and this one may look at them meanwhile.
        self._refused = Counter(dict.fromkeys(_REFUSALS, 0))
        self._refused_before = 0  # for their codes, when the keys were changed last
        self._notices: dict[Refusal, Notice] = {}
        self._gap_notice = Notice(_log, clock)
        self._overflow_notice = Notice(_log, clock)

    @property
    def counts(self) -> MessageCounts:
        """What has become of messages so far."""
        refused = {reason.name.lower(): count for reason, count in self._refused.items() if count}
        return MessageCounts(**self._counts, refused=refused)

    @property
    def is_alone(self) -> bool:
        """Whether there is no channel, so that nothing is sent."""
        return self._channel is None

    def add(self, kind: str, recipient: Recipient) -> None:
        """Pass on messages of a kind.

        Args:
            kind: The kind.
            recipient: What they are for.
        """
        self._recipients[kind] = recipient

    def use_keys(self, keys: Keys) -> None:
        """Make and accept the codes of other keys from now on."""
        if keys != self._envelope.keys:
            self._envelope.keys = keys
            # Other processes may have changed before, so that their messages were refused here.
            refused = self._refused[Refusal.NO_CODE] + self._refused[Refusal.WRONG_CODE]
            if refused > self._refused_before:
                self._refused_before = refused
                self._catch_up()

    async def open(self) -> None:
        """Start to listen to the other processes."""
        self._sender = secrets.token_hex(8)  # not before: the process may have been forked
        self._number = 0
        if self._channel is not None:
            self._arrears.open()
            await self._channel.open(self)

    async def close(self) -> None:
        """Stop listening."""
        self._arrears.close()
        if self._channel is not None:
            await self._channel.close()

    async def send(self, kind: str, payload: Any) -> None:
        """Send a message to all other processes.

        If it fails, the others find out that something was missing as soon as they can be reached
        again, and catch up.

        Args:
            kind: Which part of hostkit it is for.
            payload: What it says: JSON values.

        Raises:
            TypeError: The payload is not made of JSON values.
            ValueError: It is too long.
            OSError: It could not be sent.
        """
        if self._channel is None:
            return
        number, data = self._next(kind, payload)
        try:
            await self._channel.send(data)
        except BaseException:  # a call that is cancelled may leave it unsent, too
            self._counts["unsent"] += 1
            self._arrears.owe(number)
            raise
        self._counts["sent"] += 1
        self._arrears.settle(number)

    def read(self, data: bytes) -> Message | None:
        """See `Receiver.read`."""
        found = self._envelope.read(data)
        if isinstance(found, Message):
            return found
        self._refuse(found)
        return None

    def receive(self, message: Message) -> None:
        """See `Receiver.receive`."""
        if message.sender == self._sender:
            return
        order = self._senders.judge(message)
        if order is Order.REPEATED:
            self._counts["repeated"] += 1
            return
        if order is Order.AFTER_GAP:
            self._counts["gaps"] += 1
            self._gap_notice.write(
                logging.WARNING,
                "messages of the process %s (%s) are missing; all registered caches were emptied",
                message.sender,
                message.worker or "without a name",
            )
            self._catch_up()
        self._counts["accepted"] += 1
        # A newer version may have kinds that this one does not have.
        recipient = self._recipients.get(message.kind)
        if recipient is not None:
            self._pass_on(recipient, message)

    def restart(self) -> None:
        """See `Receiver.restart`."""
        self._counts["connections"] += 1
        self._senders.restart()
        self._catch_up()
        self._arrears.hurry()

    def overflow(self) -> None:
        """See `Receiver.overflow`."""
        self._counts["overflows"] += 1
        self._overflow_notice.write(
            logging.WARNING,
            "messages of other processes arrive faster than they can be taken; some were dropped, "
            "and all registered caches were emptied",
        )
        self._senders.restart()
        self._catch_up()

    def _next(self, kind: str, payload: Any) -> tuple[int, bytes]:
        number, at = self._number + 1, self._clock()
        quiet = at - self._sent_at if self._number else 0.0
        message = Message(self._sender, self._worker, number, self._now(), quiet, kind, payload)
        data = self._envelope.write(message)
        self._number, self._sent_at = number, at  # not before: it may be refused
        return number, data

    async def _beat(self) -> None:
        await self.send(BEAT, None)

    def _pass_on(self, recipient: Recipient, message: Message) -> None:
        try:
            recipient.receive(message.payload)
        except (ValueError, RecursionError) as error:
            self._refuse(Refusal.WRONG_PAYLOAD, f" ({message.kind}: {shown(str(error))})")
            recipient.catch_up()  # a newer version may have meant anything

    def _refuse(self, reason: Refusal, details: str = "") -> None:
        self._refused[reason] += 1
        # No part of it: it may be of any length, and from anyone.
        self._notices.setdefault(reason, Notice(_log, self._clock)).write(
            logging.WARNING, "a message was ignored that is %s%s", reason.value, details
        )

    def _catch_up(self) -> None:
        for recipient in self._recipients.values():
            recipient.catch_up()
