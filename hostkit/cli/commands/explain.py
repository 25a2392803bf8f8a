"""`hostkit explain`: what each module says to a call."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from hostkit.cli._fields import ARGS, FIELDS, read_source
from hostkit.cli._manner import show_traceback
from hostkit.cli._options import build, data_format, path_option, write_document
from hostkit.cli._server_options import TOKEN_FILE, URL, find_server
from hostkit.wording import indented

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.cli._fields import Typed
    from hostkit.cli._server_options import AskedServer
    from hostkit.dispatch import Receipt, Trace
    from hostkit.host import Host

_CODES: Final = """
\b
Examples:
  hostkit explain check_comment host.yaml author=ann text="hello casino"
  hostkit explain check_comment host.yaml --args call.json
  hostkit explain check_comment host.yaml author=ann --against new.yaml
  hostkit explain 49f6f9-1 host.yaml
  hostkit explain 49f6f9-1 --url https://words.example --token-file token

\b
Exit codes:
  0  the steps are shown; with --against, the decision is the same
  1  a file or its modules have problems, or there is no such receipt
  2  a file cannot be read, or the command line is wrong
  3  with --against, the decision differs
"""
_DIFFERS: Final = 3
_RECEIPT_ID: Final = re.compile(r"[0-9a-f]{6}-[0-9]+")


@click.command("explain", epilog=_CODES)
@click.argument("hook", metavar="HOOK|RECEIPT-ID")
@click.argument("file", metavar="[FILE]", type=click.Path(readable=False), required=False)
@FIELDS
@ARGS
@click.option(
    "--against",
    "other",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Another config file: the same call is made with that, and the decisions are compared.",
)
@URL
@TOKEN_FILE
@path_option
@data_format("As JSON, an object with a list of files, each with its receipt and the result.")
def command(  # noqa: PLR0913 -- as many as it has options
    hook: str,
    file: str | None,
    fields: dict[str, Typed],
    *,
    source: Any,
    other: str | None,
    url: str | None,
    token_file: Any,
    form: str,
) -> None:
    """Call HOOK with the modules of FILE, and show each answer.

    The modules are built, started, really asked, and stopped again: what they do when they are
    asked is done. A VALUE is read as JSON where the hook does not ask for text.

    With the id of a receipt instead, the running server of FILE is asked for that: FILE may be the
    number of its process then, or --url is given instead, and there are no arguments.
    """
    if _RECEIPT_ID.fullmatch(hook):
        if fields or source or other:
            raise click.UsageError("a receipt has no arguments and nothing it is compared with")
        _show_receipt(hook, find_server(file, url, token_file), url or file, form)
        return
    if url is not None:
        raise click.UsageError("--url is for a receipt; `hostkit ask` asks a server for a decision")
    if file is None:
        raise click.MissingParameter(param_hint="'FILE'", param_type="argument")
    from hostkit.cli._asking import run  # noqa: PLC0415

    given = {**read_source(source), **fields}
    files = [file] if other is None else [file, other]
    asked = run(files, build, lambda host: _ask(host, hook, given))
    differs = None if other is None else len({_decision(each.trace) for each in asked}) > 1
    _write(files, asked, form, differs=differs)
    sys.exit(_DIFFERS if differs else 0)


def _write(
    files: Sequence[str], asked: Sequence[_Asked], form: str, *, differs: bool | None
) -> None:
    if form == "json":
        shown = [_to_json(*each) for each in zip(files, asked, strict=True)]
        write_document(files=shown, differs=differs)
        return
    for name, each in zip(files, asked, strict=True):
        if differs is not None:
            click.secho(f"{name}:", bold=True)
        click.echo(_show(each))
    if differs is not None:
        click.echo(f"the decision {'differs' if differs else 'is the same'}")


def _show_receipt(receipt_id: str, server: AskedServer, target: str | None, form: str) -> None:
    answer = server.require("receipt", {"id": receipt_id})
    if form == "json":
        write_document(files=[{"file": target, "receipt": answer["receipt"]}], differs=None)
    else:
        click.echo(indented(answer["text"], ""))


class _Asked(NamedTuple):
    """What came of a call, and what takes the secrets of that file out of it."""

    trace: Trace
    redact: Callable[[str], str]


async def _ask(host: Host, hook: str, given: dict[str, Any]) -> _Asked:
    from hostkit.cli._asking import ask, find_hook, read_arguments  # noqa: PLC0415

    spec = find_hook(host, hook)
    trace = await ask(host, spec, read_arguments(host, spec, given))
    return _Asked(trace, host.receipts.redact)


def _show(asked: _Asked) -> str:
    trace, redact = asked
    receipt = str(_receipt(trace))
    if trace.error is not None:
        show_traceback(trace.error)
    if not trace.receipt.steps:
        receipt += "\n  no module is asked"
    if trace.error is not None or trace.receipt.reason is not None or trace.result is None:
        return receipt
    return f"{receipt}\n  result: {indented(redact(repr(trace.result)), '    ')}"


def _receipt(trace: Trace) -> Receipt:
    """Take the receipt of a call, without the id by which nobody will find it."""
    from attrs import evolve  # noqa: PLC0415

    return evolve(trace.receipt, id="")


def _decision(trace: Trace) -> tuple[Any, ...]:
    result = trace.result if trace.error is None else type(trace.error)
    return trace.outcome, trace.receipt.decider, repr(result)


def _to_json(file: str, asked: _Asked) -> dict[str, Any]:
    from hostkit.web.gateway import redacted, to_json  # noqa: PLC0415

    trace, redact = asked
    shown = {"file": file, "receipt": to_json(_receipt(trace))}
    if trace.error is not None:
        return shown
    return {**shown, "result": redacted(to_json(trace.result), redact)}
