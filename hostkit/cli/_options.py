"""Options that several commands have, and how a command builds the host of a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn, TypeVar

import click

from hostkit.wording import indented, visible

# What a command needs is imported when it runs, so that `--help` and `--version` answer at once;
# `serve` must also install a reactor before anything imports `twisted.internet.reactor`.

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostkit.cli._log import LogOptions
    from hostkit.config import HostFile
    from hostkit.errors import ConfigErrors, Problem
    from hostkit.host import Host

_F = TypeVar("_F", bound="Callable[..., Any]")

# Whether it can be read is found out when it is: then the reason is known.
FILE = click.argument("file", metavar="FILE", type=click.Path(readable=False))


TARGET = click.argument("target", metavar="FILE|PID")
"""A running server, by its file or the number of its process."""


def data_format(help: str) -> Callable[[_F], _F]:  # noqa: A002 -- as click has it
    """Make the option ``--format`` of a command that shows data.

    Args:
        help: What the JSON is.
    """
    choice = click.Choice(["text", "json"])
    return click.option("--format", "form", type=choice, default="text", help=help)


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """Write data as JSON in which nothing can control a terminal.

    Args:
        value: The data.
        indent: How far each level is indented; `None` writes one line.
    """
    import json  # noqa: PLC0415 -- nothing else needs it

    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if visible(text) != text:
        text = json.dumps(value, indent=indent).replace("\x7f", "\\u007f")
    click.echo(text)


JSON_VERSION: Final = 1
"""Is raised when what a program reads changes its meaning or is gone."""


def write_document(**content: Any) -> None:
    """Write an object with the version of its format, which a schema in ``docs/schemas`` describes.

    Args:
        content: What else the object has.
    """
    write_json({"version": JSON_VERSION, **content})


def _note_path(context: click.Context, _: click.Parameter, value: tuple[str, ...]) -> None:
    context.meta[_PATH] = value


_PATH: Final = "hostkit.cli.path"
path_option = click.option(
    "--path",
    "module_path",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    multiple=True,
    expose_value=False,
    callback=_note_path,
    help="A folder in which Python looks for modules before all others; may be repeated. Those "
    "under `hostkit: path:` come after it.",
)


def module_path() -> tuple[str, ...]:
    """The folders that were named with ``--path``."""
    folders: tuple[str, ...] = click.get_current_context().meta[_PATH]
    return folders


CODES: Final = """
\b
Exit codes:
  0  success
  1  there are problems with the file or its modules
  2  the file cannot be read, or the command line is wrong
"""


def say(host: Host, lines: Iterable[str]) -> None:
    """Write lines without secrets, and so that none of them can look like two.

    Args:
        host: Knows its file's secrets.
        lines: The lines.
    """
    for line in lines:
        click.echo(indented(host.receipts.redact(line)))


def build(
    file: str,
    *,
    serves: bool = False,
    worker: str | None = None,
    log: LogOptions | None = None,
    stream: BinaryIO | None = None,
) -> Host:
    """Build a host from a file; if there are problems, show them and exit.

    Listeners, pid file and control socket are checked if it `serves`. From before anything of a
    module runs until the end of the command, logs go to standard error. If the file was read
    already, `stream` has what is in it.
    """
    from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
    from hostkit.cli._progress import progress_shown  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.host import build_from_file  # noqa: PLC0415

    log = log or LogOptions()
    options: dict[str, Any] = {"module_path": module_path(), "stream": stream}
    if serves:
        options |= {"check": check_serving, "worker_name": worker}
    try:
        with progress_shown() as progress:
            mask = click.get_current_context().with_resource(logging_to_stderr(log))

            def prepare(read: HostFile) -> None:
                mask.learn(read.redact)
                progress.expect(steps_of(read))

            progress.begin(f"building {click.format_filename(file)}")
            host = build_from_file(file, prepare=prepare, **options)
    except ConfigErrors as errors:
        leave(errors)
    mask.learn(host.receipts.redact)  # a reload may add some
    return host


def steps_of(file: HostFile) -> int:
    """Count the steps in which the modules of a file are loaded: two for each."""
    return 2 * sum(entry.enabled for entry in file.modules)


def check_serving(file: HostFile) -> list[Problem]:
    """Find what is wrong with what a server has: listeners, pid file and control socket."""
    from hostkit.control.listening import check_control_socket  # noqa: PLC0415
    from hostkit.process.pid_file import check_pid_file  # noqa: PLC0415
    from hostkit.web import check_listeners  # noqa: PLC0415

    return [*check_listeners(file), *check_pid_file(file), *check_control_socket(file)]


def leave(errors: ConfigErrors) -> NoReturn:
    """Show problems, and exit.

    Args:
        errors: The problems.
    """
    from hostkit.cli._problems import exit_code, show_problems  # noqa: PLC0415

    show_problems(errors)
    sys.exit(exit_code(errors))
