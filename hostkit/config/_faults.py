"""`Fault`: one thing that is wrong with a value, and how exceptions become faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

import attrs
from cattrs import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

from hostkit.codes import Code
from hostkit.config._fields import written_keys
from hostkit.config._lookalikes import looks_like, odd_characters
from hostkit.errors import ConfigError, HostkitError, Path, Problem, show_path
from hostkit.wording import either, nearest, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


_MOST_GUESSES: Final = 100
"""For so many unknown keys of one mapping it is guessed what was meant."""


@final
@attrs.frozen
class Fault:
    """One thing that is wrong with a value.

    Attributes:
        code: Stable identifier, ``HK`` and three digits.
        message: What is wrong, in one line.
        path: Where, relative to the value that was structured.
        expected: What would have been right.
        hint: What to do, or the name that was probably meant.
        is_key: Whether the last step's key is meant rather than its value.
    """

    code: str
    message: str
    path: Path = ()
    expected: str | None = None
    hint: str | None = None
    is_key: bool = False

    def problem(self) -> Problem:
        """Make a problem of it, without a place."""
        return Problem(self.code, self.message, self.path, expected=self.expected, hint=self.hint)

    def under(self, *steps: str | int) -> Fault:
        """Move the fault to a value that stands further down."""
        return attrs.evolve(self, path=(*steps, *self.path))


@final
class StructureErrors(HostkitError):
    """Everything that is wrong with one value.

    The messages quote what was found, secrets included: show them only after
    `HostFile.problem` has redacted them.

    Args:
        faults: At least one.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(f"{show_path(fault.path)}: {fault.message}" for fault in self.faults)


def faults_of(error: Exception) -> tuple[Fault, ...]:
    """Find every fault an exception stands for, with paths relative to the structured value.

    Raises:
        RecursionError: The exception is one; its path would be endless.
    """
    match error:
        case StructureErrors():
            return error.faults
        case ConfigError():
            return (Fault(Code.REFUSED_BY_CLASS, error.message, error.path),)
        case RecursionError():
            raise error
        case ClassValidationError():
            return tuple(_in_class(error))
        case IterableValidationError():
            return tuple(_in_items(error))
        case _:
            return (Fault(Code.REFUSED_BY_CLASS, text_of(error)),)


def text_of(error: Exception) -> str:
    """Read an exception's message; the validators of attrs put it first of many arguments."""
    if error.args and isinstance(error.args[0], str) and not isinstance(error, KeyError):
        return error.args[0]
    return f"{type(error).__name__}: {error}"


def _in_class(error: ClassValidationError) -> Iterator[Fault]:
    keys = written_keys(error.cl)
    in_fields, others = error.group_exceptions()
    misspelt: set[str | None] = set()
    for each in others:
        if not isinstance(each, ForbiddenExtraKeysError):
            yield from faults_of(each)
            continue
        for number, key in enumerate(sorted(map(str, each.extra_fields))):
            # It takes as long as all the rest, and so many are not slips of the pen.
            near = _meant(key, keys.values()) if number < _MOST_GUESSES else None
            misspelt.add(near)
            yield unknown_key(key, near, sorted(keys.values()))
    for each, note in in_fields:
        key = keys.get(note.name, note.name)
        if not isinstance(each, KeyError):
            yield from (fault.under(key) for fault in faults_of(each))
        elif key not in misspelt:  # a misspelt required key is one mistake, not two
            yield Fault(Code.MISSING_KEY, f"the key {key!r} is missing", hint=f"add {key!r}")


def _meant(key: str, known: Collection[str]) -> str | None:
    """Find the key that was meant, by its look or its spelling."""
    same = (each for each in known if not key.isascii() and looks_like(key, each))
    return next(same, None) or nearest(key, known)


def unknown_key(key: str, near: str | None, known: list[str]) -> Fault:
    """Build the fault of a key that means nothing.

    Args:
        key: The key.
        near: What was probably meant.
        known: All keys that mean something.
    """
    expected = either(known) if known else "no keys at all"
    hint = None if near is None else f"did you mean {near!r}?"
    odd = None if near is None else odd_characters(key)
    if odd is not None:
        hint = f"{hint} This one has {odd}"
    return Fault(Code.UNKNOWN_KEY, f"unknown key {quote(key)}", (key,), expected, hint, is_key=True)


def _in_items(error: IterableValidationError) -> Iterator[Fault]:
    in_items, others = error.group_exceptions()
    for each in others:
        yield from faults_of(each)
    for each, note in in_items:
        is_key = note.startswith("Structuring mapping key")
        for fault in faults_of(each):
            yield attrs.evolve(fault.under(*steps_of(note.index)), is_key=fault.is_key or is_key)


def steps_of(key: Any) -> tuple[str | int, ...]:
    """Make a path of a key; one that is neither string nor number cannot be named in it."""
    return (key,) if isinstance(key, str | int) else ()
