"""`Reloader`: the reloads of a serving process, and what comes of each."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import Deferred

from hostkit.control._previewing import describe
from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.host import Changes, compare, log_failed_module
from hostkit.loops import start_entry
from hostkit.wording import visible

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from hostkit.config import HostFile
    from hostkit.host import Host, Reloaded
    from hostkit.process.systemd import Notified
    from hostkit.web import Server

_log: Final = logging.getLogger("hostkit.serve")
_UNCHANGED: Final = "not reloaded, nothing was changed: "


@final
@attrs.frozen
class Outcome:
    """What a reload came to.

    Attributes:
        is_done: Whether the new file serves.
        message: What is to be said about it, without secrets.
        reloaded: What was built, kept and stopped, if it is done.
        changes: What is different in the new file, if it is done.
    """

    is_done: bool
    message: str
    reloaded: Reloaded | None = None
    changes: Changes = attrs.field(factory=Changes)

    def as_json(self) -> dict[str, Any]:
        """Return it as the control socket writes it."""
        answer: dict[str, Any] = {"ok": self.is_done, "message": self.message}
        if self.reloaded is None:
            return answer
        return {**answer, **attrs.asdict(self.reloaded), **describe(self.changes)}


@final
class Reloader:
    """Reloads a server, and logs the result.

    Reloads that are requested while the server starts become one, which is done when it has.

    Args:
        host: The host.
        server: The server of that host.
        notifier: Is notified of each reload.

    Attributes:
        last: What the last reload came to, if there was one.
    """

    def __init__(self, host: Host, server: Server, notifier: Notified) -> None:
        self._host = host
        self._server = server
        self._notifier = notifier
        self._is_open = False
        self._in_flight = 0
        self._kept: list[Deferred[Outcome]] = []
        self.last: Outcome | None = None

    def open(self) -> None:
        """Begin to reload: the server has started."""
        self._is_open = True
        if self._kept:
            self.reload().addCallback(self._answer_kept)

    def close(self) -> None:
        """Keep no more requests: the server stops."""
        self._is_open = True
        self._answer_kept(Outcome(is_done=False, message="not reloaded: the server is stopping"))

    @property
    def is_idle(self) -> bool:
        """Whether the server has started, and no reload is in flight."""
        return self._is_open and not self._in_flight

    def reload(self, file: HostFile | None = None) -> Deferred[Outcome]:
        """Reload now, or when the server has started; see `Host.reload`.

        Args:
            file: What is taken over if it has started already; by default the file is read again.

        Returns:
            What comes of it; it never fails.
        """
        if not self._is_open:
            kept: Deferred[Outcome] = Deferred()
            self._kept.append(kept)
            return kept
        self._in_flight += 1
        self._notifier.reloading()
        succeeded = functools.partial(self._succeeded, self._host.file)
        reloading = start_entry(self._server.reload(file))
        return reloading.addCallbacks(succeeded, self._failed).addCallback(self._end)

    def _answer_kept(self, outcome: Outcome) -> None:
        kept, self._kept = self._kept, []
        for each in kept:
            each.callback(outcome)

    def _succeeded(self, before: HostFile, reloaded: Reloaded) -> Outcome:
        message = f"reloaded {self._host.file.name}: {reloaded}"
        _log.info("%s", message)
        changes = compare(before, self._host.file)
        return Outcome(
            is_done=True, message=self._shown(message), reloaded=reloaded, changes=changes
        )

    def _failed(self, failure: Failure) -> Outcome:
        error = failure.value
        message = f"not reloaded: {error}"
        if isinstance(error, ConfigErrors):
            message = f"{_UNCHANGED}{error}"
            _log.error("%s", message)
        elif isinstance(error, ModuleFailedError):
            message = f"{_UNCHANGED}{error}"
            log_failed_module(error, _UNCHANGED)
        elif isinstance(error, HostkitError):  # it is stopping, or there is a newer reload
            _log.warning("%s", message)
        else:
            message = "not reloaded: this is an error in hostkit, and in the server's log"
            _log.critical("not reloaded", exc_info=error)
        return Outcome(is_done=False, message=self._shown(message))

    def _shown(self, message: str) -> str:
        return visible(self._host.receipts.redact(message))

    def _end(self, outcome: Outcome) -> Outcome:
        self._in_flight -= 1
        self.last = outcome
        if not self._in_flight:
            self._notifier.ready(outcome.message)
        return outcome
