"""Messages as bytes: any bytes are a message, or a refusal that says why."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.messages import LONGEST_BYTES, Envelope, Keys, Message, Refusal

NOW = 1_800_000_000.0
KEY, OTHER = "k" * 16, "o" * 16

MESSAGE = Message("a1b2", "w1", 7, NOW, 0.5, "invalidation", {"name": "n", "key": ["a"]})

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A lone surrogate is a character of Python's, too.
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def envelope(key: str | None = None, previous: str | None = None, scope: str = "host") -> Envelope:
    made = Envelope(scope, lambda: NOW)
    made.keys = Keys(key, previous)
    return made


def altered(**changes: Any) -> bytes:
    """Write a message that hostkit would not write."""
    body = {**attrs.asdict(MESSAGE, recurse=False), **changes}
    left = {name: value for name, value in body.items() if value is not ...}
    return b"hostkit-2 - " + json.dumps(left).encode()


@given(values, st.sampled_from([None, KEY]), st.sampled_from([None, "w1", "wörker 2"]))
def test_a_message_arrives_as_it_was_sent(payload: Any, key: str | None, worker: str) -> None:
    """With and without a key."""
    message = attrs.evolve(MESSAGE, payload=payload, worker=worker)
    assert envelope(key).read(envelope(key).write(message)) == message


@given(
    st.binary()
    | st.binary().map(lambda rest: b"hostkit-2 " + rest)
    | st.binary().map(lambda rest: b"hostkit-2 - " + rest)
    | values.map(lambda value: b"hostkit-2 - " + json.dumps(value).encode()),
    st.sampled_from([None, KEY]),
)
def test_any_bytes_are_a_message_or_a_refusal(data: bytes, key: str | None) -> None:
    """Nothing is raised, whatever arrives."""
    assert isinstance(envelope(key).read(data), Refusal)


@given(st.data())
def test_a_message_with_other_bytes_is_not_one(data: st.DataObject) -> None:
    """The code shows it, wherever the byte is."""
    written = envelope(KEY).write(MESSAGE)
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != written[at]))
    forged = written[:at] + bytes([byte]) + written[at + 1 :]
    assert isinstance(envelope(KEY).read(forged), Refusal)


@pytest.mark.parametrize(
    ("sender", "receiver", "expected"),
    [
        (envelope(), envelope(KEY), Refusal.NO_CODE),
        (envelope(OTHER), envelope(KEY), Refusal.WRONG_CODE),
        (envelope(KEY, scope="staging"), envelope(KEY), Refusal.WRONG_CODE),
        (envelope(OTHER, KEY), envelope(KEY), Refusal.WRONG_CODE),
        (envelope(KEY), envelope(OTHER, KEY), MESSAGE),
        (envelope(OTHER), envelope(OTHER, KEY), MESSAGE),
        (envelope(None, KEY), envelope(KEY), MESSAGE),
        (envelope(), envelope(None, KEY), Refusal.NO_CODE),
        (envelope(KEY), envelope(), MESSAGE),
    ],
    ids=range(9),
)
def test_only_those_who_know_a_key_are_heard(
    sender: Envelope, receiver: Envelope, expected: Message | Refusal
) -> None:
    """Either of two while it changes; without one, all are."""
    assert receiver.read(sender.write(MESSAGE)) == expected


@pytest.mark.parametrize(
    ("seconds", "is_read"), [(59, True), (-59, True), (61, False), (-61, False)]
)
def test_recorded_messages_are_refused_later(seconds: float, is_read: bool) -> None:
    """After a minute, also by a process that has not seen them before."""
    data = envelope(KEY).write(attrs.evolve(MESSAGE, sent=NOW - seconds))
    assert isinstance(envelope(KEY).read(data), Message) is is_read
    data = envelope().write(attrs.evolve(MESSAGE, sent=NOW - seconds))
    assert isinstance(envelope().read(data), Message)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": 1},
        {"sender": ""},
        {"sender": "s" * 201},
        {"sender": "\x1b[0m"},
        {"worker": 1},
        {"worker": "a\nb"},
        {"number": 0},
        {"number": True},
        {"number": 1.5},
        {"number": 2**53 + 1},
        {"sent": "now"},
        {"sent": float("inf")},
        {"sent": float("nan")},
        {"sent": 10**400},
        {"quiet_seconds": -1},
        {"quiet_seconds": True},
        {"kind": None},
        {"kind": "k" * 201},
        {"payload": ...},
        {"number": ...},
    ],
    ids=str,
)
def test_messages_with_other_values_are_malformed(changes: dict[str, Any]) -> None:
    """Types, lengths and ranges are those that hostkit writes."""
    assert isinstance(envelope().read(altered()), Message)
    assert envelope().read(altered(**changes)) is Refusal.MALFORMED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.OTHER_FORMAT),
        (b'[1, "sender", "names/Names.find", ["ann"]]', Refusal.OTHER_FORMAT),
        (b"hostkit-3 - {}", Refusal.OTHER_FORMAT),
        (b"hostkit-2", Refusal.MALFORMED),
        (b"hostkit-2 - " + b"[" * 60_000, Refusal.MALFORMED),
        (b"hostkit-2 - " + b"9" * 60_000, Refusal.MALFORMED),
        (b"hostkit-2 - \xff", Refusal.MALFORMED),
        (b"x" * (LONGEST_BYTES + 1), Refusal.TOO_LONG),
    ],
    ids=range(8),
)
def test_garbage_is_refused(data: bytes, reason: Refusal) -> None:
    """Also what would take long, or exhaust the stack; and messages of other versions."""
    assert envelope().read(data) is reason


def test_messages_that_are_too_long_are_not_written() -> None:
    """The sender finds out, and not those that would ignore it."""
    with pytest.raises(ValueError, match="has up to 65536 bytes, not 65"):
        envelope().write(attrs.evolve(MESSAGE, payload="x" * LONGEST_BYTES))


@pytest.mark.parametrize("payload", [object(), {1: object()}, b"x"])
def test_only_json_values_are_written(payload: Any) -> None:
    """Anything else is a mistake in the code that sends it."""
    with pytest.raises(TypeError):
        envelope().write(attrs.evolve(MESSAGE, payload=payload))


def test_keys_are_not_shown() -> None:
    """They would be in a traceback, or a log."""
    assert repr(Keys(KEY, OTHER)) == "Keys()"
