"""Answers that decide: plain permissions, and the verdicts of spam checkers.

The readings of verdicts differ only in the meaning of the booleans and strings of older modules:

| reading | `True` | `False` | a string that is not a code |
|---|---|---|---|
| `read_event_check` | denies | continues | denies with that string |
| `read_check` | denies | continues | invalid |
| `read_may` | continues | denies | invalid |
| `read_strict` | invalid | invalid | invalid |

Everywhere ``NOT_SPAM``, or a string equal to it, continues; a code and a pair of a code and a dict
deny. A word may come from an enumeration of another library: any member of a string enumeration is
a code, and so is one of a plain enumeration whose value looks like a code.
"""

from __future__ import annotations

import logging
from enum import Enum, unique
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias, final

from hookspecs.errors import Codes, code_of
from hookspecs.values import JsonDict
from hostkit import CONTINUE, current_module

if TYPE_CHECKING:
    from hostkit.rules import Continue, Read

NOT_SPAM: Final = "NOT_SPAM"
"""Lets the next module be asked; any equal string does the same."""

Verdict: TypeAlias = Literal["NOT_SPAM"] | tuple[str, JsonDict]
"""What a deciding hook gives its host: `NOT_SPAM`, or a code and fields for the answer."""

_EXPECTED: Final = "an answer is NOT_SPAM, a code, or a tuple of a code and a dict"
_log: Final = logging.getLogger("hostkit.modules")


def read_permission(value: Any) -> Literal[False] | Continue:
    """Refuse for `False`, and continue for `True`.

    Raises:
        TypeError: It is neither.
    """
    if not isinstance(value, bool):
        raise TypeError("neither True nor False")
    return CONTINUE if value else False


@final
@unique
class RegistrationBehaviour(Enum):
    """What becomes of a registration.

    Modules may answer with an enumeration of another library that has members of the same names;
    these are equal to ours.
    """

    ALLOW = "allow"
    """The account is created."""
    SHADOW_BAN = "shadow_ban"
    """The account is created, but what it sends is hidden from all others."""
    DENY = "deny"
    """No account is created."""

    def __eq__(self, other: object) -> bool:
        return self is _behaviour_of(other)

    # Members of all enumerations hash as their names.
    __hash__ = Enum.__hash__


def _behaviour_of(value: object) -> RegistrationBehaviour | None:
    """Find which member a member of this or of a similar enumeration is."""
    if isinstance(value, RegistrationBehaviour):
        return value
    members = type(value).__members__ if isinstance(value, Enum) else {}
    if not RegistrationBehaviour.__members__.keys() <= members.keys():
        return None
    return next((each for each in RegistrationBehaviour if members[each.name] is value), None)


@final
class _NoFields(dict[str, Any]):
    """An empty dict that stays empty."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("other denials have the same dict: make a new one with more fields")

    __setitem__ = setdefault = update = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]


FORBIDDEN: Final[tuple[Codes, JsonDict]] = (Codes.FORBIDDEN, _NoFields())
"""The stock denial of a rule, equal to what `forbidden` makes.

A rule has one for all calls, so its dict takes no fields.
"""


def forbidden() -> tuple[Codes, JsonDict]:
    """Make the stock denial, for answers that deny without details.

    Returns:
        A new one each time, so that two denials share no dict.
    """
    return Codes.FORBIDDEN, {}


def read_strict(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read the answer of a hook that never accepted booleans.

    Raises:
        TypeError: It is invalid.
    """
    word = value.value if isinstance(value, Enum) else value
    if isinstance(word, str) and word == NOT_SPAM:
        return CONTINUE
    if not isinstance(value, tuple):
        value = (value, {})
    if len(value) == 2 and isinstance(value[1], dict):  # noqa: PLR2004 -- a pair
        code = code_of(value[0])
        if code is not None:
            return value if code is value[0] else (code, value[1])
    raise TypeError(_EXPECTED)


def read_may(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read whether a user *may* do something; formerly, `True` allowed and `False` denied.

    Raises:
        TypeError: It is invalid.
    """
    if isinstance(value, bool):
        return CONTINUE if value else forbidden()
    return read_strict(value)


def read_check(value: Any) -> tuple[str, JsonDict] | Continue:
    """Read whether something *is* spam; formerly, `True` denied and `False` allowed.

    Raises:
        TypeError: It is invalid.
    """
    if isinstance(value, bool):
        return forbidden() if value else CONTINUE
    return read_strict(value)


def read_event_check(value: Any) -> tuple[str, JsonDict] | str | Continue:
    """Read the same for an event, where any other string is the message for the sender.

    Raises:
        TypeError: It is invalid.
    """
    # This runs for every event, and most denials have one of our own codes. `isinstance(_, Enum)`
    # is slow, so the usual types are compared first.
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
        TypeError: It is not a member of `RegistrationBehaviour`, or of an enumeration like it.
    """
    behaviour = _behaviour_of(value)
    if behaviour is None:
        raise TypeError("neither ALLOW nor SHADOW_BAN nor DENY")
    return behaviour


def read_drop(value: Any) -> Any:
    """Return a truthy value as it is; everything else continues."""
    return value or CONTINUE


def read_hide(value: Any) -> bool | Continue:
    """Return `True` for a truthy value; everything else continues."""
    return True if value else CONTINUE


def report_booleans(hook: str, read: Read) -> Read:
    """Wrap a reading so that it logs the first boolean of each module, once per process.

    Args:
        hook: The hook's full name, for the log.
        read: The reading of the hook's answers.

    Returns:
        A reading for this hook alone, which remembers the modules it has reported.
    """
    reported: set[str | None] = set()

    def reading(value: Any) -> Any:
        if value is not True and value is not False:
            return read(value)
        # An invalid boolean raises here: the policy for invalid answers logs it anyway.
        result = read(value)
        module = current_module()
        if module not in reported:
            reported.add(module)
            _report(module, hook, value, allows=result is CONTINUE)
        return result

    return reading


def _report(module: str | None, hook: str, value: bool, *, allows: bool) -> None:  # noqa: FBT001 -- the answer itself
    _log.getChild(str(module)).warning(
        "module %s answers %s with %s, which is deprecated; to %s, return %s",
        module,
        hook,
        value,
        *(("allow", "NOT_SPAM") if allows else ("deny", "a code such as Codes.FORBIDDEN")),
    )
