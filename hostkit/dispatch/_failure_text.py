"""What is said about a failure of a module: its text, the note on it, and its context.

A module has written the exception's class, so nothing on it is relied on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.errors import InvalidValueError
from hostkit.loops import ADVISABLE, advise, attempt
from hostkit.wording import type_name

if TYPE_CHECKING:
    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

_read_context: Final = vars(BaseException)["__context__"].__get__


def say(error: BaseException) -> str:
    """Write what was raised; secrets in it are taken out where it is shown."""
    if type(error) is InvalidValueError:
        return error.reason
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 -- it may be anything; `text_of` finds out
        text = text_of(error)
    name = type_name(error)
    said = f"{name}: {text}" if text else name
    return advise(error, said) if issubclass(type(error), ADVISABLE) else said


def text_of(error: BaseException) -> str:
    """Write an exception's message, if that can be had."""
    return attempt(str, error, otherwise="(its message cannot be shown)")


def add_note(error: BaseException, callback: Callback, spec: Hookspec) -> None:
    """Add to an exception that is raised as it is which module it came from."""
    place = callback.locate()
    note = f"in module {callback.module!r}, hook {spec.full_name}"
    note += f" (listed at {place})" if place is not None else ""
    note = advise(error, note)

    def add(error: BaseException) -> None:
        if note not in getattr(error, "__notes__", ()):  # it may be raised many times
            error.add_note(note)

    attempt(add, error, otherwise=None)  # some exceptions cannot be added to


def set_context(raised: BaseException, error: BaseException) -> None:
    """Note what was being handled, unless that leads back to what was raised."""
    if _read_context(raised) is not None:
        return
    passed: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in passed:
        if each is raised:
            return
        passed.add(id(each))
        each = _read_context(each)
    raised.__context__ = error
