"""What the answers of spam checkers mean, by the generation of the hook."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

from hookspecs.vocabulary import NOT_SPAM, Codes, RegistrationBehaviour
from hostkit import CONTINUE

if TYPE_CHECKING:
    from hookspecs.vocabulary import JsonDict
    from hostkit.rules import Continue

_EXPECTED: Final = "an answer is NOT_SPAM, a code, or a tuple of a code and a dict"


@final
class _NoFields(dict[str, Any]):
    """An empty dict that stays empty."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("other denials have the same dict: make a new one with more fields")

    __setitem__ = setdefault = update = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]


FORBIDDEN: Final[tuple[Codes, JsonDict]] = (Codes.FORBIDDEN, _NoFields())
"""The stock denial of a rule, equal to what `forbidden` makes.

A rule has one for all calls, so nobody can add fields to its dict.
"""


def forbidden() -> tuple[Codes, JsonDict]:
    """Make the stock denial, for answers that deny without saying more.

    Returns:
        A new one each time, so that two denials share no dict.
    """
    return Codes.FORBIDDEN, {}


def read_strict(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read the answer of a hook that never knew booleans.

    Raises:
        TypeError: It is not one.
    """
    if isinstance(value, str):
        if value == NOT_SPAM:
            return CONTINUE
        if isinstance(value, Enum):  # a host may have an enumeration of codes of its own
            return value, {}
    elif isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004 -- a pair
        code, fields = value
        if isinstance(fields, dict) and isinstance(code, str) and isinstance(code, Enum):
            return value
    raise TypeError(_EXPECTED)


def read_may(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read whether somebody *may* do something: once, `True` allowed and `False` denied.

    Raises:
        TypeError: It is not an answer of this kind.
    """
    if isinstance(value, bool):
        return CONTINUE if value else forbidden()
    return read_strict(value)


def read_check(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read whether something *is* spam: once, `True` denied and `False` allowed.

    Raises:
        TypeError: It is not an answer of this kind.
    """
    if isinstance(value, bool):
        return forbidden() if value else CONTINUE
    return read_strict(value)


def read_event_check(value: Any) -> tuple[str, JsonDict] | str | Continue:
    """Read the same of an event, where any other text is what the sender is told.

    Raises:
        TypeError: It is not an answer of this kind.
    """
    # Every event comes here, mostly with one of our own codes. Python is slow to tell whether
    # something is an enumeration at all.
    if type(value) is Codes:
        return value, {}
    if type(value) is tuple and len(value) == 2:  # noqa: PLR2004 -- a pair
        code, fields = value
        if type(code) is Codes and type(fields) is dict:
            denial: tuple[Codes, JsonDict] = value
            return denial
    if not isinstance(value, str):
        return read_check(value)
    if value == NOT_SPAM:
        return CONTINUE
    return (value, {}) if isinstance(value, Enum) else value


def read_registration(value: Any) -> RegistrationBehaviour:
    """Read what becomes of a registration.

    Raises:
        TypeError: It is no `RegistrationBehaviour`.
    """
    if not isinstance(value, RegistrationBehaviour):
        raise TypeError("neither ALLOW nor SHADOW_BAN nor DENY")
    return value


def read_drop(value: Any) -> Any:
    """Take what Python takes for true as it is, and let everything else continue."""
    return value or CONTINUE


def read_hide(value: Any) -> bool | Continue:
    """Take what Python takes for true for `True`, and let everything else continue."""
    return True if value else CONTINUE
