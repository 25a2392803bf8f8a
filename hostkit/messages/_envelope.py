"""`Envelope`: messages as bytes, with a code that shows who may have written them."""

from __future__ import annotations

import enum
import hmac
import json
import math
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

import attrs

from hostkit.messages._message import LONGEST_BYTES, LONGEST_NAME, Message

if TYPE_CHECKING:
    from collections.abc import Callable

_VERSION: Final = b"hostkit-2"
_NO_CODE: Final = b"-"
_HIGHEST: Final = 2**53  # beyond it, JSON of other languages is not exact

WINDOW_SECONDS: Final = 60.0
"""How far the clocks of two machines may differ; what was recorded earlier is refused."""


@final
class Refusal(enum.StrEnum):
    """Why bytes that have arrived are not taken as a message."""

    TOO_LONG = "too long"
    OTHER_FORMAT = "of another format or version"
    NO_CODE = "without a code, although `redis: key:` is set"
    WRONG_CODE = "with a code that another key has made"
    NOT_NOW = "older than a minute, or the clocks of the machines differ"
    MALFORMED = "malformed"
    WRONG_PAYLOAD = "of a known kind, with a wrong payload"


@final
@attrs.frozen
class Keys:
    """What processes must know so that their messages are accepted.

    Attributes:
        current: Makes the codes of the messages that are sent.
        previous: Makes codes that are accepted as well, while the processes change to another key.

    Without any, messages have no code, and whatever arrives is accepted.
    """

    current: str | None = attrs.field(default=None, repr=False)
    previous: str | None = attrs.field(default=None, repr=False)

    @property
    def known(self) -> tuple[str, ...]:
        """All of them; the first makes the codes of this process."""
        return tuple(key for key in (self.current, self.previous) if key is not None)


@final
class Envelope:
    """Writes messages as bytes, and reads them: ``hostkit-2 CODE JSON``.

    Args:
        scope: What else the code is made of, so that a message of one host cannot be sent on to
            another that has the same key.
        now: Reads the time, in seconds since 1970.

    Attributes:
        keys: The keys; others may take their place at any time.
    """

    def __init__(self, scope: str, now: Callable[[], float] = time.time) -> None:
        self._scope = scope.encode()
        self._now = now
        self.keys = Keys()

    def write(self, message: Message) -> bytes:
        """Write a message.

        Raises:
            TypeError: The payload is not made of JSON values.
            ValueError: It is too long.
        """
        values = attrs.asdict(message, recurse=False)
        body = json.dumps(values, separators=(",", ":"), allow_nan=False).encode()
        known = self.keys.known
        code = self._code(known[0], body) if known else _NO_CODE
        data = b" ".join((_VERSION, code, body))
        if len(data) > LONGEST_BYTES:
            raise ValueError(f"a message has up to {LONGEST_BYTES} bytes, not {len(data)}")
        return data

    def read(self, data: bytes) -> Message | Refusal:
        """Read a message, or find out why these bytes are not one.

        Args:
            data: Any bytes. They are not trusted.
        """
        body = self._open(data)
        if isinstance(body, Refusal):
            return body
        message = _message_of(body)
        if message is None:
            return Refusal.MALFORMED
        # Without a key the time proves nothing, and clocks that differ do no harm.
        if self.keys.known and abs(self._now() - message.sent) > WINDOW_SECONDS:
            return Refusal.NOT_NOW
        return message

    def _open(self, data: bytes) -> bytes | Refusal:
        """Check all that is around the message itself."""
        if len(data) > LONGEST_BYTES:
            return Refusal.TOO_LONG
        version, _, rest = data.partition(b" ")
        if version != _VERSION:
            return Refusal.OTHER_FORMAT
        code, _, body = rest.partition(b" ")
        known = self.keys.known
        if known and code == _NO_CODE:
            return Refusal.NO_CODE
        # With all keys, so that the time it takes does not depend on which one it is.
        if known and not sum(hmac.compare_digest(code, self._code(key, body)) for key in known):
            return Refusal.WRONG_CODE
        return body

    def _code(self, key: str, body: bytes) -> bytes:
        text = b"%s %s %s" % (_VERSION, self._scope, body)
        return hmac.digest(key.encode(), text, "sha256").hex().encode()


def _message_of(body: bytes) -> Message | None:
    try:
        values = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    match values:
        case {
            "sender": str(sender),
            "worker": None | str() as worker,
            "number": int(number),
            "sent": int() | float() as sent,
            "quiet_seconds": int() | float() as quiet,
            "kind": str(kind),
            "payload": payload,
        } if _are_fit(sender, worker or "x", kind) and _are_numbers(number, sent, quiet):
            return Message(sender, worker, number, float(sent), float(quiet), kind, payload)
    return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and infinity, which are not JSON


def _are_fit(*names: str) -> bool:
    return all(0 < len(name) <= LONGEST_NAME and name.isprintable() for name in names)


def _are_numbers(number: Any, *seconds: Any) -> bool:
    is_counted = not isinstance(number, bool) and 0 < number <= _HIGHEST
    return is_counted and all(
        not isinstance(each, bool) and 0 <= each <= _HIGHEST and math.isfinite(each)
        for each in seconds
    )
