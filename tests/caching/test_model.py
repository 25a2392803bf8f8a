"""Calls, answers, cancellations and invalidations in any order, against an obvious model."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from twisted.internet.task import Clock

from .drivers import CANCELLED, KINDS, Driver, limited

MOST = 3
TTL_SECONDS = 10
keys = st.integers(0, 4)


@attrs.define(eq=False)
class Group:
    """The calls that share a computation.

    Attributes:
        key: Their key.
        leader: Which of them computes.
        waiting: Which of them wait.
    """

    key: int
    leader: int
    waiting: list[int] = attrs.field(factory=list)


@attrs.define(eq=False)
class Entry:
    """A result.

    Attributes:
        key: Its key.
        value: The result.
        until: When it expires.
        is_seen: Whether it was a hit since the hand has passed it.
    """

    key: int
    value: Any
    until: float
    is_seen: bool = False


class Model(RuleBasedStateMachine):
    """Makes calls, and keeps a list of entries, the oldest first, and a hand that points at one."""

    kinds: tuple[str, ...] = ("bare",)
    expires = True

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.driver = Driver(*self.kinds)
        options: dict[str, Any] = {"max_entries": MOST, "clock": self.clock.seconds}
        if self.expires:
            options["ttl_seconds"] = TTL_SECONDS
        self.slow = limited(**options)(self.driver)
        self.calls: list[Any] = []
        self.expected: list[list[Any]] = []
        self.entries: list[Entry] = []
        self.hand: Entry | None = None
        self.groups: list[Group] = []
        self.joinable: dict[int, Group] = {}

    def teardown(self) -> None:
        for call in self.calls:
            call.cancel()
        self.driver.go_on()
        self.driver.close()

    @rule(key=keys)
    def call(self, key: int) -> None:
        number = len(self.calls)
        self.expected.append([])
        self.calls.append(self.slow.begin(key, ("call", number)))
        self.find(key, number)

    @rule(data=st.data(), fails=st.booleans())
    def answer(self, data: st.DataObject, fails: bool) -> None:
        if not self.groups:
            return
        group = data.draw(st.sampled_from(self.groups))
        started = [note for _, note in self.slow.asked].index(("call", group.leader))
        answer: Any = KeyError(started) if fails else ("value", started)
        self.slow.answer(started, answer)
        self.groups.remove(group)
        if self.joinable.get(group.key) is group:
            del self.joinable[group.key]
            if not fails:
                self.store(group.key, answer)
        for number in (group.leader, *group.waiting):
            self.expected[number].append(answer)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        members = [number for each in self.groups for number in (each.leader, *each.waiting)]
        if not members:
            return
        number = data.draw(st.sampled_from(members))
        (group,) = (each for each in self.groups if number in (each.leader, *each.waiting))
        asked = len(self.slow.asked)
        self.calls[number].cancel()
        self.driver.go_on()
        self.expected[number].append(CANCELLED)
        if number in group.waiting:
            group.waiting.remove(number)
            return
        self.groups.remove(group)
        if self.joinable.get(group.key) is group:
            del self.joinable[group.key]
        # Which of them computes next depends on what drives them.
        started_by = [note[1] for _, note in self.slow.asked[asked:]]
        for each in sorted(group.waiting, key=lambda each: each not in started_by):
            self.find(group.key, each)

    @rule(key=keys)
    def invalidate(self, key: int) -> None:
        self.slow.invalidate(key)
        self.drop([entry for entry in self.entries if entry.key == key])
        self.joinable.pop(key, None)

    @rule()
    def invalidate_all(self) -> None:
        self.slow.look.invalidate_all()
        self.drop(list(self.entries))
        self.joinable = {}

    @rule(seconds=st.sampled_from([1, 4, TTL_SECONDS]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def all_is_as_expected(self) -> None:
        assert self.expected == [call.outcomes for call in self.calls]
        invalidate: Any = self.slow.look.invalidate
        results = invalidate.__self__.results
        expected = [(each.key, each.value, each.is_seen) for each in self.entries]
        assert expected == [(each.key, each.value, each.seen) for each in results]
        assert set(results.known.values()) == set(results)

    def find(self, key: int, number: int) -> None:
        """Predict the outcome of a call."""
        for entry in self.entries:
            if entry.key == key:
                if entry.until > self.clock.seconds() or not self.expires:
                    entry.is_seen = True
                    self.expected[number].append(entry.value)
                    return
                self.drop([entry])
                break
        if key in self.joinable:
            self.joinable[key].waiting.append(number)
        else:
            self.joinable[key] = Group(key, number)
            self.groups.append(self.joinable[key])

    def store(self, key: int, value: Any) -> None:
        if len(self.entries) == MOST:
            at = 0 if self.hand is None else self.entries.index(self.hand)
            while self.entries[at].is_seen:
                self.entries[at].is_seen = False
                at = (at + 1) % MOST
            self.hand = self.entries[at]
            self.drop([self.hand])
        self.entries.append(Entry(key, value, self.clock.seconds() + TTL_SECONDS))

    def drop(self, entries: list[Entry]) -> None:
        """Drop entries; the hand moves on to the next one, or to the oldest."""
        for entry in entries:
            after = [*self.entries[self.entries.index(entry) + 1 :], None]
            self.hand = after[0] if self.hand is entry else self.hand
            self.entries.remove(entry)


def _test_of(kinds: tuple[str, ...], *, expires: bool) -> Any:
    machine: Any = type("Model", (Model,), {"kinds": kinds, "expires": expires})
    case = machine.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
    case.__doc__ = f"Calls of {' and '.join(kinds)} behave like the model."
    return case


TestTasks = _test_of(KINDS[0], expires=True)
TestDeferreds = _test_of(KINDS[1], expires=True)
TestBare = _test_of(KINDS[2], expires=True)
TestTasksFirst = _test_of(KINDS[3], expires=True)
TestDeferredsFirst = _test_of(KINDS[4], expires=True)
TestForever = _test_of(KINDS[2], expires=False)
