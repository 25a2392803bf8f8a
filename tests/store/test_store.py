"""The store, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostkit import ModuleApi
from hostkit.store import ABSENT, LONGEST_KEY, Store, StoreError
from hostkit.testing import Clock, build_module, run

from .conftest import MakeStore, all_of

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "a\0b\ud800ü😀",
    [],
    [1, [None]],
    {"a": {"b": []}},
]


async def test_values_are_what_they_were(store: Store) -> None:
    """All that JSON has, and strings with any character."""
    for number, value in enumerate(VALUES):
        await store.put(str(number), value)
    assert [await store.get(str(number)) for number in range(len(VALUES))] == VALUES
    assert (await store.get("none"), await store.get("none", 5)) == (None, 5)


async def test_a_value_replaces_another(store: Store) -> None:
    """And deleting says whether there was one."""
    await store.put("a", 1)
    await store.put("a", 2)
    assert await store.get("a") == 2
    assert (await store.delete("a"), await store.delete("a")) == (True, False)
    assert await store.get("a", "gone") == "gone"


async def test_modules_have_stores_of_their_own(make_store: MakeStore) -> None:
    """One key is another's in another module, and the same in another process."""
    one, same, other = make_store(), make_store(), make_store("other")
    await one.put("a", 1)
    await other.put("a", 2)
    assert (await same.get("a"), await other.get("a")) == (1, 2)
    assert await all_of(other) == {"a": 2}
    assert await other.delete("a")
    assert await same.get("a") == 1


async def test_values_expire(store: Store, clock: Clock) -> None:
    """From then on no method finds them; a new value has its own time."""
    await store.put("a", 1, ttl=10)
    await store.put("b", 1, ttl=timedelta(minutes=1))
    await store.put("c", 1, ttl=10)
    await store.put("c", 1)
    await clock.advance(9.9)
    assert await all_of(store) == {"a": 1, "b": 1, "c": 1}
    await clock.advance(0.1)
    assert (await store.get("a"), await all_of(store)) == (None, {"b": 1, "c": 1})
    assert not await store.delete("a")
    assert not await store.compare_and_set("a", 1, 2)
    assert not await store.compare_and_set("a", 1, ABSENT)
    assert await store.compare_and_set("a", ABSENT, 3)
    assert await store.get("a") == 3


@pytest.mark.parametrize("ttl", [0, -1, math.nan, math.inf, True, "5", timedelta()])
async def test_a_time_to_live_is_a_time(store: Store, ttl: Any) -> None:
    """What would be gone at once, or is not a number, is refused."""
    with pytest.raises(StoreError, match="a value cannot be kept for"):
        await store.put("a", 1, ttl=ttl)


async def test_what_has_expired_is_removed_in_time(store: Store, clock: Clock) -> None:
    """With every hundredth write, so that the table does not grow for ever."""
    for number in range(50):
        await store.put(f"old-{number}", 1, ttl=1)
    await clock.advance(2)
    for number in range(50):
        await store.put("new", number)
    count = "SELECT count(*) FROM hostkit_store"
    assert await store._database.fetch_all("count", count) == [(1,)]


async def test_a_value_is_set_if_it_is_the_expected_one(store: Store) -> None:
    """In one step, so that no other process can come in between."""
    set_if = store.compare_and_set
    assert not await set_if("a", 1, 2)
    assert await set_if("a", ABSENT, {"x": 1, "y": 2})
    assert not await set_if("a", ABSENT, 3)
    assert await set_if("a", {"y": 2, "x": 1}, None)
    assert not await set_if("a", 0, 4)
    assert await set_if("a", None, 5)
    assert not await set_if("a", 4, ABSENT)
    assert not await set_if("a", ABSENT, ABSENT)
    assert await set_if("a", 5, ABSENT)
    assert await set_if("a", ABSENT, ABSENT)
    assert await store.get("a", "gone") == "gone"
    assert repr(ABSENT) == "ABSENT"


async def test_many_increase_a_number_at_once(make_store: MakeStore) -> None:
    """Those that were too late try again, and no increase is lost."""

    async def increase(store: Store) -> None:
        while True:
            before = await store.get("n", ABSENT)
            after = 1 if before is ABSENT else before + 1
            if await store.compare_and_set("n", before, after):
                return

    stores = [make_store() for _ in range(3)]
    await asyncio.gather(*(increase(store) for store in stores for _ in range(5)))
    assert await stores[0].get("n") == 15


async def test_items_are_those_with_a_prefix_in_order(store: Store) -> None:
    """A prefix is taken as it is, whatever it means in SQL."""
    keys = ["a", "a%", "a_", "ab", "b", "B", "a\U0010ffff", "a\U0010ffffb", "\ud7ff", "é", "a "]
    for key in keys:
        await store.put(key, key)
    for prefix in ("", "a", "a%", "a_", "a\U0010ffff", "\ud7ff", "B", "x", "\U0010ffff"):
        expected = sorted(key for key in keys if key.startswith(prefix))
        assert list(await all_of(store, prefix)) == expected


