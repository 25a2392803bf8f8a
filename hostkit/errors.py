"""Everything hostkit raises, and `Problem`, which describes what is wrong.

What is wrong with a file, a module or a declaration carries a stable code (``HK…``), which
`docs/reference/problems.md` explains.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, final

import attrs

from hostkit.wording import indented

_MOST_SHOWN: Final = 100
"""How many problems of a file are written out; more would bury the first ones."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a config file: ``("modules", 0, "timeout")``."""


def show_path(path: Path) -> str:
    """Write a path: ``modules[0].timeout``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


@final
@attrs.frozen
class Place:
    """A position in a text file.

    Attributes:
        file: The file's name, as the user gave it.
        line: Line number, from 1.
        column: Column of the first character meant, from 1.
        excerpt: The line's text, or of a long line what stands around the column; already free of
            secrets.
        skipped: How many characters of the line the excerpt begins after.
    """

    file: str
    line: int
    column: int
    excerpt: str = ""
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@final
@attrs.frozen
class Problem:
    """One thing that is wrong, with all that is needed to correct it.

    Attributes:
        code: Stable identifier, ``HK`` and three digits; a warning may have none.
        message: What is wrong, in one line.
        path: Where in the config file, as keys and indexes.
        place: The same as line and column, if there is a file.
        details: Further facts, a line each (signatures, the frame that raised).
        expected: What would have been right.
        hint: What to do, or the name that was probably meant.
        severity: Whether it is an error, or a warning, with which all works as it is written.
    """

    code: str
    message: str
    path: Path = ()
    place: Place | None = None
    details: tuple[str, ...] = ()
    expected: str | None = None
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"

    @property
    def position(self) -> tuple[int, int]:
        """Line and column to sort by; what has no place comes first."""
        return (self.place.line, self.place.column) if self.place is not None else (0, 0)

    def render(self) -> str:
        """Write the problem in full: place, message, excerpt with a caret, details and hints."""
        where = str(self.place) if self.place is not None else show_path(self.path)
        kind = "warning:" if self.severity == "warning" else ""
        head = " ".join(filter(None, (where and f"{where}:", kind, self.code, self.message)))
        lines = [indented(head)]
        margin = "  "
        if self.place is not None and self.place.excerpt:
            number = str(self.place.line)
            margin = " " * len(number) + " "
            lines += [
                f"{margin}|",
                f"{number} | {self.place.excerpt}",
                f"{margin}| {' ' * (self.place.column - 1 - self.place.skipped)}^",
            ]
        further = list(self.details)
        if self.expected is not None:
            further.append(f"expected: {self.expected}")
        if self.hint is not None:
            further.append(f"hint: {self.hint}")
        lines += [f"{margin}= {indented(line, f'{margin}  ')}" for line in further]
        return "\n".join(lines)


class HostkitError(Exception):
    """Base of all exceptions that hostkit defines."""


@final
class ConfigError(HostkitError):
    """A module's configuration is wrong; what `parse_config` raises.

    Args:
        message: What is wrong.
        path: Where, relative to the module's own ``config:``, as keys and indexes, or as one key.
    """

    def __init__(self, message: str, path: Path | list[str | int] | str = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path: Path = (path,) if isinstance(path, str) else tuple(path)


@final
class ConfigErrors(HostkitError):
    """Everything that is wrong with one configuration, found in one run.

    Args:
        problems: At least one, in the order of the file.
        warnings: What else was found meanwhile, and would not have been an error.
    """

    def __init__(self, problems: tuple[Problem, ...], warnings: tuple[Problem, ...] = ()) -> None:
        super().__init__(problems)
        self.problems = problems
        self.warnings = warnings

    def __str__(self) -> str:
        shown, rest = self.shown()
        return "\n\n".join([*(problem.render() for problem in shown), *rest])

    def shown(self) -> tuple[tuple[Problem, ...], list[str]]:
        """Choose what is shown, since a file may have as many problems as it has lines.

        Returns:
            The first problems, and a line that counts the others, if there are more.
        """
        more = len(self.problems) - _MOST_SHOWN
        rest = [f"... and {more} more problem{'s' if more > 1 else ''}"] if more > 0 else []
        return self.problems[:_MOST_SHOWN], rest


class CodedError(HostkitError):
    """An error that is one `Problem`: it has a code, a message, details and a hint."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        details: tuple[str, ...] = (),
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, details=details, expected=expected, hint=hint)

    @property
    def code(self) -> str:
        """The stable identifier of what went wrong."""
        return self.problem.code

    def __str__(self) -> str:
        return self.problem.render()


@final
class SpecError(CodedError):
    """A category or a hookspec is declared wrongly: a mistake of the host's author."""


class RegistrationError(CodedError):
    """A module made an invalid registration: a mistake of the module's author."""


@final
class UnknownNameError(RegistrationError, AttributeError):
    """No such method on the api; also an `AttributeError`, so that `hasattr` stays useful."""


@final
class BackgroundError(CodedError):
    """Background work of a module cannot begin, or would wait for itself."""


class ModuleFailedError(HostkitError):
    """A module could not answer: the third outcome, neither allow nor deny.

    What the module raised is the ``__cause__``.

    Args:
        module: The module's name.
        hook: The hook's full name, ``category.hook``, or the life-cycle step (``start``).
        reason: What happened, in one line.
    """

    def __init__(self, module: str, hook: str, reason: str) -> None:
        super().__init__(f"module {module!r} failed in {hook}: {reason}")
        self.module = module
        self.hook = hook
        self.reason = reason


class Unavailable(HostkitError):  # noqa: N818 -- a condition, as modules raise it
    """Raised by a module: something it needs to answer cannot be reached.

    That is an outage, and neither a mistake of the module nor a time-out of its callback; operators
    can say what it means for them (``on_error: {unavailable: continue, error: deny}``). Raise it
    from what was caught::

        raise Unavailable("the reputation service does not answer") from error

    Args:
        reason: What cannot be reached, in one line.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(*([reason] if reason else ()))
        self.reason = reason


@final
class InvalidationError(HostkitError):
    """Other processes could not be notified that an entry of a cache is stale.

    In this process it was dropped. The cause is the ``__cause__``.

    Args:
        module: The module's name.
        function: The cached method's qualified name.
        reason: What happened, in one line.
    """

    def __init__(self, module: str, function: str, reason: str) -> None:
        super().__init__(
            f"module {module!r}: other processes could not be notified of a stale entry in the "
            f"cache of {function}: {reason}"
        )
        self.module = module
        self.function = function
        self.reason = reason


@final
class HookTimeoutError(HostkitError, TimeoutError):
    """A module took longer than its ``timeout:`` allows.

    Args:
        module: The module's name.
        hook: The hook's full name, ``category.hook``.
        seconds: The limit that was passed.
    """

    def __init__(self, module: str, hook: str, seconds: float) -> None:
        super().__init__(f"module {module!r} took longer than {seconds:g}s in {hook}")
        self.module = module
        self.hook = hook
        self.seconds = seconds


@final
class InvalidValueError(HostkitError, TypeError):
    """A callback answered with a value that means nothing for its hook.

    Args:
        module: The module's name.
        hook: The hook's full name, ``category.hook``.
        reason: What was returned and what would have been right.
    """

    def __init__(self, module: str, hook: str, reason: str) -> None:
        super().__init__(f"module {module!r} gave an invalid answer in {hook}: {reason}")
        self.module = module
        self.hook = hook
        self.reason = reason
