"""`hostkit serve`: run a server."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._options import CODES, FILE, build, path_option

if TYPE_CHECKING:
    from collections.abc import Mapping


_LEVELS: Final = {
    name: logging.getLevelNamesMapping()[name.upper()]
    for name in ("debug", "info", "warning", "error", "critical")
}


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


_EXAMPLES: Final = """
\b
Examples:
  hostkit serve host.yaml
  hostkit serve host.yaml --log-level hostkit.modules.words=debug
  hostkit serve host.yaml --log-format json --reactor uvloop
"""


@click.command("serve", epilog=_EXAMPLES + CODES)
@FILE
@path_option
@click.option(
    "--reactor",
    type=click.Choice(["asyncio", "uvloop", "epoll", "kqueue", "poll", "select"]),
    help="The reactor to run on; by default asyncio, Python's own loop; uvloop is a faster one. "
    "On the others, modules cannot await what belongs to asyncio.",
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
def command(
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
    from hostkit.cli._serve import run  # noqa: PLC0415
    from hostkit.process.signals import keep_hangup  # noqa: PLC0415

    _check_worker(worker)
    keep_hangup()
    log = LogOptions(
        {"": logging.INFO, **levels},
        is_json=log_format == "json",
        form=SERVE,
        worker=worker,
        is_chosen=bool(levels),
    )
    with reactor_installed(reactor):
        sys.exit(run(build(file, serves=True, worker=worker, log=log)))


def _check_worker(name: str | None) -> None:
    from hostkit.background import Worker  # noqa: PLC0415

    try:
        Worker(name)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--worker'") from None
