"""`hostkit serve`: run a server."""

from __future__ import annotations

import io
import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._manner import manner
from hostkit.cli._options import (
    CODES,
    FILE,
    build,
    check_serving,
    leave,
    module_path,
    path_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.config import Examined


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
    "--workers",
    "count",
    metavar="N",
    type=click.IntRange(1, 256),
    help="Serve in N processes, which share the listeners and are watched; by default as many as "
    "`hostkit: workers:` says, or else in one that is not.",
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
    count: int | None,
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
    levels = {**_usual_levels(), **levels}
    is_json = log_format == "json"
    examined = _examine(file)
    count = count or examined.file.settings.workers
    with reactor_installed(reactor):
        if count is not None:
            options = {
                "levels": levels,
                "json": is_json,
                "reactor": reactor,
                "whole": manner().traceback,
            }
            sys.exit(_supervise(examined, count, worker, options))
        log = LogOptions(levels, is_json, SERVE, worker)
        text = io.BytesIO((examined.file.text or "").encode())  # a pipe can be read only once
        sys.exit(run(build(file, serves=True, worker=worker, log=log, stream=text)))


def _usual_levels() -> dict[str, int]:
    """The levels of the log unless an option names them."""
    from hostkit.logs import STEPS  # noqa: PLC0415

    speaks = manner()
    steps = {STEPS: logging.DEBUG} if speaks.verbose else {}
    return {"": logging.ERROR if speaks.quiet else logging.INFO, **steps}


def _examine(name: str) -> Examined:
    from hostkit.config import examine  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415

    try:
        return examine(name)
    except ConfigErrors as errors:
        leave(errors)


def _supervise(examined: Examined, count: int, group: str | None, options: dict[str, Any]) -> int:
    from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
    from hostkit.cli._log_format import SERVE  # noqa: PLC0415
    from hostkit.cli._supervise import SUPERVISOR, names_of, supervise  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415

    log = LogOptions(
        options["levels"], options["json"], SERVE, SUPERVISOR, prefix=f"[{SUPERVISOR}] "
    )
    options |= {"module_path": module_path(), "path": sys.path}
    with logging_to_stderr(log) as mask:
        try:
            file = examined.accept()
        except ConfigErrors as errors:
            leave(errors)
        mask.learn(file.redact)
        problems = check_serving(file)
        if problems:
            leave(ConfigErrors(tuple(problems)))
        is_chosen = group == file.settings.background_tasks_on
        names = names_of(count, group)
        return supervise(file, names, options, check_serving, does_tasks=is_chosen)


def _check_worker(name: str | None) -> None:
    from hostkit.background import Worker  # noqa: PLC0415

    try:
        Worker(name)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--worker'") from None
