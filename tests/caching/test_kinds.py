"""What kinds of methods can be cached, and what their keys are made of."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.defer import Deferred

from hostkit import cached
from hostkit.testing import run
from tests.caching.test_invalidations import Wire, processes


class Books:
    """Notes each computation."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self.gate: Deferred[None] = Deferred()

    def note(self, *values: Any) -> Any:
        self.log.append(values)
        return values

    @cached()
    def plain(self, key: Any) -> Any:
        return self.note(key)

    @cached
    def fired(self, key: Any) -> Any:
        return defer.succeed(self.note(key))

    @cached()
    def coroutine(self, key: Any) -> Any:
        return self.later(key)

    async def later(self, key: Any) -> Any:
        return self.note(key)

    @cached()
    @defer.inlineCallbacks
    def inline(self, key: Any) -> Any:
        yield self.gate
        return self.note(key)

    @cached()
    def failing(self, key: Any) -> Any:
        self.note(key)
        raise ValueError(key)

    @cached(num_args=1)
    async def first(self, key: Any, helper: Any = None, *, other: Any = 5) -> Any:
        return self.note(key, helper, other)

    @cached(num_args=0)
    async def all_alike(self, key: Any) -> Any:
        return self.note(key)

    @cached(uncached_args=None)
    async def everything(self, key: Any, other: Any = None) -> Any:
        return self.note(key, other)

    @cached()
    async def several(self, key: Any, *more: Any, **named: Any) -> Any:
        return self.note(key, more, named)

    @cached(uncached_args=("more",))
    async def without_more(self, key: Any, *more: Any) -> Any:
        return self.note(key, *more)

    @cached(num_args=1)
    async def counted(self, key: Any, *more: Any) -> Any:
        return self.note(key, *more)

    @cached()
    async def only_more(self, *more: Any) -> Any:
        return self.note(*more)


@pytest.fixture
def books() -> Books:
    """Give a new instance."""
    return Books()


@pytest.mark.parametrize("name", ["plain", "fired", "coroutine"])
def test_plain_functions_are_cached_as_what_they_result_in(name: str, books: Books) -> None:
    """The cached method is awaited; a Deferred or coroutine itself is never the result."""
    method = getattr(books, name)
    for _ in range(2):
        assert run(method("a")) == ("a",)
        assert asyncio.run(method("a")) == ("a",)
    assert books.log == [("a",)]
    assert method.__wrapped__.__name__ == name
    method.invalidate(("a",))
    assert run(method("a")) == ("a",)
    assert books.log == [("a",), ("a",)]


def test_calls_wait_for_one_deferred(books: Books) -> None:
    """As they do for one coroutine."""
    calls = [defer.ensureDeferred(books.inline("a")) for _ in range(3)]
    assert [call.called for call in calls] == [False] * 3
    books.gate.callback(None)
    assert [call.result for call in calls] == [("a",)] * 3
    assert books.log == [("a",)]


def test_a_failure_of_a_plain_function_is_not_cached(books: Books) -> None:
    """It is raised where the call is awaited, each time."""
    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            run(books.failing("a"))
    assert books.log == [("a",), ("a",)]


def test_a_plain_function_that_awaits_itself_is_noticed() -> None:
    """Its coroutine is the same computation."""

    class Endless:
        @cached()
        def look(self, key: int) -> Any:
            return self.look(key)

    with pytest.raises(RuntimeError, match="look awaits itself with the same key"):
        run(Endless().look(1))


def test_num_args_says_how_many_arguments_make_up_a_key(books: Books) -> None:
    """The first ones, however they are passed."""
    assert books.first.key_names == ("key",)
    assert run(books.first("a", "x")) == ("a", "x", 5)
    assert run(books.first(key="a", helper="y", other=6)) == ("a", "x", 5)
    assert run(books.first("b", "y")) == ("b", "y", 5)
    books.first.invalidate(("a",))
    assert run(books.first("a", "z")) == ("a", "z", 5)


def test_without_num_args_one_entry_is_for_all(books: Books) -> None:
    """Its key is an empty tuple."""
    assert run(books.all_alike("a")) == run(books.all_alike("b")) == ("a",)
    books.all_alike.invalidate(())
    assert run(books.all_alike("b")) == ("b",)


