"""What is declared about a hook, in words."""

from __future__ import annotations

import pytest

from hostkit import Category, Decision, Keyed, hookspec, rules
from hostkit.specs import facts_of


class RefusedError(Exception):
    """What a hook of these tests is refused with."""


class Doors(Category):
    """Hooks with all that can be declared."""

    @hookspec(
        rules.FirstDenial(
            on_error="fail",
            on_invalid="deny",
            veto=lambda error: isinstance(error, RefusedError),
            replaces="name",
            read=lambda answer: answer,
        ),
        must_decide=True,
        requires=("on_knock",),
        copy=("name",),
        added="1.2",
        deprecated="use may_enter",
    )
    async def may_open(self, name: str) -> Decision:
        """Called before a door is opened."""

    @hookspec(rules.Notify(), keyed=Keyed("door"), shield=True)
    async def on_knock(self, door: str) -> None:
        """Called when somebody knocks."""

    @hookspec(rules.Merge(combine=sum))
    async def count(self, door: str) -> int:
        """Called to count."""

    @hookspec(rules.Collect(on_error=rules.ByKind(error="raise", unavailable="continue")))
    async def names(self, door: str) -> str:
        """Called to list names."""


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (
            "may_open",
            {
                "an invalid answer": "is logged and counts as a denial (`on_invalid: deny`)",
                "an exception that refuses": "goes to the caller as it is",
                "without a module that decides": "the host does not start",
                "registered together with": "`on_knock`",
                "an answer can replace": "`name`",
                "copied arguments": "`name`",
                "since": "1.2",
                "deprecated": "use may_enter",
            },
        ),
        (
            "on_knock",
            {
                "callbacks are asked": "if their key is that of `door`",
                "when the call is cancelled": "the running callback is allowed to finish",
                "when no module decides": "`None`",
            },
        ),
        ("count", {"when no module decides": "`0`"}),
        ("names", {"when no module decides": "`[]`"}),
    ],
)
def test_what_is_declared_is_said(hook: str, said: dict[str, str]) -> None:
    """A line for each declaration, and none for what is not declared."""
    facts = dict(facts_of(Doors.hookspecs[hook]))
    assert {name: facts.get(name) for name in said} == said


def test_kinds_of_failures_are_told_apart() -> None:
    """Where a rule says what an outage means, each kind has its policy."""
    facts = dict(facts_of(Doors.hookspecs["names"]))
    assert facts["an exception"] == (
        "unavailable: is logged, and the next module is asked; "
        "error: goes to the caller as it is, with a note that names the module"
    )
