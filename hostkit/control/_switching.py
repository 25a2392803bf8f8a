"""`Switches`: modules that operators enable, disable or put into shadow mode while they serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import Deferred, succeed

from hostkit.control._refusing import refused
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.config import HostFile, ModuleEntry
    from hostkit.control.listening import Request
    from hostkit.control.reloader import Outcome, Reloader
    from hostkit.host import Host

_log: Final = logging.getLogger("hostkit.serve")

SWITCHES: Final[Mapping[str, dict[str, Any]]] = {
    "enable": {"enabled": True, "mode": "enforce"},
    "disable": {"enabled": False},
    "shadow": {"enabled": True, "mode": "shadow"},
}
"""What each command changes in a module's entry."""


_SAID: Final = {"enable": "enabled", "disable": "disabled", "shadow": "in shadow mode"}
_BUSY: Final = "a reload is in flight, or the server has not started yet; try again"


@final
class Switches:
    """Changes how modules of a server are asked, until the next reload reads the file again.

    Each change is a reload of the same file with another entry, so that it is done as a whole or
    not at all.

    Args:
        host: The host.
        reloader: Reloads its server.
    """

    def __init__(self, host: Host, reloader: Reloader) -> None:
        self._host = host
        self._reloader = reloader
        self._file: HostFile | None = None
        self._made: dict[str, dict[str, str]] = {}

    @property
    def made(self) -> list[dict[str, str]]:
        """What has been changed since the file was read: module, command, and by whom."""
        return [*self._made.values()] if self._host.file is self._file else []

    def follow(self, before: HostFile, after: HostFile) -> None:
        """Go on with a file that something else has changed; what was changed here is still so.

        Args:
            before: The file as it was.
            after: The file as it is.
        """
        if self._file is before:
            self._file = after

    def switch(self, command: str, request: Request) -> Deferred[dict[str, Any]]:
        """Change a module.

        Args:
            command: One of `SWITCHES`.
            request: Names the module.

        Returns:
            What comes of it, as the control socket writes it.
        """
        name = str(request.arguments.get("module"))
        entries = {entry.name: entry for entry in self._host.file.modules}
        if name not in entries:
            near = did_you_mean(name, entries) or f"there are: {', '.join(entries) or 'none'}"
            return succeed(refused(f"there is no module {name!r}: {near}"))
        old, new = entries[name], attrs.evolve(entries[name], **SWITCHES[command])
        said = f"module {name!r} is {_SAID[command]}"
        if _modes(old) == _modes(new):
            missing = [each.name for each in self._host.missing]
            return succeed({"ok": True, "message": f"{said} already", "missing": missing})
        if not self._reloader.is_idle:
            return succeed(refused(_BUSY))
        entries[name] = new
        file = attrs.evolve(self._host.file, modules=tuple(entries.values()))
        made = {**{each["module"]: each for each in self.made}}
        made[name] = {"module": name, "command": command, "by": request.by}

        def end(outcome: Outcome) -> dict[str, Any]:
            if not outcome.is_done:
                return outcome.as_json()
            self._file, self._made = file, made
            _log.warning("%s until the next reload, by %s", said, request.by)
            return {**outcome.as_json(), "message": f"{said} until the next reload"}

        return self._reloader.reload(file).addCallback(end)


def _modes(entry: ModuleEntry) -> tuple[bool, str | None]:
    """Take what counts of an entry: the mode of a module that is disabled does not."""
    return entry.enabled, entry.mode if entry.enabled else None
