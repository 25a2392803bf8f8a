"""Which calls share an entry, and how arguments get to the method."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from hostkit import CachedFunction, cached
from hostkit.testing import run


class Books:
    """Has cached methods of all shapes, which note what they are called with."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    @cached()
    async def one(self, a: Any) -> Any:
        self.asked.append(a)
        return a

    @cached()
    async def two(self, a: Any, b: Any = 5) -> Any:
        self.asked.append((a, b))
        return (a, b)

    @cached()
    async def none(self) -> Any:
        self.asked.append(None)
        return None

    @cached()
    async def by_name(self, a: Any, /, *, b: Any = 5, c: Any) -> Any:
        self.asked.append((a, b, c))
        return (a, b, c)

    @cached(uncached_args=["b"])
    async def left_out(self, a: Any, b: Any, c: Any = None) -> Any:
        self.asked.append((a, b, c))
        return (a, b, c)

    @cached(uncached_args={"a"})
    async def always_the_same(self, a: Any) -> Any:
        self.asked.append(a)
        return a

    @cached()
    async def _cache(self, a: Any) -> Any:
        return a

    @cached()
    async def clashing(self, _known: Any, _entry: Any = 3, __value: Any = 4) -> Any:
        return (_known, _entry, __value)


@pytest.fixture
def books() -> Books:
    return Books()


def test_all_ways_to_write_a_call_share_an_entry(books: Books) -> None:
    """Arguments by position, by name and by default are the same arguments."""
    calls = [books.two(1), books.two(1, 5), books.two(a=1), books.two(b=5, a=1), books.two(1, b=5)]
    assert [run(call) for call in calls] == [(1, 5)] * 5
    assert books.asked == [(1, 5)]
    assert run(books.two(5, 1)) == (5, 1)


def test_keyword_only_arguments_are_part_of_the_key(books: Books) -> None:
    """They are passed by name, and distinguish calls like all others."""
    assert run(books.by_name(1, c=2)) == (1, 5, 2)
    assert run(books.by_name(1, c=2, b=5)) == (1, 5, 2)
    assert run(books.by_name(1, c=5, b=2)) == (1, 2, 5)
    assert books.asked == [(1, 5, 2), (1, 2, 5)]
    books.by_name.invalidate((1, 5, 2))
    run(books.by_name(1, c=2))
    assert len(books.asked) == 3


def test_without_arguments_there_is_one_entry(books: Books) -> None:
    """Its key is the empty tuple."""
    run(books.none())
    run(books.none())
    books.none.invalidate(())
    run(books.none())
    assert books.asked == [None, None]


def test_none_is_a_result(books: Books) -> None:
    """It is cached like any other."""
    assert [run(books.one(None)), run(books.one(None))] == [None, None]
    assert books.asked == [None]


def test_equal_arguments_share_an_entry(books: Books) -> None:
    """1, True and 1.0 are equal, so the first call decides."""
    assert [run(books.one(1)), run(books.one(True)), run(books.one(1.0))] == [1, 1, 1]
    assert books.asked == [1]


def test_a_tuple_is_an_argument(books: Books) -> None:
    """One argument that is a tuple does not count as several."""
    run(books.one((1, 2)))
    run(books.one((1, 2)))
    books.one.invalidate(((1, 2),))
    run(books.one((1, 2)))
    assert books.asked == [(1, 2)] * 2


def test_results_are_shared(books: Books) -> None:
    """All callers get the same object."""
    assert run(books.two(1)) is run(books.two(1))


def test_arguments_can_be_left_out_of_the_key(books: Books) -> None:
    """They are passed to the method, and do not distinguish calls."""
    assert run(books.left_out(1, "x")) == (1, "x", None)
    assert run(books.left_out(1, ["y"])) == (1, "x", None)
    assert run(books.left_out(1, "z", 2)) == (1, "z", 2)
    assert books.left_out.key_names == ("a", "c")
    books.left_out.invalidate((1, None))
    assert run(books.left_out(1, "y")) == (1, "y", None)


def test_all_arguments_can_be_left_out_of_the_key(books: Books) -> None:
    """Then there is one entry, as without arguments."""
    assert [run(books.always_the_same(1)), run(books.always_the_same(2))] == [1, 1]
    assert books.always_the_same.key_names == ()


