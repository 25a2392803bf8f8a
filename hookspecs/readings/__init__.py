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
logged by `report_booleans` around a reading, when a module first answers a hook with one, once
for as long as the process runs.
"""

from hookspecs.readings._login import read_login, read_login_type, read_name
from hookspecs.readings._permission import (
    EVENT_ALLOWED,
    EVENT_REFUSED,
    read_event_allowed,
    read_permission,
)
from hookspecs.readings._presence import (
    merge_interest,
    merge_routes,
    read_interest,
    read_routes,
)
from hookspecs.readings._report_booleans import report_booleans
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
from hookspecs.readings._update import read_batch_size, read_update

__all__ = [
    "EVENT_ALLOWED",
    "EVENT_REFUSED",
    "FORBIDDEN",
    "forbidden",
    "merge_interest",
    "merge_routes",
    "read_batch_size",
    "read_check",
    "read_drop",
    "read_event_allowed",
    "read_event_check",
    "read_hide",
    "read_interest",
    "read_login",
    "read_login_type",
    "read_may",
    "read_name",
    "read_permission",
    "read_registration",
    "read_routes",
    "read_strict",
    "read_update",
    "report_booleans",
]
