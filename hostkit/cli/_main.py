"""The `hostkit` command: its subcommands and their options."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from hostkit._version import __version__
from hostkit.wording import counted, indented

# What a command needs is imported when it runs, so that `--help` and `--version` answer at once;
# `serve` must also install a reactor before anything imports `twisted.internet.reactor`.

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hostkit.cli._log import LogOptions
    from hostkit.config import HostFile
    from hostkit.errors import ConfigErrors, Problem
    from hostkit.host import Host

# Whether it can be read is found out when it is: then the reason is known.
_FILE = click.argument("file", metavar="FILE", type=click.Path(readable=False))


def _note_path(context: click.Context, _: click.Parameter, value: tuple[str, ...]) -> None:
    context.meta[_PATH] = value


_LEVELS: Final = {
    name: logging.getLevelNamesMapping()[name.upper()]
    for name in ("debug", "info", "warning", "error", "critical")
}
_PATH: Final = "hostkit.cli.path"
_path = click.option(
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


def _read_levels(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, int]:
    levels: dict[str, int] = {}
    for value in values:
        name, _, word = value.rpartition("=")
        if word.lower() not in _LEVELS:
            raise click.BadParameter(f"{word!r} is not a level; these are: {', '.join(_LEVELS)}")
        levels[name] = _LEVELS[word.lower()]
    return levels


_CODES = """
\b
Exit codes:
  0  success
  1  there are problems with the file or its modules
  2  the file cannot be read, or the command line is wrong
"""

_ROUTE_CODES = """
\b
Exit codes:
  0  the paths are shown; PATH is served
  1  PATH is not served, or there are problems with the file or its modules
  2  the file cannot be read, or the command line is wrong
"""

_RELOAD_CODES = """
\b
Exit codes:
  0  the server goes on with the new file
  1  it goes on with the old one, as there are problems; or there is no server
  2  the file cannot be read, or the command line is wrong
  3  the server was asked, but without a control socket it cannot say what comes of it
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hostkit")
def main() -> None:
    """Run a server's modules from one config file, and inspect them.

    \b
    FILE is a YAML file such as
      modules:
        - module: wordfilter.WordFilter
          config: {banned: [casino]}
    where the order of the modules is the order in which they are asked.
    """  # noqa: D301 -- click wants the character itself


@main.command(epilog=_CODES)
@_FILE
@_path
@click.option(
    "--reactor",
    type=click.Choice(["asyncio", "uvloop", "epoll", "kqueue", "poll", "select"]),
    help="The reactor to run on; by default asyncio, with uvloop if that is installed. On the "
    "others, modules cannot await what belongs to asyncio.",
)
@click.option(
    "--worker",
    metavar="NAME",
    help="The name of this process, if several share FILE. Background loops run in the process "
    "named under `hostkit: background_tasks_on:`, or else in the one without a name.",
)
@click.option(
    "--log-level",
    "levels",
    metavar="[LOGGER=]LEVEL",
    multiple=True,
    callback=_read_levels,
    help="The lowest level that is logged: debug, info (the default), warning, error or critical; "
    "with a name, for that logger and those below it, as in hostkit.modules.words=debug. May be "
    "repeated.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the log is written; as JSON, each line is one object.",
)
def serve(
    file: str,
    *,
    reactor: str | None,
    worker: str | None,
    levels: Mapping[str, int],
    log_format: str,
) -> None:
    """Load the modules of FILE and serve them until interrupted.

    Serves the modules' web resources, and the hooks at /_hostkit/hooks/CATEGORY/HOOK, on the
    listeners under `hostkit: listeners:`, or else on http://127.0.0.1:8080/. Ctrl-C and SIGTERM
    stop the listeners, then the modules in reverse order.
    """
    from hostkit.cli._log import LogOptions  # noqa: PLC0415
    from hostkit.cli._log_format import SERVE  # noqa: PLC0415
    from hostkit.cli._reactor import reactor_installed  # noqa: PLC0415
    from hostkit.cli._reloader import keep_hangup  # noqa: PLC0415
    from hostkit.cli._serve import run  # noqa: PLC0415

    _check_worker(worker)
    keep_hangup()
    log = LogOptions({"": logging.INFO, **levels}, log_format == "json", SERVE, worker)
    with reactor_installed(reactor):
        sys.exit(run(_build(file, serves=True, worker=worker, log=log)))


