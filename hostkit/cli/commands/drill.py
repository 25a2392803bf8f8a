"""`hostkit drill`: does the program do what its modules say?"""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._options import TARGET, data_format, write_json
from hostkit.wording import counted, indented, visible

if TYPE_CHECKING:
    from hostkit.cli._drilling import Drill

_CODES: Final = """
\b
Examples:
  hostkit drill check_comment host.yaml --argument text
  hostkit drill check_comment host.yaml --argument text \\
      --cmd "curl -sS -d text={value} http://127.0.0.1:8000/comments"
  hostkit drill may_invite host.yaml --argument who --value "@{}:example.org"

\b
Exit codes:
  0  the hook was called with the value, and the program was given the denial
  1  there is no server, it refuses, or a reload has ended the drill
  2  the file cannot be read, or the command line is wrong
  3  the hook was not called with the value in time
"""
_NOT_CALLED: Final = 3
_FORM: Final = "{}"


def _check_form(_context: click.Context, _parameter: click.Parameter, form: str) -> str:
    if _FORM not in form:
        raise click.BadParameter("there is no {} in it, for what marks the value")
    return form


@click.command("drill", epilog=_CODES)
@click.argument("hook")
@TARGET
@click.option(
    "--argument",
    metavar="NAME",
    help="The argument of HOOK that has the value; by default the only one that is text.",
)
@click.option(
    "--value",
    "value_form",
    metavar="FORM",
    default=_FORM,
    show_default=True,
    callback=_check_form,
    help="What the value looks like; {} in it stands for hostkit-drill- and random letters.",
)
@click.option(
    "--cmd",
    "command_line",
    metavar="COMMAND",
    help="Sends the value through the front door; {value} in it stands for it, and so does "
    "$HOSTKIT_DRILL_VALUE.",
)
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(0, 3600, min_open=True),
    default=60.0,
    show_default=True,
    help="How many seconds the call is waited for.",
)
@data_format("As JSON, an object; its keys are in the documentation of the command.")
def command(  # noqa: PLR0913 -- as many as it has options
    hook: str,
    target: str,
    *,
    argument: str | None,
    value_form: str,
    command_line: str | None,
    seconds: float,
    form: str,
) -> None:
    """Prove that a program honours the denials of HOOK.

    A module that is put before all others in the running server denies those calls of HOOK in which
    one argument is a random value, and nothing else. Send that value through the program's own
    front door, as a user would, or have COMMAND do it: the program must refuse it. What was asked
    and answered is shown. The module is removed afterwards, also if this command is killed.
    """
    from hostkit.cli._drilling import Drill  # noqa: PLC0415
    from hostkit.cli._target import find_target  # noqa: PLC0415

    value = value_form.replace(_FORM, f"hostkit-drill-{secrets.token_hex(8)}")
    drill = Drill(find_target(target), value, command_line, seconds)
    drill.run(hook, argument)
    (_write_object if form == "json" else _write_text)(drill)
    if not drill.denials:
        sys.exit(1 if drill.answer.get("ended") == "reload" else _NOT_CALLED)


def _write_object(drill: Drill) -> None:
    from attrs import asdict  # noqa: PLC0415

    write_json(
        {
            "version": 1,
            **drill.ready,
            "value": drill.value,
            "denied": len(drill.denials),
            "receipts": [each["receipt"] for each in drill.denials],
            "door": None if drill.door is None else asdict(drill.door),
            "ended": drill.answer.get("ended"),
        }
    )


def _write_text(drill: Drill) -> None:
    door = drill.door
    if door is not None:
        click.echo(f"$ {visible(door.command)}")
        for line in door.output.splitlines():
            click.echo(f"  {visible(line)}")
        code = door.exit_code
        click.echo("  (killed, as it took too long)" if code is None else f"  (exit code {code})")
    for each in drill.denials:
        click.echo(indented(each["text"], ""))
    click.secho(_verdict(drill), bold=True)


def _verdict(drill: Drill) -> str:
    hook = drill.ready["hook"]
    if not drill.denials:
        asked = drill.answer.get("asked")
        calls = "" if asked is None else f", of {counted(asked, 'call')}"
        ended = f" ({drill.answer['message']})" if drill.answer else ""
        return f"{hook} was not called with the value{calls}{ended}: nothing is proved"
    times = counted(len(drill.denials), "time")
    seen = "what your program has answered" if drill.door is None else "the output above"
    return (
        f"{hook} was called with the value, and denied {times}; it is honoured if {seen} is a "
        "refusal, and nothing was done"
    )
