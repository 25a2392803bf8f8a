"""What all commands share: colours, names, and how they end."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hostkit.cli import main
from tests.cli.conftest import COLOUR, HEAD, Write, run


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": ""}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_those_who_want_them(
    options: tuple[str, ...], environment: dict[str, str], *, is_coloured: bool
) -> None:
    """A pipe gets none, unless the option or the environment says so; the option wins."""
    unset = {"NO_COLOR": None, "FORCE_COLOR": None}
    result = CliRunner(env={**unset, **environment}).invoke(main, [*options, "rule", "HK418"])
    assert (COLOUR in result.stdout) == is_coloured


def test_an_interrupt_ends_a_command(write: Write) -> None:
    """Ctrl-C ends with the code that shells give to it, and without a traceback."""
    result = run("list", write(f"{HEAD}\nmodules: [{{module: tests.cli.modules.Interrupted}}]"))
    assert (result.exit_code, result.output) == (130, "")
