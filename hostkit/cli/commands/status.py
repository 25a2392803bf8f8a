"""`hostkit status`: what a running server is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._options import data_format, write_json
from hostkit.cli._server_options import asks_server
from hostkit.wording import counted, indented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.cli._server_options import AskedServer

_CODES: Final = """
\b
Examples:
  hostkit status host.yaml
  hostkit status 4711
  hostkit status host.yaml --format json
  hostkit status --url https://words.example --token-file token

\b
Exit codes:
  0  the server has answered
  1  there is no server, or it cannot be asked
  2  the file cannot be read, or the command line is wrong
"""
_STATES: Final = ("enforce", "shadow", "disabled", "missing")


@click.command("status", epilog=_CODES)
@asks_server
@data_format("As JSON, an object; its keys are in the documentation of the command.")
def command(server: AskedServer, form: str) -> None:
    """Show what a running server serves, and where.

    The server of FILE is found through its `hostkit: pid_file:`, and asked through the control
    socket beside that, which only its user and root may use; or over HTTP, at the URL of a
    listener that serves `admin`.
    """
    answer = server.require("status")
    sha256 = answer["file"]["sha256"]
    has_changed = None if server.file is None else server.file.sha256 != sha256
    answer["file"]["changed"] = has_changed
    if form == "json":
        write_json(answer)
        return
    click.secho(indented(_head(answer)), bold=True)
    rows = [(name, text) for name, text in _rows(answer) if text]
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"  {name:<{width}}  {indented(text, ' ' * (width + 4))}")


def _head(answer: dict[str, Any]) -> str:
    worker = f", worker {answer['worker']}" if answer["worker"] is not None else ""
    if "workers" in answer:
        worker = f", {counted(len(answer['workers']), 'worker')}"
    since = _duration(answer["uptime_seconds"])
    file, state = answer["file"]["name"], answer["state"]
    return f"{file}: {state} for {since}, process {answer['pid']}{worker}"


def _rows(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "version", f"hostkit {answer['hostkit']}, Python {answer['python']}"
    yield "file", _file(answer["file"])
    yield "workers", "\n".join(_worker(each) for each in answer.get("workers", ()))
    modules = answer["modules"]
    states = [f"{modules[state]} {state}" for state in _STATES if state in modules]
    yield "modules", ", ".join(states) or "none"
    yield "switched", "\n".join(_switch(each) for each in answer["switched"])
    yield "drill", _drill(answer["drill"]) if answer.get("drill") else ""
    urls = [f"{each['url']} for {', '.join(each['serve'])}" for each in answer["listeners"]]
    yield "listening", "\n".join(urls)
    yield "loops", "\n".join(_loop(each) for each in answer["loops"])
    yield "background", "\n".join(_background(each) for each in answer["background"])
    yield "threads", _threads(answer["threads"])
    yield "caches", "\n".join(_cache(each) for each in answer["cached"])
    yield "redis", _redis(answer["messages"]) if answer["redis"] else ""
    receipts = answer["receipts"]
    yield "receipts", f"{receipts['kept']}, at most {receipts['limit']}"
    yield "last reload", (answer["last_reload"] or {}).get("message", "")


def _file(file: dict[str, Any]) -> str:
    if file["sha256"] is None:
        return "none"
    state = {None: "", True: ", has changed since it was read", False: ", unchanged"}
    since = file.get("differs_since")
    differs = f"; what is on disk differs from what runs since {since}" if since else ""
    return f"sha256 {file['sha256'][:16]}{differs or state[file['changed']]}"


def _worker(worker: dict[str, Any]) -> str:
    processes = [
        f"process {each['pid']}, generation {each['generation']}, for "
        f"{_duration(each['uptime_seconds'])}{', does the tasks' if each['does_tasks'] else ''}"
        for each in worker["processes"]
    ]
    ends = f"ended {counted(worker['ends'], 'time')}, last: {worker['last_end']}"
    known = [f"{worker['worker']}: {worker['state']}", *processes, ends if worker["ends"] else ""]
    return "; ".join(filter(None, known))


def _switch(switch: dict[str, str]) -> str:
    return f"{switch['module']}: {switch['command']}, by {switch['by']}"


def _drill(drill: dict[str, Any]) -> str:
    counts = f"{counted(drill['asked'], 'call')}, {drill['denied']} denied"
    return f"{drill['hook']}, by its argument {drill['argument']}: {counts}, by {drill['by']}"


def _loop(loop: dict[str, Any]) -> str:
    failed = f", failed {counted(loop['failures'], 'time')} in a row" if loop["failures"] else ""
    return f"{loop['module']}: {loop['loop']}, every {loop['interval_seconds']:g}s{failed}"


def _background(counts: dict[str, Any]) -> str:
    calls = f"{counted(counts['calls'], 'call')}, " if counts["calls"] else ""
    failed = f", {counts['failures']} failed" if counts["failures"] else ""
    return f"{counts['module']}: {calls}{counted(counts['runs'], 'run')}{failed}"


def _threads(counts: dict[str, int]) -> str:
    if not counts["busy"]:
        return ""
    return f"{counts['busy']} of {counts['most']} busy, {counts['waiting']} waiting"


def _cache(info: dict[str, Any]) -> str:
    hits = "" if info["hits"] is None else f", found {counted(info['hits'], 'time')}"
    held = f"{info['entries']} of {info['max_entries']} entries"
    return f"{info['name']}: {held}, computed {counted(info['misses'], 'time')}{hits}"


def _redis(messages: dict[str, Any]) -> str:
    counts = [f"{messages[name]} {name}" for name in ("sent", "unsent", "accepted", "gaps")]
    return f"connected {counted(messages['connections'], 'time')}; messages: {', '.join(counts)}"


def _duration(seconds: float) -> str:
    """Write a time in its two largest units: ``2d 3h``."""
    left = int(seconds)
    parts: list[str] = []
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, left = divmod(left, length)
        if number or parts or unit == "s":
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2])