async def test_many_items_are_read_in_portions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them come, each once."""
    monkeypatch.setattr("hostkit.store._store._PAGE", 3)
    for number in range(10):
        await store.put(f"{number}", number)
        assert len(await all_of(store)) == number + 1


REFUSED = [
    ((1, 2), "a value of type tuple is not JSON", "write a list"),
    ({1}, "a value of type set is not JSON", "write a list"),
    (b"x", "a value of type bytes is not JSON", None),
    (math.nan, "JSON has no number nan", None),
    ({"a": [1, {"b": object()}]}, ", at a[1].b: a value of type object is not JSON", None),
    ({"a": {1: 2}}, ", at a: the key 1 of a mapping is not a string", None),
]


@pytest.mark.parametrize(("value", "message", "hint"), REFUSED)
async def test_what_json_cannot_hold_is_refused_with_its_place(
    store: Store, value: Any, message: str, hint: str | None
) -> None:
    """It would be something else when it is read; nothing is written."""
    await store.put("k", "old")
    for write in (store.put("k", value), store.compare_and_set("k", "old", value)):
        with pytest.raises(StoreError) as raised:
            await write
        assert (raised.value.code, raised.value.problem.hint) == ("HK520", hint)
        assert message in raised.value.problem.message
    assert await store.get("k") == "old"


async def test_a_value_that_contains_itself_is_refused(store: Store) -> None:
    """And one that is nested so deep that it cannot be read."""
    value: list[Any] = []
    value.append(value)
    with pytest.raises(StoreError, match="nested deeper than 100 times, or in itself"):
        await store.put("k", value)


async def test_a_value_has_a_largest_size(store: Store) -> None:
    """In bytes of JSON; the message says what to do."""
    await store.put("k", "x" * 998)
    with pytest.raises(StoreError, match="has 1001 bytes as JSON, and 1000 are allowed") as raised:
        await store.put("k", "x" * 999)
    assert raised.value.code == "HK521"
    assert "`hostkit: store_value:`" in str(raised.value)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (5, "a key of the store is a string, not a value of type int"),
        (None, "a key of the store is a string, not a value of type NoneType"),
        ("", "a key of the store cannot have 0 characters"),
        ("x" * 501, "a key of the store cannot have 501 characters"),
        ("a\0", "has a character that not every database can hold"),
        ("\ud800", "has a character that not every database can hold"),
    ],
)
async def test_what_cannot_be_a_key_is_refused(store: Store, key: Any, message: str) -> None:
    """By all methods."""
    for call in (
        store.get(key),
        store.put(key, 1),
        store.delete(key),
        store.compare_and_set(key, 1, 2),
    ):
        with pytest.raises(StoreError) as raised:
            await call
        assert message in raised.value.problem.message


async def test_the_longest_key_can_be_used(store: Store) -> None:
    """Whatever its characters are."""
    key = "\U0010ffff" * LONGEST_KEY
    await store.put(key, 1)
    assert (await store.get(key), await all_of(store, key)) == (1, {key: 1})


class Number(IntEnum):
    ONE = 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(Number.ONE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Keeping:
    """A module that keeps something."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        self.store = api.store


async def check_values(values: list[Any]) -> None:
    """Keep values in a new store, read them, and compare them with what was read."""
    built = build_module(Keeping)
    async with built.host:
        store = built.instance.store
        for value in values:
            await store.put("k", value)
            read = await store.get("k")
            assert read == value
            assert await store.compare_and_set("k", read, 1)


async def check_prefixes(prefixes: list[str], keys: list[str]) -> None:
    """Keep values by keys, and read those whose keys have a prefix."""
    built = build_module(Keeping)
    async with built.host:
        for key in keys:
            await built.instance.store.put(key, 1)
        for prefix in prefixes:
            having = {key: 1 for key in keys if key.startswith(prefix)}
            assert await all_of(built.instance.store, prefix) == having


@settings(max_examples=10)  # each has many values
@given(st.lists(JSON, min_size=10))
def test_json_is_written_and_read(values: list[Any]) -> None:
    """What is accepted is read as what it was, and equal values are written alike."""
    run(check_values(values))


KEYS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
)


@settings(max_examples=20)
@given(st.lists(KEYS, min_size=5, max_size=20), st.lists(KEYS, min_size=5, max_size=20))
def test_prefixes_are_those_of_strings(prefixes: list[str], rests: list[str]) -> None:
    """Whatever characters they end with."""
    run(check_prefixes(prefixes, [*rests, *map(str.__add__, prefixes, rests)]))
