"""From a file's bytes to its text."""

from __future__ import annotations

import codecs
from pathlib import Path as FilePath

from yaml.reader import Reader

from hostkit.codes import Code
from hostkit.config._place import place_at
from hostkit.errors import ConfigErrors, Problem


def read_text(name: str) -> str:
    """Read a text file.

    Args:
        name: The file's name.

    Returns:
        Its text, which holds only characters that YAML allows.

    Raises:
        ConfigErrors: The file cannot be read, or is not UTF-8 text.
    """
    data = _read_bytes(name).removeprefix(codecs.BOM_UTF8)
    problem = _not_utf8(name, data)
    if problem is None:
        text = data.decode()
        problem = _control_character(name, text)
    if problem is not None:
        raise ConfigErrors((problem,))
    return text


def _read_bytes(name: str) -> bytes:
    try:
        return FilePath(name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        problem = Problem(
            Code.FILE_NOT_FOUND,
            f"there is no file {name!r}",
            hint=f"it would be {str(FilePath(name).absolute())!r}",
        )
    except IsADirectoryError:
        hint = "name the file in it"
        problem = Problem(Code.FILE_IS_FOLDER, f"{name!r} is a folder, not a file", hint=hint)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = Problem(Code.FILE_UNREADABLE, f"{name!r} cannot be read: {reason}")
    raise ConfigErrors((problem,))


def _not_utf8(name: str, data: bytes) -> Problem | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        readable = data.decode(errors="replace")
        return Problem(
            Code.NOT_UTF8,
            f"the byte 0x{data[error.start]:02x} is not UTF-8",
            place=place_at(name, readable, len(data[: error.start].decode())),
            hint="save the file as UTF-8",
        )
    return None


def _control_character(name: str, text: str) -> Problem | None:
    # The parsers refuse these as well, but without saying where.
    found = Reader.NON_PRINTABLE.search(text)
    if found is None:
        return None
    return Problem(
        Code.CONTROL_CHARACTER,
        f"the character U+{ord(found[0]):04X} is not allowed in YAML",
        place=place_at(name, text, found.start()),
        hint="remove it, or write it as an escape in double quotes",
    )