def test_any_names_will_do(books: Books) -> None:
    """Neither arguments nor the method clash with names in the generated code."""
    for _ in range(2):
        assert run(books._cache(1)) == 1
        assert run(books.clashing(1, _entry=2)) == (1, 2, 4)


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((1, 2, 3), {}), ((1,), {"c": 2})])
def test_wrong_arguments_raise_the_usual_error(books: Books, args: Any, kwargs: Any) -> None:
    """It names the method, as for any function."""
    with pytest.raises(TypeError, match=r"^Books\.two\(\) (missing|takes|got)"):
        run(books.two(*args, **kwargs))


@pytest.mark.parametrize(
    ("name", "args", "argument"),
    [("one", ([],), "a"), ("two", (1, {}), "b"), ("two", ((1, []),), "a")],
)
def test_an_argument_without_a_hash_is_named(
    books: Books, name: str, args: Any, argument: str
) -> None:
    """The error says which one it was, and the method is not called."""
    method = getattr(books, name)
    expected = rf"^Books\.{name}: the argument '{argument}' cannot .*unhashable.*uncached_args="
    for _ in range(2):  # in an empty cache, and in one that is not
        with pytest.raises(TypeError, match=expected):
            run(method(*args))
        run(method("x"))
    with pytest.raises(TypeError, match=expected):
        method.invalidate((*args, 5)[: len(method.key_names)])
    assert len(books.asked) == 1


def test_an_argument_that_cannot_be_compared_fails_as_it_is(books: Books) -> None:
    """The error of its comparison is raised unchanged."""

    class Strange:
        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            raise TypeError("incomparable")

    run(books.one(1))
    with pytest.raises(TypeError, match=r"^incomparable$"):
        run(books.one(Strange()))


@pytest.mark.parametrize("key", [1, "ab", [1, 2], None, (1,), (1, 2, 3), ()])
def test_a_key_is_a_tuple(books: Books, key: Any) -> None:
    """Anything else, or a wrong length, is refused; the error shows how to write it."""
    with pytest.raises(TypeError, match=r"^Books\.two: .*: two\.invalidate\(\(a, b\)\), not ") as e:
        books.two.invalidate(key)
    wanted = f"not {len(key)} value" if isinstance(key, tuple) else repr(type(key).__name__)
    assert wanted in str(e.value)


def test_a_key_of_one_value_is_a_tuple(books: Books) -> None:
    """A string, which could pass for a tuple of letters, is refused, too."""
    with pytest.raises(TypeError, match=r"one\.invalidate\(\(a,\)\), not 'str'"):
        books.one.invalidate("a")  # type: ignore[arg-type]


def test_invalidating_a_missing_entry_does_nothing(books: Books) -> None:
    """Neither for a key nor for all."""
    books.two.invalidate((1, 2))
    books.two.invalidate_all()
    run(books.two(1))
    books.two.invalidate((1, 6))
    run(books.two(1))
    assert books.asked == [(1, 5)]


def test_all_entries_can_be_invalidated(books: Books) -> None:
    """Those of other methods stay."""
    for _ in range(2):
        run(books.one(1))
        run(books.two(1))
        books.two.invalidate_all()
    assert books.asked == [1, (1, 5), (1, 5)]


def test_a_cached_method_looks_like_the_original(books: Books) -> None:
    """It has the names and the signature of the method that was written."""
    method = books.two
    assert isinstance(method, CachedFunction)
    assert not isinstance(run, CachedFunction)
    assert books is method.__self__
    assert ("two", "Books.two", __name__) == (
        method.__name__,
        method.__qualname__,
        method.__module__,
    )
    assert method.key_names == ("a", "b")
    assert list(inspect.signature(method).parameters) == ["a", "b"]
    assert inspect.iscoroutinefunction(method)
    assert run(method.__wrapped__(1)) == (1, 5)
    assert run(method.__wrapped__(1)) == (1, 5)
    assert len(books.asked) == 2


def test_without_parentheses_the_options_are_the_defaults() -> None:
    """`@cached` is `@cached()`."""

    class Short:
        @cached
        async def one(self, a: int) -> object:
            return object()

    short = Short()
    assert run(short.one(1)) is run(short.one(1))
