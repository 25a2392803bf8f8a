"""The receipts of a serving process, as its control socket sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred, succeed

from hostkit.control._refusing import refused
from hostkit.dispatch import Outcome
from hostkit.web.admin import describe, explain_unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.control.listening import Request
    from hostkit.dispatch import Receipt, Receipts
    from hostkit.host import Host
    from hostkit.web.admin import Wanted

_LOOK_SECONDS: Final = 0.5
_SKIPPED: Final = "some receipts may be missing: more were made than are kept"


def send_receipts(
    host: Host, wanted: Wanted, request: Request, reactor: Any
) -> Deferred[dict[str, Any]]:
    """Send receipts, and go on with new ones if the client wants that.

    Args:
        host: The host.
        wanted: Which ones.
        request: The client's.
        reactor: The Twisted reactor.

    Returns:
        Fires when all are sent, or the client has left.
    """
    unknown = explain_unknown(host, wanted)
    if unknown is not None:
        return succeed(refused(unknown))
    following = _Following(host.receipts, wanted, request.send)
    following.send_last()
    if not wanted.follow:
        return succeed({"ok": True})
    return _go_on(following, request, reactor)


@final
class _Following:
    """Sends each receipt once.

    Args:
        receipts: The receipts of a host.
        wanted: Which of them.
        send: Sends one.
    """

    def __init__(self, receipts: Receipts, wanted: Wanted, send: Callable[[Any], None]) -> None:
        self._receipts = receipts
        self._wanted = wanted
        self._send = send
        self._seen: set[str] = set()

    def send_last(self) -> None:
        """Send the last ones of those that there are."""
        found = [each for each in self._new() if self._wanted.fits(each)]
        for each in found[max(len(found) - self._wanted.limit, 0) :]:
            self._send(describe(each, self._receipts.redact))

    def send_new(self) -> bool:
        """Send those that were made since; return whether there may have been more."""
        before = self._seen
        for each in self._new():
            if self._wanted.fits(each):
                self._send(describe(each, self._receipts.redact))
        return bool(before) and not before & self._seen

    def _new(self) -> list[Receipt]:
        # Those of calls in flight are looked at again.
        there = [each for each in self._receipts if each.outcome is not Outcome.RUNNING]
        before, self._seen = self._seen, {each.id for each in there}
        return [each for each in there if each.id not in before]


def _go_on(following: _Following, request: Request, reactor: Any) -> Deferred[dict[str, Any]]:
    """Look for new receipts now and then, unless the client has not read the last ones."""
    done: Deferred[dict[str, Any]] = Deferred()

    def look() -> None:
        if request.left.called:
            done.callback({"ok": True})
            return
        if not request.is_slow and following.send_new():
            request.report(_SKIPPED)
        reactor.callLater(_LOOK_SECONDS, look)

    reactor.callLater(_LOOK_SECONDS, look)
    return done
