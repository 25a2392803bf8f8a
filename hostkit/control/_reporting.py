"""`reload_for_client`: a reload whose warnings a client of the control socket gets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.logs import LONGEST_LOGGED
from hostkit.wording import clean, indented

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hostkit.control.reloader import Outcome

_logger: Final = logging.getLogger("hostkit")


def reload_for_client(
    reload: Callable[[], Deferred[Outcome]],
    reactor: Any,
    redact: Callable[[str], str],
    report: Callable[[str], None],
) -> Deferred[dict[str, Any]]:
    """Reload, and report the warnings that are logged meanwhile.

    Args:
        reload: Reloads the server.
        reactor: The Twisted reactor.
        redact: Takes secrets out of a text.
        report: Is called with each warning, on the reactor's thread.

    Returns:
        What comes of it, as the control socket writes it.
    """
    handler = _Reporter(lambda text: reactor.callFromThread(report, text), redact)
    _logger.addHandler(handler)

    def end(outcome: Outcome) -> dict[str, Any]:
        _logger.removeHandler(handler)
        return outcome.as_json()

    return reload().addCallback(end)


@final
class _Reporter(logging.Handler):
    """Passes warnings on, without secrets; errors are the outcome's to say."""

    def __init__(self, report: Callable[[str], None], redact: Callable[[str], str]) -> None:
        super().__init__(logging.WARNING)
        self._report = report
        self._redact = redact

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on, which any thread may have logged."""
        if record.levelno == logging.WARNING:
            self._report(indented(clean(record.getMessage(), self._redact, LONGEST_LOGGED)))