def test_none_means_that_all_arguments_count(books: Books) -> None:
    """As if the option were left out."""
    assert books.everything.key_names == ("key", "other")


def test_any_number_of_arguments_is_part_of_the_key(books: Books) -> None:
    """Calls that differ in one of them never share a result."""
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("a",), {}),
        (("a", 1), {}),
        (("a", 1, 2), {}),
        (("a",), {"x": 1, "y": 2}),
        (("b",), {"x": 1, "y": 2}),
    ]
    for _ in range(2):
        for args, named in calls:
            assert run(books.several(*args, **named)) == (args[0], args[1:], named)
    assert len(books.log) == len(calls)
    assert run(books.several("a", y=2, x=1)) == ("a", (), {"x": 1, "y": 2})
    assert len(books.log) == len(calls)


def test_a_key_without_them_is_for_all_entries_that_agree(books: Books) -> None:
    """So what is known by its name is invalidated whatever else a call was given."""

    def ask() -> None:
        for more in ((), (1,), (1, 2)):
            run(books.several("a", *more))
            run(books.several("b", *more))

    ask()
    books.log.clear()
    books.several.invalidate(("a",))
    ask()
    assert books.log == [("a", (), {}), ("a", (1,), {}), ("a", (1, 2), {})]
    books.log.clear()
    books.several.invalidate(("b", (1,), ()))
    ask()
    assert books.log == [("b", (1,), {})]
    with pytest.raises(
        TypeError, match=r"several.invalidate\(\(key, more, named\)\), not 2 values"
    ):
        books.several.invalidate(("b", 1))
    with pytest.raises(TypeError, match="not 'str'"):
        books.several.invalidate("b")  # type: ignore[arg-type]


def test_only_further_arguments_can_make_up_a_key(books: Books) -> None:
    """An empty key is then for all entries."""
    assert [run(books.only_more(*more)) for more in ((), (1,), (1, 2), (1,))] == [
        (),
        (1,),
        (1, 2),
        (1,),
    ]
    assert len(books.log) == 3
    books.only_more.invalidate(((1,),))
    books.only_more.invalidate(())
    run(books.only_more(1, 2))
    assert len(books.log) == 4


@pytest.mark.parametrize("name", ["without_more", "counted"])
def test_further_arguments_can_be_left_out(name: str, books: Books) -> None:
    """By their name, or since a key is of the first ones."""
    method = getattr(books, name)
    assert method.key_names == ("key",)
    assert run(method("a", 1)) == run(method("a", 2)) == ("a", 1)
    method.invalidate(("a",))
    assert run(method("a", 3)) == ("a", 3)


def test_a_computation_in_flight_is_invalidated_by_a_shorter_key() -> None:
    """Its result may be stale, so it is not stored."""

    class Slow:
        def __init__(self) -> None:
            self.gates: list[Deferred[str]] = []

        @cached()
        async def look(self, key: str, *more: int) -> str:
            self.gates.append(Deferred())
            return await self.gates[-1]

    slow = Slow()
    first = defer.ensureDeferred(slow.look("a", 1))
    slow.look.invalidate(("a",))
    second = defer.ensureDeferred(slow.look("a", 1))
    for number, gate in enumerate(slow.gates):
        gate.callback(str(number))
    assert (first.result, second.result) == ("0", "1")


def test_other_processes_drop_the_same_entries() -> None:
    """With a whole key that one, and with a shorter one all that agree."""
    wire = Wire()
    (here, _), (there, _) = processes(wire)
    mine, theirs = Books(), Books()
    for invalidations, each in ((here, mine), (there, theirs)):
        invalidations.add("books", each.several)
        for more in (1, 2):
            run(each.several("a", more))
    run(here.invalidate("books", mine.several, ("a", (1,), ())))
    run(theirs.several("a", 1))
    run(theirs.several("a", 2))
    assert len(theirs.log) == 3
    run(here.invalidate("books", mine.several, ("a",)))
    run(theirs.several("a", 1))
    run(theirs.several("a", 2))
    assert len(theirs.log) == 5
    assert mine.several.named_key_names == ("key",)
    with pytest.raises(TypeError, match=r"a key is a tuple of \(key, more, named\)"):
        run(here.invalidate("books", mine.several, ("a", 1)))
