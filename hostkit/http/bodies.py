"""`Body`: the body of a request, for Twisted's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import Deferred, succeed
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.interfaces import IConsumer


@final
@implementer(IBodyProducer)
class Body:
    """A body that is in memory, and sent at once; those of Twisted and treq need a reactor.

    Args:
        data: The body.

    Attributes:
        length: Its length, in bytes.
    """

    def __init__(self, data: bytes | str) -> None:
        self._data = data if isinstance(data, bytes) else data.encode()
        self.length: Final = len(self._data)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        """Send it."""
        consumer.write(self._data)
        return succeed(None)

    def pauseProducing(self) -> None:
        """Nothing is left to be sent later."""

    resumeProducing = stopProducing = pauseProducing