@main.command("list", epilog=_CODES)
@_FILE
@_path
def list_hooks(file: str) -> None:
    """Show every hook with its modules, in the order they are asked."""
    from hostkit.cli._output import show_host  # noqa: PLC0415

    host = _build(file)
    _say(host, show_host(host))


@main.command(epilog=_ROUTE_CODES)
@_FILE
@_path
@click.argument("path", metavar="[PATH]", required=False)
def routes(file: str, path: str | None) -> None:
    """Show which module serves each path, or would serve PATH."""
    from hostkit.cli._output import show_route, show_routes  # noqa: PLC0415

    host = _build(file)
    if path is None:
        _say(host, show_routes(host))
        return
    is_served, line = show_route(host, path)
    _say(host, [line])
    sys.exit(0 if is_served else 1)


@main.command(epilog=_CODES)
@_FILE
@click.option(
    "--without-secrets",
    is_flag=True,
    help="Let something stand in for the environment variables and files that !env and !file name "
    "and that are not there, as in CI, and list them.",
)
@_path
def validate(file: str, *, without_secrets: bool) -> None:
    """Check FILE: load its modules, start none, show all problems."""
    from hostkit.cli._output import show_absent, show_unbuilt  # noqa: PLC0415

    host = _build(file, serves=True, without_secrets=without_secrets)
    name = click.format_filename(file)  # which may hold bytes that are not valid UTF-8
    found = f"{counted(len(host.modules), 'module')}, {counted(len(host.chains), 'hook')}"
    _say(host, [f"{name}: no problems ({found})"])
    _say(host, (*show_absent(host.file.absent), *show_unbuilt(host)))


@main.command(epilog=_RELOAD_CODES)
@click.argument("target", metavar="FILE|PID")
def reload(target: str) -> None:
    """Make a running server apply the changes in its file.

    The server of FILE is found through its `hostkit: pid_file:`. New modules are built and started
    beside the old ones, then hooks and pages change at once; a module whose name, class and config
    are unchanged is kept. If anything is wrong, the server stays as it is. What comes of it is
    shown. Python code is not imported again.
    """
    from hostkit.cli._reload import reload_server  # noqa: PLC0415

    sys.exit(reload_server(target))


def _say(host: Host, lines: Iterable[str]) -> None:
    """Write lines without secrets, and so that none of them can look like two."""
    for line in lines:
        click.echo(indented(host.receipts.redact(line)))


def _check_worker(name: str | None) -> None:
    from hostkit.background import Worker  # noqa: PLC0415

    try:
        Worker(name)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--worker'") from None


def _build(
    file: str,
    *,
    serves: bool = False,
    worker: str | None = None,
    log: LogOptions | None = None,
    without_secrets: bool = False,
) -> Host:
    """Build a host from a file; if there are problems, show them and exit.

    Listeners, pid file and control socket are checked if it `serves`. From before anything of a
    module runs until the end of the command, logs go to standard error.
    """
    from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.host import build_from_file  # noqa: PLC0415

    log = log or LogOptions({"": logging.WARNING})
    mask = click.get_current_context().with_resource(logging_to_stderr(log))
    absent: list[Problem] = []

    def prepare(read: HostFile) -> None:
        mask.learn(read.redact)
        absent.extend(read.absent)

    options: dict[str, Any] = {
        "prepare": prepare,
        "without_secrets": without_secrets,
        "module_path": click.get_current_context().meta[_PATH],
    }
    if serves:
        options |= {"check": _check, "worker_name": worker}
    try:
        host = build_from_file(file, **options)
    except ConfigErrors as errors:
        _leave(errors, absent)
    mask.learn(host.receipts.redact)  # a reload may add some
    return host


def _check(file: HostFile) -> list[Problem]:
    from hostkit.cli._control import check_control_socket  # noqa: PLC0415
    from hostkit.cli._process import check_pid_file  # noqa: PLC0415
    from hostkit.web import check_listeners  # noqa: PLC0415

    return [*check_listeners(file), *check_pid_file(file), *check_control_socket(file)]


def _leave(errors: ConfigErrors, absent: Sequence[Problem]) -> NoReturn:
    from hostkit.cli._output import exit_code, show_absent, show_problems  # noqa: PLC0415

    show_problems(errors)
    for line in show_absent(absent):
        click.echo(indented(line), err=True)
    sys.exit(exit_code(errors))
