from __future__ import annotations

import asyncio

import pytest

from hostkit.dispatch import Chain, Receipts, current_module, make_caller
from hostkit.rules import ALLOW, Decision, Deny, FirstDenial, FirstResult
from hostkit.specs import Category, hookspec

from .fakes import SPAM, Spy, callback, outcomes_of, run, shadow, spam, wire

STRANGER = Deny("stranger")


class Doors(Category):
    known: tuple[str, ...] = ("ann",)

    @hookspec(FirstDenial(), required=1)
    async def enter(self, who: str, way: str = "front") -> Decision:
        """Called at the door; strangers are asked for more."""
        return await self.enter_as_stranger(who) if self.is_stranger(who) else ALLOW

    @hookspec(FirstDenial())
    async def enter_as_stranger(self, who: str) -> Decision:
        """Called at the door for strangers."""

    @hookspec(FirstResult())
    def greeting(self, who: str) -> str:
        """Called for what to say at the door."""
        return f"hello {who}, {current_module()}"

    @hookspec(FirstDenial())
    async def opened(self, who: str) -> Decision:
        """Called when the door opens."""
        raise PermissionError(who)

    @hookspec(FirstResult(default="never"))
    async def key(self, who: str) -> str | None:
        """Called for a key that hangs somewhere."""
        await asyncio.sleep(0)
        return None

    def is_stranger(self, who: str) -> bool:
        return who not in self.known


async def admit(who: str) -> Decision:
    return ALLOW


async def refuse(who: str) -> Decision:
    return STRANGER


def doors(*, exact: bool = False, stranger: bool = True) -> Doors:
    """Make the caller of a host in which a module listens for strangers."""
    receipts = Receipts()
    chains = {name: Chain(spec, (), receipts) for name, spec in Doors.hookspecs.items()}
    if stranger:
        refusing = callback((Doors, "enter_as_stranger"), "m0", refuse)
        spec = Doors.hookspecs["enter_as_stranger"]
        chains["enter_as_stranger"] = Chain(spec, [refusing], receipts)
    return make_caller(Doors, chains, exact=exact)


@pytest.mark.parametrize("exact", [False, True])
def test_a_hook_can_end_by_asking_another(exact: bool) -> None:
    """A fallback's ``self`` is what the host calls, so it can ask other hooks and helpers."""
    caller = doors(exact=exact)
    assert STRANGER is run(caller.enter("bob"))
    assert ALLOW is run(caller.enter("ann", way="back"))


def test_asking_a_hook_that_nobody_listens_to() -> None:
    """What a fallback asks may have no callbacks either."""
    assert ALLOW is run(doors(stranger=False).enter("bob"))


@pytest.mark.parametrize("exact", [False, True])
def test_modules_are_asked_before_the_fallback(exact: bool) -> None:
    """The fallback is run only when no module has decided."""
    assert SPAM is wire(Doors, "enter", spam, exact=exact).run("ann")
    assert ALLOW is wire(Doors, "enter", admit, Spy(), exact=exact).run("ann")
    assert wire(Doors, "greeting", lambda who: "hi", exact=exact).call("ann") == "hi"


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("listening", [(), (lambda who: None,)])
def test_a_synchronous_hook_has_a_synchronous_fallback(
    listening: tuple[Spy, ...], exact: bool
) -> None:
    """Its result is there at once; it is no module's."""
    assert wire(Doors, "greeting", *listening, exact=exact).call("ann") == "hello ann, None"


@pytest.mark.parametrize("listening", [(), (admit,)])
def test_a_raising_fallback_is_the_hosts_own_error(listening: tuple[Spy, ...]) -> None:
    """No policy applies to what a fallback raises, and no receipt blames a module."""
    chain = wire(Doors, "opened", *listening)
    with pytest.raises(PermissionError):
        chain.run()
    assert len(chain.receipts) == 0


def test_a_fallback_that_returns_nothing_means_it() -> None:
    """A body with code replaces the rule's default, even if it returns `None`."""
    assert None is wire(Doors, "key").run()


def test_a_fallbacks_result_ends_the_receipt() -> None:
    """If there is a receipt for another reason, it shows what came of the fallback."""
    chain = wire(Doors, "enter", shadow(spam))
    assert ALLOW is chain.run("ann")
    assert outcomes_of(chain.receipts) == [("allow", None, None)]
