"""What the answers of modules mean: functions for the ``read=`` of a rule.

A reading turns the raw answer of a callback into `hostkit.CONTINUE`, which lets the next module be
asked, or into a denial. It raises `TypeError`, with what would have been right, for an answer that
means nothing. The readings of spam checkers differ only in what they make of the booleans and texts
of older modules:

| reading | `True` | `False` | a text that is no code |
|---|---|---|---|
| `read_event_check` | denies | continues | denies with that text |
| `read_check` | denies | continues | wrong |
| `read_may` | continues | denies | wrong |
| `read_strict` | wrong | wrong | wrong |

Everywhere ``NOT_SPAM``, or a string equal to it, continues; a code (any member of a string
enumeration) and a pair of a code and a dict deny.

The rules of spam checkers have two policies: an exception goes to the caller
(``on_error="raise"``), and a wrong answer denies (``on_invalid="deny"``) with the stock denial,
`FORBIDDEN`. The engine logs and records it as for any hook. A boolean that still has a meaning is
logged by the `BooleanReporter` around a reading, when a module first answers a hook with one, once
for as long as the process runs.
"""

from hookspecs.readings._boolean_reporter import BooleanReporter
from hookspecs.readings._spam import (
    FORBIDDEN,
    forbidden,
    read_check,
    read_drop,
    read_event_check,
    read_hide,
    read_may,
    read_registration,
    read_strict,
)

__all__ = [
    "FORBIDDEN",
    "BooleanReporter",
    "forbidden",
    "read_check",
    "read_drop",
    "read_event_check",
    "read_hide",
    "read_may",
    "read_registration",
    "read_strict",
]
