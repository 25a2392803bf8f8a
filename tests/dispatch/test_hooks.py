from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from hostkit.dispatch import Chain, Hooks, Receipts, bind_hooks, make_caller
from hostkit.rules import ALLOW, Decision, FirstDenial, Notify
from hostkit.specs import Category, hookspec

from .fakes import SPAM, Comments, callback, run, spam, wire


class Rooms(Category):
    name = "the_rooms"

    @hookspec(Notify())
    def opened(self, room: str) -> None:
        """Called when a room was opened."""


class Überprüfung(Category):  # noqa: PLC2401
    name = "checks"

    @hookspec(FirstDenial())
    async def ask(self, author: str) -> Decision:
        """Called to be sure."""


def comments(*, exact: bool = False) -> Comments:
    """Make a caller with one module, which listens to one hook."""
    receipts = Receipts()
    chains = {name: Chain(spec, (), receipts) for name, spec in Comments.hookspecs.items()}
    spec = Comments.hookspecs["check"]
    chains["check"] = Chain(spec, [callback((Comments, "check"), "m0", spam)], receipts)
    return make_caller(Comments, chains, exact=exact)


def hooks() -> Hooks:
    """Make the hooks of a host with two categories."""
    return Hooks({Comments: comments(), Rooms: wire(Rooms, "opened").caller})


@pytest.mark.parametrize("exact", [False, True])
def test_a_hook_is_true_if_somebody_listens(exact: bool) -> None:
    """A host can skip preparing a call that no module would get."""
    caller = comments(exact=exact)
    assert [bool(caller.check), bool(caller.find), bool(caller.check_now)] == [True, False, False]


@pytest.mark.parametrize("exact", [False, True])
def test_hooks_can_be_called_whether_somebody_listens_or_not(exact: bool) -> None:
    """All hooks of a category are called alike."""
    caller = comments(exact=exact)
    assert SPAM is run(caller.check("ann", "hello"))
    assert None is run(caller.find(author="ann"))
    assert ALLOW is caller.check_now("ann")


@pytest.mark.parametrize("exact", [False, True])
def test_measuring_is_exact_or_not_at_all(exact: bool) -> None:
    """In exact mode every call is measured; otherwise none is, until a sampler arms the chain."""
    chain = wire(Comments, "check", spam, exact=exact)
    chain.run()
    chain.run()
    assert chain.chain.timings[0].count == (2 if exact else 0)


def test_a_caller_is_one_of_its_category() -> None:
    """A caller is an instance of the category, with its name and its hookspecs."""
    caller = comments()
    assert isinstance(caller, Comments)
    assert (caller.name, wire(Rooms, "opened").caller.name) == ("comments", "the_rooms")
    assert Comments.hookspecs.keys() == caller.hookspecs.keys()
    assert caller.hookspecs["check"].full_name == "comments.check"


def test_a_category_may_have_a_class_name_that_is_no_category_name() -> None:
    """Where the category gives its name, nothing is made of the name of the class."""
    assert ALLOW is wire(Überprüfung, "ask").run()


def test_hooks_are_found_by_category_and_by_name() -> None:
    """The category, its name as a key and its name as an attribute lead to the same object."""
    found = hooks()
    assert found[Comments] is found["comments"] is found.comments
    assert found[Rooms] is found["the_rooms"] is found.the_rooms
    assert (list(found), len(found)) == ([Comments, Rooms], 2)


@pytest.mark.parametrize(("key", "name"), [(Überprüfung, "Überprüfung"), ("checks", "checks")])
def test_a_key_that_is_not_there(key: type[Category] | str, name: str) -> None:
    """A category the host does not have is a `KeyError` that lists those it has."""
    message = f"this host has no category {name}; it has: comments, the_rooms"
    with pytest.raises(KeyError, match=message):
        hooks()[key]


def test_an_attribute_that_is_not_there() -> None:
    """A wrong name is an `AttributeError`, so that `hasattr` works."""
    assert not hasattr(hooks(), "checks")
    with pytest.raises(AttributeError, match="no category 'checks'; it has: none"):
        Hooks({}).checks  # noqa: B018


def test_a_derived_category_stands_for_its_base() -> None:
    """Code that was written for the base works with a host that has a variant by its name."""

    class Later(Rooms):
        name = "the_rooms"

    class Other(Rooms):
        name = "other_rooms"

    later, other = wire(Later, "opened").caller, wire(Other, "opened").caller
    assert later is Hooks({Other: other, Later: later})[Rooms]
    with pytest.raises(KeyError, match="no category Rooms; it has: other_rooms"):
        Hooks({Other: other})[Rooms]


def test_a_hook_that_nobody_listens_to_any_more_keeps_no_module_alive() -> None:
    """What a module registered is gone with the chain that it was in."""

    class Module:
        async def check(self, author: str) -> Any:
            return SPAM

    module = Module()
    seen = weakref.ref(module)
    wired = wire(Comments, "check", module.check)
    caller = wired.caller
    assert SPAM is run(caller.check("ann"))
    bind_hooks(caller, {"check": Chain(wired.chain.spec, (), Receipts())}, exact=False)
    del module, wired
    gc.collect()
    assert seen() is None
    assert ALLOW is run(caller.check("ann"))
