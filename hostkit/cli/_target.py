"""The server that a command is about, named by its file or the number of its process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, final

import attrs
import click

from hostkit.cli._manner import note, show_step
from hostkit.cli._problems import exit_code, show_problems
from hostkit.cli._proc import is_server
from hostkit.cli._process import find_process
from hostkit.cli._progress import progress_shown
from hostkit.config import examine
from hostkit.control.client import ask, control_path, find_control
from hostkit.errors import ConfigErrors
from hostkit.process.pid_file import pid_path
from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hostkit.config import HostFile


@final
class EndedError(click.ClickException):
    """A process has ended before it has answered.

    Args:
        number: The process.
        command: What it was asked.
    """

    def __init__(self, number: int, command: str) -> None:
        super().__init__(f"process {number} has ended before the {command} was done")
        self.number = number


@final
@attrs.frozen
class Target:
    """A serving process.

    Attributes:
        number: The process.
        path: Its control socket, if it has one.
        file: The config file by which it was found, as that is now.
    """

    number: int
    path: Path | None
    file: HostFile | None = None

    def ask(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        receive: Callable[[Any], None] | None = None,
        idle: Callable[[], object] = lambda: None,
    ) -> dict[str, Any]:
        """Have it do something; what it says meanwhile goes to standard error.

        Args:
            command: The command.
            arguments: What else the command needs.
            receive: Is called with each item of a command that answers with several.
            idle: Is called now and then while nothing comes.

        Returns:
            What it came to.

        Raises:
            EndedError: It has ended meanwhile.
            click.ClickException: It cannot be asked.
        """
        if self.path is None:
            raise click.ClickException(
                f"process {self.number} has no control socket to be asked through: it stands "
                "beside the file that `hostkit: pid_file:` names"
            )

        show_step(f"asking process {self.number} at {self.path}: {command}")
        try:
            answer = self._ask_at(self.path, command, arguments, receive, idle)
        except PermissionError:
            raise click.ClickException(f"process {self.number} is another user's") from None
        except OSError as error:
            raise click.ClickException(
                f"process {self.number} cannot be asked at {self.path}: {error}"
            ) from None
        if answer is None:
            raise EndedError(self.number, command)
        return answer

    def _ask_at(
        self,
        path: Path,
        command: str,
        arguments: Mapping[str, Any] | None,
        receive: Callable[[Any], None] | None,
        idle: Callable[[], object],
    ) -> dict[str, Any] | None:
        def report(text: str) -> None:
            note(visible(text))

        if receive is not None:  # which says enough
            return ask(path, command, report, arguments=arguments, receive=receive, idle=idle)
        with progress_shown() as progress:
            progress.begin(f"waiting for process {self.number}")
            return ask(path, command, report, arguments=arguments, idle=progress.tick)

    def require(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        receive: Callable[[Any], None] | None = None,
        idle: Callable[[], object] = lambda: None,
    ) -> dict[str, Any]:
        """Have it do something, as `ask` does, which it must not refuse.

        Args:
            command: The command.
            arguments: What else the command needs.
            receive: Is called with each item of a command that answers with several.
            idle: Is called now and then while nothing comes.

        Returns:
            What it came to, without ``ok``.

        Raises:
            click.ClickException: It cannot be asked, or refuses; what it says is the message.
        """
        answer = self.ask(command, arguments, receive, idle)
        if not answer.pop("ok"):
            raise click.ClickException(visible(answer["message"]))
        return answer


def find_target(target: str) -> Target:
    """Find a serving process; if there are problems with its file, show them and exit.

    What is wrong with the file is the server's to say, as its environment counts, unless the pid
    file cannot be found because of that.

    Args:
        target: The name of the file, or the number of the process.

    Raises:
        click.ClickException: There is no such process.
    """
    if target.isascii() and target.isdigit():  # not those of other scripts
        number = int(target)
        path = find_control(number)
        if path is None and not is_server(number):
            raise click.ClickException(
                f"process {number} is not `hostkit serve`: nothing was sent to it"
            )
        return Target(number, path)
    try:
        return _find_server(target)
    except ConfigErrors as errors:
        show_problems(errors)
        sys.exit(exit_code(errors))


def _find_server(name: str) -> Target:
    examined = examine(name)
    pid_file = pid_path(examined.file)
    if pid_file is None and examined.problems:
        raise ConfigErrors(examined.problems)
    number = find_process(examined.file)
    assert pid_file is not None  # noqa: S101 -- `find_process` has said so
    path = control_path(pid_file)
    return Target(number, path if path.is_socket() else None, examined.file)
