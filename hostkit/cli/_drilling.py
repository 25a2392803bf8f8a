"""The client's side of a drill: what is sent through the program's own front door, and awaited."""

from __future__ import annotations

import os
import shlex
import subprocess
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, final

import attrs
import click

from hostkit.cli._manner import manner, note, show_step
from hostkit.cli._progress import progress_shown
from hostkit.wording import visible

if TYPE_CHECKING:
    from hostkit.cli._target import Target

_GRACE_SECONDS: Final = 2.0
_SHORT_GRACE_SECONDS: Final = 0.3  # for a door that has tried again
_REMOVAL_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05
_VALUE: Final = "{value}"


class _OverError(Exception):
    """What was waited for has come, so that nothing more is read."""


@final
@attrs.frozen
class Door:
    """What a command has shown of the program's own front door.

    Attributes:
        command: The command.
        exit_code: Its exit code; `None`: it took too long and was killed.
        output: What it has printed.
    """

    command: str
    exit_code: int | None
    output: str


@final
@attrs.define
class Drill:
    """Has a server deny calls with one value, and waits until there is one.

    Attributes:
        target: The server.
        value: The value.
        command: What sends the value through the front door; `None`: the operator does.
        seconds: How long it is waited for.
        ready: The ``hook`` and the ``argument``, once the canary is there.
        door: What the front door has shown.
        denials: What the server has sent of each call that it has denied.
        answer: What the server has said at the end, if it has ended it.
    """

    target: Target
    value: str
    command: str | None
    seconds: float
    ready: dict[str, Any] = attrs.field(factory=dict)
    door: Door | None = None
    denials: list[dict[str, Any]] = attrs.field(factory=list)
    answer: dict[str, Any] = attrs.field(factory=dict)
    _done_at: float = 0.0

    def run(self, hook: str, argument: str | None) -> None:
        """Do it.

        Args:
            hook: The hook.
            argument: The argument that has the value; by default the only one that is text.

        Raises:
            click.ClickException: The server refuses, or cannot be asked.
        """
        given = {"hook": hook, "value": self.value, "seconds": self.seconds}
        if argument is not None:
            given["argument"] = argument
        with progress_shown() as progress:
            progress.begin("waiting for the call")

            def idle() -> None:
                progress.tick()
                grace = _SHORT_GRACE_SECONDS if self.denials else _GRACE_SECONDS
                if self.door is not None and monotonic() - self._done_at > grace:
                    raise _OverError

            # Leaving the connection has the server remove the canary, however that is left.
            with suppress(_OverError):
                self.answer = self.target.require("drill", given, self._receive, idle)
        self._await_removal()

    def _await_removal(self) -> None:
        """Wait until the server is as it was, unless it has ended, or takes long for that."""
        end = monotonic() + _REMOVAL_SECONDS
        with suppress(click.ClickException):
            while self.target.require("status").get("drill"):
                if monotonic() > end:
                    note("the canary denies nothing any more, but is still to be removed")
                    return
                sleep(_LOOK_SECONDS)

    def _receive(self, item: dict[str, Any]) -> None:
        if "ready" not in item:
            self.denials.append(item)
            if self.command is None:
                raise _OverError
            return
        self.ready = item["ready"]
        argument = visible(self.ready["argument"])
        note(f"{self.ready['hook']} now denies calls in which {argument} is {self.value}")
        if self.command is None:
            if manner().quiet:
                click.echo(self.value)  # without which nothing can be done
            note(f"send that through your program's own front door, within {self.seconds:g}s")
            return
        self.door = self._knock(self.command)
        self._done_at = monotonic()

    def _knock(self, template: str) -> Door:
        command = template.replace(_VALUE, shlex.quote(self.value))
        show_step(f"running {command}")
        try:
            done = subprocess.run(  # noqa: S602 -- the user's own command
                command,
                shell=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HOSTKIT_DRILL_VALUE": self.value},
                check=False,
                text=True,
                errors="replace",
                timeout=self.seconds,
            )
        except subprocess.TimeoutExpired as error:
            output: Any = error.stdout or b""  # bytes, whatever was asked for
            return Door(command, None, output.decode(errors="replace"))
        return Door(command, done.returncode, done.stdout)
