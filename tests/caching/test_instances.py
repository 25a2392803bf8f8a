"""Each instance has its caches, in all kinds of classes."""

from __future__ import annotations

import abc
import copy
import gc
import pickle
import weakref
from typing import Any

import attrs
import pytest

from hostkit import Category, Host, ModuleApi, cached, hookimpl, hookspec, rules
from hostkit.caching import CachedMethod
from hostkit.testing import run


class Books:
    def __init__(self, name: str = "books") -> None:
        self.name = name
        self.asked: list[Any] = []

    @cached()
    async def look(self, key: Any) -> str:
        self.asked.append(key)
        return f"{key} of {self.name}"

    @cached(max_entries=1)
    async def page(self, key: Any) -> str:
        return f"page {key} of {self.name}"


class MoreBooks(Books):
    @cached()
    async def look(self, key: Any) -> str:
        return f"more: {await super().look(key)}"

    async def page(self, key: Any) -> str:  # type: ignore[override]
        return f"more: {await super().page(key)}"


class Slotted:
    """Has slots besides what is in its ``__dict__``."""

    __slots__ = ("__dict__", "name")

    def __init__(self, name: str) -> None:
        self.name = name

    @cached()
    async def look(self, key: int) -> str:
        return f"{key} of {self.name}"


class Stateful(Books):
    """Decides itself what is copied."""

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "asked": ["copied"]}


@attrs.define(slots=False)
class Shelf:
    """Has no hash."""

    name: str

    @cached()
    async def look(self, key: int) -> str:
        return f"{key} of {self.name}"


def test_instances_share_nothing() -> None:
    """Neither results nor invalidations."""
    one, two = Books("one"), Books("two")
    assert [run(one.look(1)), run(two.look(1))] == ["1 of one", "1 of two"]
    one.look.invalidate((1,))
    for books in (one, two):
        run(books.look(1))
    assert (one.asked, two.asked) == ([1, 1], [1])


def test_a_cached_function_is_made_once() -> None:
    """Afterwards it is an attribute of the instance like any other."""
    books = Books()
    assert books.look is books.look
    assert books.look is vars(books)["look"]
    assert books.look is not books.page


def test_an_instance_without_a_hash_has_a_cache() -> None:
    """Such as those of attrs and dataclasses with `eq`."""
    shelf = Shelf("a")
    assert "1 of a" == run(shelf.look(1)) == run(shelf.look(1))
    assert Shelf("a") == shelf


def test_a_subclass_may_override_and_call_it() -> None:
    """Both methods have a cache each, whether the overriding one is cached or not."""
    more = MoreBooks()
    for _ in range(2):
        assert run(more.look(1)) == "more: 1 of books"
        assert run(more.page(1)) == "more: page 1 of books"
    assert more.asked == [1]
    more.look.invalidate((1,))
    run(more.look(1))
    assert more.asked == [1]
    super(MoreBooks, more).look.invalidate((1,))
    run(more.look(1))
    assert more.asked == [1]
    more.look.invalidate_all()
    run(more.look(1))
    assert more.asked == [1, 1]


def test_a_method_under_another_name_is_the_same() -> None:
    """It has the cache of the first one."""

    class Named(Books):
        find = Books.look

    named = Named()
    run(named.find(1))
    run(named.look(1))
    assert named.asked == [1]
    assert named.find is named.look


def test_an_instance_can_be_collected() -> None:
    """References from its cached methods do not keep it alive."""
    books = Books()
    run(books.look(1))
    found = weakref.ref(books)
    del books
    gc.collect()
    assert None is found()


def test_a_method_keeps_its_instance() -> None:
    """A reference to the method is enough, as with any method."""
    look = Books("gone").look
    gc.collect()
    assert run(look(1)) == "1 of gone"


@pytest.mark.parametrize(
    "make_copy",
    [copy.copy, copy.deepcopy, lambda books: pickle.loads(pickle.dumps(books))],
    ids=["copy", "deepcopy", "pickle"],
)
@pytest.mark.parametrize("cls", [Books, Slotted, Shelf])
def test_a_copy_has_caches_of_its_own(make_copy: Any, cls: Any) -> None:
    """They are empty, and its methods are about the copy."""
    one = cls("one")
    run(one.look(1))
    other = make_copy(one)
    other.name = "two"
    assert [run(one.look(1)), run(other.look(1))] == ["1 of one", "1 of two"]
    assert other is other.look.__self__


@pytest.mark.parametrize("cls", [Books, Slotted])
def test_an_instance_without_caches_is_copied_as_usual(cls: Any) -> None:
    """There is nothing to leave out."""
    assert copy.copy(cls("one")).name == "one"


def test_an_attribute_in_place_of_the_method_is_copied() -> None:
    """Only the cached function itself is left out of a copy."""
    books: Any = Books()
    run(books.look(1))
    run(books.page(1))
    books.page = 5
    assert copy.copy(books).page == 5


def test_a_class_may_decide_what_is_copied() -> None:
    """Its own `__getstate__` is left as it is."""
    assert copy.copy(Stateful()).asked == ["copied"]


def test_a_cached_method_can_be_added_to_a_class() -> None:
    """Then it has the name of its function."""

    class Late:
        pass

    async def look(self: Late, key: int) -> object:
        return object()

    Late.look = cached()(look)  # type: ignore[attr-defined]
    late: Any = Late()
    assert run(late.look(1)) is run(late.look(1))


def test_a_cached_method_can_be_abstract() -> None:
    """A class whose method has to be written by a subclass cannot be instantiated."""

    class Abstract(abc.ABC):
        @cached()
        @abc.abstractmethod
        async def look(self, key: int) -> int: ...

    assert isinstance(Abstract.__dict__["look"], CachedMethod)
    with pytest.raises(TypeError, match="abstract"):
        Abstract()  # type: ignore[abstract]


class Names(Category):
    @hookspec(rules.Collect())
    async def full_name(self, user: str, room: str) -> list[str]:
        """Called for a user's names."""


class Registered:
    """A module that registers cached methods, by name and by position."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.asked: list[str] = []
        api.register(Names, full_name=self.positional)
        assert self.above.key_names  # which makes it an attribute of this instance
        api.register_hookimpls(self)

    @cached()
    async def positional(self, user: str, room: str) -> str:
        self.asked.append(user)
        return f"{user} in {room}"

    @hookimpl(specname="full_name")
    @cached()
    async def above(self, user: str) -> str:
        self.asked.append(user)
        return f"above {user}"

    @cached()
    @hookimpl(specname="full_name")
    async def below(self, user: str) -> str:
        self.asked.append(user)
        return f"below {user}"


def test_callbacks_can_be_cached() -> None:
    """They are registered as they are; `@hookimpl` may be above or below `@cached()`."""
    host = Host.from_config({"modules": [{"module": Registered}]}, categories=[Names]).build()
    names: Any = ["ann in hall", "above ann", "below ann"]
    for _ in range(2):
        assert run(host.hooks[Names].full_name("ann", "hall")) == names
    instance: Any = host.modules[0].instance
    assert instance.asked == ["ann"] * 3
