"""What a callback's failure means: one policy for all, or one for each kind of failure."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import attrs

OnError: TypeAlias = Literal["raise", "deny", "continue", "fail"]
"""What a callback's failure means: see `hostkit.rules`."""

FailureKind: TypeAlias = Literal["unavailable", "timeout", "error"]
"""What kind of failure it is: an outage of something the module needs (it raised
`hostkit.Unavailable`), its ``timeout:``, or anything else, answers that mean nothing included."""

POLICIES: Final[tuple[OnError, ...]] = get_args(OnError)
KINDS: Final[tuple[FailureKind, ...]] = get_args(FailureKind)


@attrs.frozen(kw_only=True)
class ByKind:
    """A policy for each kind of failure, where a single word says too little.

    What is left out leaves that kind to the next in line: a module's policies to the rule, a rule's
    to its default.

    Args:
        unavailable: Something that the module needs cannot be reached: `hostkit.Unavailable`.
        timeout: It took longer than its ``timeout:``.
        error: Any other failure, an answer that means nothing included.
    """

    unavailable: OnError | None = None
    timeout: OnError | None = None
    error: OnError | None = None

    def __str__(self) -> str:
        given = {kind: policy_for(self, kind) for kind in KINDS}
        return ", ".join(f"{kind}: {policy}" for kind, policy in given.items() if policy)


def policy_for(on_error: OnError | ByKind | None, kind: FailureKind) -> OnError | None:
    """Find the policy for one kind of failure; `None` if nothing is said about it."""
    if not isinstance(on_error, ByKind):
        return on_error
    policies: dict[FailureKind, OnError | None] = {
        "unavailable": on_error.unavailable,
        "timeout": on_error.timeout,
        "error": on_error.error,
    }
    return policies[kind]
