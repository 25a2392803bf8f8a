"""`hostkit ask`: a call of a hook, for shell scripts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._fields import ARGS, FIELDS, Typed, read_source
from hostkit.cli._options import data_format, write_document, write_json
from hostkit.cli._server_options import TOKEN_FILE, read_token
from hostkit.wording import did_you_mean, either, indented

if TYPE_CHECKING:
    from collections.abc import Collection

    from hostkit.cli._gateway_client import Reply

_CODES: Final = """
\b
Examples:
  hostkit ask check_comment --url http://127.0.0.1:8080 author=ann text=hello
  hostkit ask check_comment --url unix:/run/words.sock --args call.json
  hostkit ask check_comment --url https://words.example --token-file token

\b
Exit codes:
  0   allowed; or the hook has a result, which is shown
  10  denied
  11  failed: neither allowed nor denied, as a module or the server has failed
  1   the server cannot be asked, or refuses
  2   no such hook, its arguments do not fit, or the command line is wrong
"""
DENIED: Final = 10
"""The exit code of a denial; an interpreter or a shell uses it for nothing else."""

FAILED: Final = 11
"""The exit code if there is no decision, as something has failed."""

_OK: Final = 200
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_BROKEN: Final = 500


@click.command("ask", epilog=_CODES)
@click.argument("hook")
@FIELDS
@ARGS
@click.option(
    "--url",
    required=True,
    metavar="URL",
    help="The server: http://HOST:PORT, https://HOST:PORT or unix:PATH. Its listener serves hooks.",
)
@TOKEN_FILE
@click.option(
    "--timeout",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="After how many seconds without an answer it is given up.",
)
@data_format("As JSON, an object with the hook, the outcome, the status and the answer.")
def command(  # noqa: PLR0913 -- as many as it has options
    hook: str,
    fields: dict[str, Typed],
    *,
    source: Any,
    url: str,
    token_file: Any,
    seconds: float,
    form: str,
) -> None:
    """Ask a running server, and exit with its decision.

    It is asked through its gateway. HOOK is its name or category.name. A VALUE is read as JSON
    where the hook does not ask for text. Anything but the exit codes 0 and 10 is no decision: the
    script must know what to do then.
    """
    from hostkit.cli._gateway_client import GatewayClient  # noqa: PLC0415

    arguments = read_source(source)
    client = GatewayClient(url, read_token(token_file), seconds)
    hooks = client.list_hooks()
    name = find_hook(hook, hooks)
    texts = hooks[name]["arguments"].get("properties", {})
    typed = {
        key: value.read(is_text=texts.get(key, {}).get("type") == "string")
        for key, value in fields.items()
    }
    reply = client.call(hooks[name]["path"], {**arguments, **typed})
    outcome, code = read_outcome(reply)
    if form == "json":
        write_document(hook=name, outcome=outcome, status=reply.status, answer=reply.body)
    elif outcome == "result":
        write_json(reply.body["result"], indent=None)
    else:
        click.echo(indented(_show(name, outcome, reply)))
    sys.exit(code)


def find_hook(name: str, hooks: Collection[str]) -> str:
    """Find the full name of a hook.

    Args:
        name: The name, or the full name.
        hooks: The full names of those that the server has.

    Raises:
        click.BadParameter: There is none, or several.
    """
    found = [full for full in hooks if name in (full, full.rpartition(".")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise click.BadParameter(f"{name!r} may be {either(found)}", param_hint="HOOK")
    known = [each for full in hooks for each in (full, full.rpartition(".")[2])]
    near = did_you_mean(name, known) or f"the server has: {', '.join(hooks) or 'none'}"
    raise click.BadParameter(f"there is no hook {name!r}: {near}", param_hint="HOOK")


def read_outcome(reply: Reply) -> tuple[str, int]:
    """Return what a call has come to, and the exit code for it.

    Args:
        reply: What the gateway has answered.

    Raises:
        click.UsageError: The arguments do not fit the hook.
        click.ClickException: The call was refused, by the gateway or by what stands before it.
    """
    from hostkit.cli._gateway_client import explain  # noqa: PLC0415

    if reply.status == _OK:
        return "result" if "result" in reply.body else "allow", 0
    # A denial has one always; what a proxy answers has none.
    if reply.status == _FORBIDDEN and "receipt" in reply.body:
        return "deny", DENIED
    if reply.status >= _BROKEN:
        return "failed", FAILED
    if reply.status == _BAD_REQUEST:
        raise click.UsageError(indented(str(reply.body.get("error"))))
    raise click.ClickException(indented(f"the call was refused, {explain(reply)}"))


def _show(name: str, outcome: str, reply: Reply) -> str:
    body = reply.body
    if outcome == "allow":
        return f"{name}: allow"
    by = f" by {body['module']}" if body.get("module") else ""
    reason = ": ".join(str(body[key]) for key in ("errcode", "error") if key in body)
    receipt = f"\nreceipt {body['receipt']}" if body.get("receipt") else ""
    return f"{name}: {outcome}{by} ({reason or f'status {reply.status}'}){receipt}"
