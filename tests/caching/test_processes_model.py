"""Caches of several processes under reads, writes, failures, lost connections and restarts.

The database is a dictionary of versions. No call may return a version that is older than one whose
invalidation was acknowledged, and has reached the process, before the call began.
"""

from __future__ import annotations

import functools
from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.caching import CachedMethod, CacheOptions, Invalidations
from hostkit.errors import InvalidationError
from hostkit.loops import settle
from hostkit.messages import Messages, Receiver

from .drivers import CANCELLED, Call, Driver

KEYS = 2
PROCESSES = 2
TTL_SECONDS = 10.0
keys = st.integers(0, KEYS - 1)
numbers = st.integers(0, PROCESSES - 1)


class Bus:
    """Carries messages at once to all that are connected."""

    def __init__(self) -> None:
        self.ends: list[End] = []

    def publish(self, data: bytes) -> None:
        for end in self.ends:
            if end.is_connected and end.receiver is not None:
                message = end.receiver.read(data)
                assert message is not None
                end.receiver.receive(message)


class End:
    """A process's end of the bus."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.receiver: Receiver | None = None
        self.is_connected = True
        bus.ends.append(self)

    async def open(self, receiver: Receiver) -> None:
        self.receiver = receiver
        receiver.restart()

    async def send(self, data: bytes) -> None:
        if not self.is_connected:
            raise OSError("no connection")
        self.bus.publish(data)

    async def close(self) -> None:
        self.bus.ends.remove(self)


class Reader:
    """Reads versions from the database; each reading ends when the test ends it."""

    def __init__(self, database: dict[int, int], clock: Clock) -> None:
        self.database = database
        self.readings: list[tuple[Deferred[int], int]] = []
        options = CacheOptions(max_entries=2, ttl_seconds=TTL_SECONDS, clock=clock.seconds)
        method: Any = CachedMethod(Reader.read_slowly, options)
        self.read: Any = method.__get__(self)

    async def read_slowly(self, key: int) -> int:
        gate: Deferred[int] = Deferred()
        self.readings.append((gate, self.database[key]))
        version: int = await settle(gate)
        return version


@attrs.define(eq=False)
class Process:
    """One process.

    Attributes:
        end: Its end of the bus.
        messages: What it says to the others.
        invalidations: Its registered methods.
        reader: Reads through the cache.
        least: The oldest version of each key that it may return.
        owes: Whether an invalidation of its own has not reached the others.
    """

    end: End
    messages: Messages
    invalidations: Invalidations
    reader: Reader
    least: dict[int, int]
    owes: bool = False


@attrs.define(eq=False)
class Asked:
    """A call, and the oldest version that it may return."""

    call: Call
    key: int
    least: int


class Processes(RuleBasedStateMachine):
    """Does anything in any order, and looks at what calls return."""

    kinds: tuple[str, ...] = ("task",)

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.bus, self.driver = Clock(), Bus(), Driver(*self.kinds)
        self.database = dict.fromkeys(range(KEYS), 0)
        self.asked: list[Asked] = []
        self.readers: list[Reader] = []
        self.processes = [self.start() for _ in range(PROCESSES)]

    def teardown(self) -> None:
        for asked in self.asked:
            asked.call.cancel()
        self.driver.go_on()
        for process in self.processes:
            self.stop(process)
        self.driver.close()

    def start(self) -> Process:
        messages = Messages(end := End(self.bus))
        process = Process(end, messages, Invalidations(messages), self.reader(), {})
        process.invalidations.add("m", process.reader.read)
        self.driver.begin(messages.open())
        process.least = dict(self.database)
        return process

    def stop(self, process: Process) -> None:
        self.driver.begin(process.messages.close())

    def reader(self) -> Reader:
        self.readers.append(Reader(self.database, self.clock))
        return self.readers[-1]

    @rule(number=numbers, key=keys)
    def ask(self, number: int, key: int) -> None:
        process = self.processes[number]
        least = process.least[key]
        self.asked.append(Asked(self.driver.begin(process.reader.read(key)), key, least))
        self.check()

    @rule(number=numbers, key=keys)
    def read(self, number: int, key: int) -> None:
        """Ask, and end what has to be read for it."""
        self.ask(number, key)
        for gate, version in self.processes[number].reader.readings[-1:]:
            if not gate.called:
                self.driver.do(functools.partial(gate.callback, version))
        self.driver.go_on()
        self.check()

    @rule(data=st.data(), fails=st.booleans())
    def end_a_reading(self, data: st.DataObject, fails: bool) -> None:
        open_ones = [
            each for reader in self.readers for each in reader.readings if not each[0].called
        ]
        if open_ones:
            gate, version = data.draw(st.sampled_from(open_ones))
            end = (lambda: gate.errback(KeyError())) if fails else (lambda: gate.callback(version))
            self.driver.do(end)
            self.driver.go_on()
            self.check()

    def end_all(self) -> None:
        """End all readings, the last one first, so that the older ones come too late."""
        for reader in self.readers:
            for gate, version in reversed(reader.readings):
                if not gate.called:
                    self.driver.do(functools.partial(gate.callback, version))
        self.driver.go_on()
        self.check()

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        waiting = [each for each in self.asked if not each.call.is_done]
        if waiting:
            data.draw(st.sampled_from(waiting)).call.cancel()
            self.driver.go_on()
            self.check()

    @rule(number=numbers, key=keys)
    def write(self, number: int, key: int) -> None:
        process = self.processes[number]
        self.database[key] += 1
        read = process.reader.read
        call = self.driver.begin(process.invalidations.invalidate("m", read, (key,)))
        is_sent = not isinstance(call.outcome, InvalidationError)
        assert is_sent is process.end.is_connected
        for each in self.processes:
            if each is process or (is_sent and each.end.is_connected):
                each.least[key] = self.database[key]
        process.owes = process.owes or not is_sent

    @rule(number=numbers, other=numbers, key=keys)
    def miss_a_write(self, number: int, other: int, key: int) -> None:
        """Lose the connection while a process writes, perhaps this one; all are read then."""
        for each in range(PROCESSES):
            self.read(each, key)
        self.cut(number)
        self.write(other, key)
        self.connect(number)
        for each in range(PROCESSES):
            self.read(each, key)

    @rule(number=numbers, key=keys)
    def write_while_reading(self, number: int, key: int) -> None:
        """The reading may end before or after another one."""
        self.ask(number, key)
        self.write(0, key)
        self.ask(number, key)
        self.end_all()
        self.read(number, key)

    @rule(number=numbers, other=numbers, key=keys)
    def reconnect_while_reading(self, number: int, other: int, key: int) -> None:
        """What was read before is not kept."""
        self.write(number, key)
        self.ask(number, key)
        self.cut(number)
        self.write(other, key)
        self.connect(number)
        self.end_all()
        self.read(number, key)

    @rule(number=numbers)
    def cut(self, number: int) -> None:
        self.processes[number].end.is_connected = False

    @rule(number=numbers)
    def connect(self, number: int) -> None:
        process = self.processes[number]
        if process.end.is_connected:
            return
        process.end.is_connected = True
        self.driver.do(process.messages.restart)  # which sends what it owes, for others to catch up
        self.driver.go_on()
        process.least = dict(self.database)
        if process.owes:
            process.owes = False
            for each in self.processes:
                if each.end.is_connected:
                    each.least = dict(self.database)

    @rule(number=numbers)
    def replace_the_module(self, number: int) -> None:
        """As a reload does: another instance, of the same name; the old one's calls go on."""
        process = self.processes[number]
        process.reader = self.reader()
        process.invalidations.add("m", process.reader.read)
        process.least = dict(self.database)

    @rule(number=numbers)
    def restart_the_process(self, number: int) -> None:
        """One that owes something would take that with it, so it is connected first."""
        self.connect(number)
        self.stop(self.processes[number])
        self.processes[number] = self.start()

    @rule(seconds=st.sampled_from([1, 4, TTL_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def check(self) -> None:
        """Look at all calls that have ended."""
        for asked in [each for each in self.asked if each.call.is_done]:
            self.asked.remove(asked)
            outcome = asked.call.outcome
            if outcome != CANCELLED and not isinstance(outcome, KeyError):
                assert asked.least <= outcome <= self.database[asked.key]


def _test_of(kinds: tuple[str, ...]) -> Any:
    machine: Any = type("Processes", (Processes,), {"kinds": kinds})
    case = machine.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
    case.__doc__ = f"Calls of {' and '.join(kinds)} return nothing stale."
    return case


TestTasks = _test_of(("task",))
TestBoth = _test_of(("task", "deferred"))
