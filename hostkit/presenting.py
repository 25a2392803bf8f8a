"""`presentable`: an exception that is safe to show, whatever the module did that raised it.

What formats a traceback reads many attributes, and follows causes and groups to their ends. A
module has written the class, so any of that may raise, never end, or lose the line of the log that
names the module.
"""

from __future__ import annotations

import itertools
import traceback
from abc import ABCMeta
from typing import Final

from hostkit.wording import type_name

_MOST_EXCEPTIONS: Final = 500
_MOST_NESTED: Final = 20

_READ: Final = frozenset(
    {
        "__bool__",
        "__cause__",
        "__class__",
        "__context__",
        "__dict__",
        "__getattr__",
        "__getattribute__",
        "__len__",
        "__notes__",
        "__suppress_context__",
        "__traceback__",
        "exceptions",
        "name",
        "obj",
    }
)
"""What is read of an exception when its traceback is formatted, logged or stored."""

_LISTING: Final = frozenset({"__dir__", "__class__", "__getattribute__"})
_IS_WRITTEN_IN_PYTHON: Final = 1 << 9  # a flag that Python documents for its C API: a "heap type"

_members_of: Final = type.__dict__["__dict__"].__get__
_bases_of: Final = type.__dict__["__mro__"].__get__
_raw: Final = BaseException.__dict__
_cause_of: Final = _raw["__cause__"].__get__
_context_of: Final = _raw["__context__"].__get__
_hides_context: Final = _raw["__suppress_context__"].__get__
_traceback_of: Final = _raw["__traceback__"].__get__
_attributes_of: Final = _raw["__dict__"].__get__
_exceptions_of: Final = BaseExceptionGroup.__dict__["exceptions"].__get__
_object_of: Final = AttributeError.__dict__["obj"].__get__


def presentable(error: BaseException) -> BaseException:
    """Return an exception that can be logged and wrapped in a `Failure` without surprises.

    Args:
        error: What a module's code raised.

    Returns:
        The exception itself if all that is read of it is as Python made it. Otherwise a stand-in
        with its name, message, traceback and causes, and without its members.
    """
    return error if _is_plain(error) else _stand_in(error, 0)


def exception_line(error: BaseException) -> str:
    """Write an exception as its last line in a traceback."""
    error = presentable(error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"  # its place is shown elsewhere
    return "".join(traceback.format_exception_only(error)).strip()


def message_of(error: BaseException) -> str:
    """Write an exception's message, if that can be had.

    Raises:
        KeyboardInterrupt: Writing it was interrupted.
    """
    try:
        text = str(error)
        return text if type(text) is str else str.__str__(text)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001 -- it may be anything
        return "(its message cannot be shown)"


def _stand_in(error: BaseException, depth: int) -> BaseException:
    module = _members_of(type(error)).get("__module__")
    members = {"__module__": module if type(module) is str else "builtins"}
    made: BaseException = type(type_name(error), (Exception,), members)(message_of(error))
    made.__traceback__ = _traceback_of(error)
    if depth < _MOST_NESTED:
        cause, context = _cause_of(error), _context_of(error)
        for name, other in (("__cause__", cause), ("__context__", context)):
            if other is not None:
                shown = other if _is_plain(other) else _stand_in(other, depth + 1)
                setattr(made, name, shown)
    made.__suppress_context__ = _hides_context(error)
    return made


def _is_plain(error: BaseException) -> bool:
    """Whether an exception, and all that is shown with it, can be shown as it is."""
    rest = [(error, 0)]
    seen = set[int]()
    count = 0
    while rest:
        each, depth = rest.pop()
        seen.add(id(each))
        count += 1
        if count > _MOST_EXCEPTIONS or depth > _MOST_NESTED or not _is_plain_itself(each):
            return False
        causes = (_cause_of(each), _context_of(each))
        rest += [(one, depth) for one in causes if one is not None and id(one) not in seen]
        if issubclass(type(each), BaseExceptionGroup):
            # A member is shown as often as it is one, also of several groups.
            rest += [(one, depth + 1) for one in _exceptions_of(each)]
    return True


def _is_plain_itself(error: BaseException) -> bool:
    kind = type(error)
    if type(kind) is not type and type(kind) is not ABCMeta:
        return False
    has_own_text = False
    for base in itertools.takewhile(_is_written_in_python, _bases_of(kind)):
        members = _members_of(base)
        if not _READ.isdisjoint(members) or type(members.get("__module__")) is not str:
            return False
        has_own_text = has_own_text or "__str__" in members
    return (not has_own_text or _has_plain_text(error)) and _has_plain_details(error)


def _is_written_in_python(cls: type) -> bool:
    return bool(cls.__flags__ & _IS_WRITTEN_IN_PYTHON)


def _has_plain_text(error: BaseException) -> bool:
    try:
        return type(str(error)) is str
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001 -- it may be anything
        return False


def _has_plain_details(error: BaseException) -> bool:
    """Whether that is so for notes, and for what some classes of Python show besides."""
    notes = _attributes_of(error).get("__notes__", [])
    if type(notes) is not list or any(type(note) is not str for note in notes):
        return False
    if isinstance(error, SyntaxError):
        shown = (error.msg, error.filename, error.lineno, error.offset, error.text)
        return all(type(one) in (str, int, type(None)) for one in shown)
    # Python looks for names that are nearly the one which is missing.
    return not isinstance(error, AttributeError) or not _lists_its_own(_object_of(error))


def _lists_its_own(value: object) -> bool:
    return any(
        _is_written_in_python(base) and not _LISTING.isdisjoint(_members_of(base))
        for base in _bases_of(type(value))
    )
