"""The six rules by which a chain of callbacks becomes one result.

| rule | stops at | result |
|---|---|---|
| `FirstDenial` | the first denial | that denial, or the allow value |
| `FirstResult` | the first value that is not `None` | that value, or the default |
| `Notify` | never | `None` |
| `Merge` | never, or at a token | all answers, combined |
| `Collect` | never | the list of answers, in config order |
| `Exclusive` | only one module may register | its answer, or the default |

Every rule takes ``on_error``, which says what it means when a callback raises, takes too long, or
answers with a value that means nothing (unless ``on_invalid`` says something else about the last):

- ``"raise"``: the exception goes to the caller as it is, with a note naming module, hook and place;
- ``"deny"``: it counts as a denial (`FirstDenial`, and `Notify` with ``denial=``);
- ``"continue"``: it is logged, and the next module is asked;
- ``"fail"``: the caller gets a `hostkit.errors.ModuleFailedError`, neither allow nor deny.

A `ByKind` distinguishes an outage (a module raises `hostkit.Unavailable`), a time-out and all else.

A module may also deny by raising: with ``veto``, a rule distinguishes such exceptions from
failures. They go to the caller as they are, whatever the policy.
"""

from hostkit.rules._all import Collect, Merge, Notify
from hostkit.rules._denial import FirstDenial
from hostkit.rules._results import AsWritten, D_co, Gives, GivesAnswer, GivesList, GivesValue
from hostkit.rules._rule import (
    KINDS,
    NO_ANSWER,
    POLICIES,
    ByKind,
    FailureKind,
    OnError,
    Read,
    Rule,
    policy_for,
)
from hostkit.rules._value import Exclusive, FirstResult
from hostkit.rules.decision import ALLOW, CONTINUE, Allow, Continue, Decision, Deny, Replace

__all__ = [
    "ALLOW",
    "CONTINUE",
    "KINDS",
    "NO_ANSWER",
    "POLICIES",
    "Allow",
    "AsWritten",
    "ByKind",
    "Collect",
    "Continue",
    "D_co",
    "Decision",
    "Deny",
    "Exclusive",
    "FailureKind",
    "FirstDenial",
    "FirstResult",
    "Gives",
    "GivesAnswer",
    "GivesList",
    "GivesValue",
    "Merge",
    "Notify",
    "OnError",
    "Read",
    "Replace",
    "Rule",
    "policy_for",
]
