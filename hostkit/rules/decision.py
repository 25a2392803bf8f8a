"""What a module can say about an operation: `ALLOW` it, or `Deny` it."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self, TypeAlias, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


DENIED: Final = "denied"
"""The code, and the reason, of denials that say no more."""


class _Truthless:
    """Refuses to be read as true or false, so that a denial can never pass for an allow."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a decision is neither true nor false: "
            "compare it with `is ALLOW`, or ask `isinstance(decision, Deny)`"
        )


@final
class Allow(_Truthless, Enum):
    """The type of `ALLOW`, which is its only value."""

    ALLOW = "allow"

    def __repr__(self) -> str:
        return "ALLOW"

    __str__ = __repr__


ALLOW: Final[Literal[Allow.ALLOW]] = Allow.ALLOW
"""Nothing against it: the next module is asked, and the operation goes on if all say so."""


@final
@attrs.frozen(init=False)
class Deny(_Truthless):
    """A denial: the operation ends here and no later module is asked.

    Args:
        code: A short stable identifier that programs can act on, such as ``"spam"``.
        reason: What the person who was denied reads.
        extra: Further facts for the host's answer, such as ``retry_after_seconds=5``. None of them
            can be called ``code`` or ``reason``.

    Raises:
        TypeError: Code or reason is not a string, or is given twice.
    """

    code: str
    reason: str
    extra: Mapping[str, Any] = attrs.field(hash=False)

    def __init__(self, /, code: str, reason: str = "", **extra: Any) -> None:
        texts: tuple[object, ...] = (code, reason)  # callers may have no type checker
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(f"code and reason of a denial are str: Deny({code!r}, {reason!r})")
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue] -- attrs adds it
            code, reason, MappingProxyType(extra)
        )

    @classmethod
    def with_fields(cls, code: str, reason: str, fields: Mapping[str, Any]) -> Self:
        """Make a denial whose further facts have any names, also ``code`` and ``reason``.

        Args:
            code: As for `Deny`.
            reason: As for `Deny`.
            fields: The further facts, as for a host that describes denials of its own kind.

        Raises:
            TypeError: Code or reason is not a string.
        """
        denial = cls(code, reason)
        object.__setattr__(denial, "extra", MappingProxyType(dict(fields)))
        return denial

    def __reduce__(self) -> tuple[Any, ...]:
        # The read-only view of `extra` can be neither copied nor pickled.
        return _deny, (self.code, self.reason, dict(self.extra))

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}" if self.reason else self.code


# Twisted pickles bound methods in its own way, which knows no class methods.
def _deny(code: str, reason: str, fields: dict[str, Any]) -> Deny:
    return Deny.with_fields(code, reason, fields)


def as_deny(denial: object) -> Deny:
    """Write a denial of a kind that is not known as a `Deny`, as well as can be.

    Args:
        denial: The result of a call that was denied, or the exception that denied it.

    Returns:
        A `Deny` itself; the message of an exception; the value of an enum's member, if it is a
        string, or else its name in lower case as the code; a string as the reason.
    """
    match denial:
        case Deny():
            return denial
        case BaseException():
            return Deny(DENIED, str(denial) or DENIED)
        case Enum(value=str(code)):
            return Deny(code, DENIED)
        case Enum():
            return Deny(denial.name.lower(), DENIED)
        case str():
            return Deny(DENIED, denial)
        case _:
            return Deny(DENIED, DENIED)


Decision: TypeAlias = Literal[Allow.ALLOW] | Deny
"""What a deciding hook returns: `ALLOW` or a `Deny`."""


@final
class Continue(Enum):
    """The type of `CONTINUE`, which is its only value."""

    CONTINUE = "continue"

    def __repr__(self) -> str:
        return "CONTINUE"

    __str__ = __repr__


CONTINUE: Final[Literal[Continue.CONTINUE]] = Continue.CONTINUE
"""What a rule's ``read`` returns for a value that lets the next module be asked."""


@final
@attrs.frozen
class Replace:
    """What ``read`` returns for an answer that changes an argument of the call.

    Args:
        change: Takes the argument and returns what takes its place. An exception means that the
            answer is invalid.
        result: What the call gives in the end, unless a later module denies or replaces, too.
    """

    change: Callable[[Any], Any]
    result: Any
