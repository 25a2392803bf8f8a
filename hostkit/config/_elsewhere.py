"""Values that stand elsewhere: in environment variables and files, by `!env` and `!file`.

The short form names one secret. The long form, and a string with ``${NAME:-default}`` in it, are
for what may be shown: a value that has a default in the file itself is not a secret.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.config._fields import Check
from hostkit.errors import Problem
from hostkit.files import mode_of, read_plain

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"\w+")
TAGS: Final = frozenset({"!env", "!file"})
"""The tags of values that stand elsewhere."""

_NONE: Final = object()
_MOST_BYTES: Final = 1024**2
_IN_TEXT: Final = re.compile(
    r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}"
)


@final
@attrs.frozen
class Found:
    """What stood elsewhere.

    Attributes:
        text: All of it.
        secrets: What of it must not be shown.
        is_typed: Whether it is read as if it stood in the file, or is always a string.
        is_absent: Whether it only stands in for what is not there.
    """

    text: str
    secrets: frozenset[str] = frozenset()
    is_typed: bool = False
    is_absent: bool = False


_Single = Annotated[Any, Check(lambda value: not isinstance(value, dict | list), "a single value")]


@final
@attrs.frozen
class LongForm:
    """The keys of ``!env {name: ..., default: ...}``.

    Attributes:
        name: The environment variable, or the file.
        default: What counts if there is none.
        secret: Whether the value must not be shown; by default, if there is no default.
    """

    name: str
    default: _Single = _NONE
    secret: bool | None = None

    @property
    def has_default(self) -> bool:
        """Whether the value may be absent."""
        return self.default is not _NONE

    def fetch(self, tag: str, folder: Path) -> Found | Problem | None:
        """Fetch the value.

        Args:
            tag: ``!env`` or ``!file``.
            folder: Where relative file names start.

        Returns:
            The value; why there is none; or `None` if the default counts.
        """
        text = _read(tag, self.name, folder)
        if isinstance(text, Problem):
            return None if self.has_default and is_absent(text, self.name, folder) else text
        if text == "" and self.has_default:  # as `${NAME:-default}` in a shell
            return None
        is_secret = self.default in (_NONE, None, "") if self.secret is None else self.secret
        return Found(text, frozenset({text} if is_secret else ()), is_typed=True)


def fetch(tag: str, name: str, folder: Path) -> Found | Problem:
    """Fetch what the short form names, or fill in a string with ``${NAME}`` in it.

    Args:
        tag: ``!env`` or ``!file``.
        name: The environment variable, or the file, or the string.
        folder: Where relative file names start.

    Returns:
        The value, or why there is none.
    """
    if tag == "!env" and "$" in name:
        return _fill_in(name)
    text = _read(tag, name, folder)
    return text if isinstance(text, Problem) else Found(text, frozenset({text}))


def is_absent(problem: Problem, name: str, folder: Path) -> bool:
    """Whether there is no value only because its variable or file is not there.

    Args:
        problem: Why there is none.
        name: The environment variable, or the file.
        folder: Where relative file names start.
    """
    if problem.code == Code.TAG_FILE_UNREADABLE:
        return not mode_of(folder / name)
    return problem.code == Code.NO_SUCH_VARIABLE


def no_name(tag: str) -> Problem:
    """Build the problem of a tag without a name."""
    what = "an environment variable" if tag == "!env" else "a file"
    return Problem(
        Code.TAG_WITHOUT_NAME, f"{tag} needs the name of {what}", expected=f"`key: {tag} name`"
    )


def _fill_in(template: str) -> Found | Problem:
    if "$" in _IN_TEXT.sub("", template):
        return Problem(
            Code.BAD_TEMPLATE,
            f"{template!r} has a `$` that does not belong to a variable",
            expected="${NAME}, ${NAME:-default}, or $$ for the character itself",
        )
    secrets: set[str] = set()
    missing: list[Problem] = []

    def fill(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if name is None:
            return "$"
        text = _read_variable(name)
        if default is not None:
            return default if isinstance(text, Problem) or text == "" else text
        if isinstance(text, Problem):
            missing.append(text)
            return ""
        secrets.add(text)
        return text

    filled = _IN_TEXT.sub(fill, template)
    return missing[0] if missing else Found(filled, frozenset(secrets))


def _read(tag: str, name: str, folder: Path) -> str | Problem:
    if not name:
        return no_name(tag)
    return _read_variable(name) if tag == "!env" else _read_file(folder / name)


def _read_variable(name: str) -> str | Problem:
    # A name that cannot be encoded cannot be set either.
    with contextlib.suppress(UnicodeEncodeError):
        secret = os.environ.get(name)
        if secret is not None:
            return secret
    message = f"the environment variable {name!r} is not set"
    hint = f"set {name} before the start"
    if not _NAME.fullmatch(name):
        plain = _NAME.match(name)
        hint = 'write "${NAME}" for a variable in a longer text, or "${NAME:-default}"'
        if plain is not None and name.startswith(":-", plain.end()):
            hint = f'write !env "${{{name}}}"'
    return Problem(Code.NO_SUCH_VARIABLE, message, hint=hint)


def _read_file(path: Path) -> str | Problem:
    try:
        text = read_plain(path, _MOST_BYTES).decode()
    except UnicodeDecodeError as error:
        message = f"the byte {error.start + 1} of {str(path)!r} is not UTF-8"
        return Problem(Code.TAG_FILE_NOT_UTF8, message, hint="save the file as UTF-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        message = f"{str(path)!r} cannot be read: {reason}"
        hint = "relative names start at the config file's folder"
        return Problem(Code.TAG_FILE_UNREADABLE, message, hint=hint)
    return text.removesuffix("\n").removesuffix("\r")
