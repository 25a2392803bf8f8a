"""What is kept of values and messages for a receipt: never a secret, and never megabytes."""

from __future__ import annotations

import asyncio
import reprlib
from enum import EnumMeta
from types import CoroutineType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred

from hostkit.loops import NEVER, is_callers
from hostkit.rules import Deny
from hostkit.wording import LONGEST, clean, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

_bases_of: Final = type.__dict__["__mro__"].__get__

LONGEST_VALUE: Final = 200
"""How many characters are shown of a value."""

LONGEST_RECEIPT: Final = 4 * LONGEST
"""How many characters of all messages together are kept in a receipt."""

_ALWAYS: Final = 80
"""How many characters of each message are kept whatever the others have taken."""

_MOST_PARTS: Final = 10
_DEEPEST: Final = 3
_LARGEST_BITS: Final = 1024

_arguments_of: Final = BaseException.__dict__["args"].__get__
_WRITES_ARGUMENTS: Final = (BaseException.__repr__, BaseExceptionGroup.__repr__)


@final
class _Show(reprlib.Repr):
    """Leaves parts out where there are many, but cuts no string before secrets are taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 10 * LONGEST_VALUE

    def repr_instance(self, x: Any, level: int) -> str:
        """Write an object; of an exception as few parts, and parts of those, as of a list.

        A group can hold another twice, which holds another twice: in full, that has no end.
        """
        kind = type(x)
        if not issubclass(kind, BaseException) or kind.__repr__ not in _WRITES_ARGUMENTS:
            return super().repr_instance(x, level)
        arguments = self.repr_tuple(_arguments_of(x), level)
        return f"{type_name(x)}{arguments[:-2] + ')' if arguments.endswith(',)') else arguments}"


_show: Final = _Show()


def describe(value: Any, redact: Callable[[str], str] = str) -> str:
    """Write a result in a few words.

    Args:
        value: The result; of a `Deny` all is written that is for people.
        redact: Takes secrets out of that.
    """
    try:
        if type(value) is Deny:
            return str.__str__(str(value))
        text = _show.repr(value)
        return clean(str.__str__(text), redact, LONGEST_VALUE)
    except BaseException as error:
        if is_callers(error, NEVER):
            raise
        return f"<{type_name(value)} that cannot be shown>"


def describe_invalid(value: Any, redact: Callable[[str], str]) -> str:
    """Write an answer that means nothing in a few words; of a coroutine, what is missing."""
    if type(value) is CoroutineType:
        value.close()  # or Python would warn of it as well
        return f"the coroutine {value.__qualname__}: an `await` is missing"
    # By its bases, since the value, or its class, may do anything when it is compared.
    bases = _bases_of(type(value))
    is_awaitable = any(base is Deferred or base is asyncio.Future for base in bases)
    shown = describe(value, redact)
    return f"{shown}: an `await` is missing" if is_awaitable else shown


def cut(text: str, left: int, redact: Callable[[str], str]) -> str:
    """Cut a message of a receipt, and note that it was.

    Args:
        text: The message.
        left: How many characters the receipt has room for; some are kept in any case.
        redact: Takes secrets out of it, which are not recognisable once it is cut.
    """
    longest = max(min(left, LONGEST), _ALWAYS)
    return text if len(text) <= longest else clean(text, redact, longest)


def is_small(value: Any, depth: int = 0) -> bool:
    """Whether it costs little to keep a denial as it is, without running any code of it."""
    kind = type(value)
    if kind is Deny:
        code, reason, extra = value.code, value.reason, value.extra
        if type(code) is not str or type(reason) is not str or len(code) + len(reason) > LONGEST:
            return False
        return not extra or _has_small_items(extra, depth)
    for known, find in _IS_SMALL:
        if kind is known:  # its metaclass may hash and compare as it likes
            return find(value, depth)
    return issubclass(type(kind), EnumMeta)


def _has_small_parts(parts: Any, depth: int) -> bool:
    if depth == _DEEPEST or len(parts) > _MOST_PARTS:
        return False
    for each in parts:  # noqa: SIM110 -- twice as fast as `all`
        if not is_small(each, depth + 1):
            return False
    return True


def _has_small_items(items: Any, depth: int) -> bool:
    return _has_small_parts(items, depth) and _has_small_parts(items.values(), depth)


_IS_SMALL: Final[tuple[tuple[type, Callable[[Any, int], bool]], ...]] = (
    (str, lambda value, _depth: len(value) <= LONGEST),
    (dict, _has_small_items),
    (tuple, _has_small_parts),
    (list, _has_small_parts),
    (type(None), lambda _value, _depth: True),
    (bool, lambda _value, _depth: True),
    (int, lambda value, _depth: bool(value.bit_length() <= _LARGEST_BITS)),
    (float, lambda _value, _depth: True),
    (bytes, lambda value, _depth: len(value) <= LONGEST),
    (MappingProxyType, _has_small_items),
)
