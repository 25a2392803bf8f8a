"""From a file to its nodes: its bytes are read, checked and parsed, but no value in it is."""

from __future__ import annotations

import codecs
import errno
import os
from pathlib import Path as FilePath
from typing import Any, BinaryIO, Final, final

import attrs
import yaml
from yaml.reader import Reader

from hostkit.codes import Code
from hostkit.config._document import Lines, YamlFile
from hostkit.config._spaces import hint_at_space
from hostkit.config._unclosed import unclosed
from hostkit.errors import ConfigErrors, Problem
from hostkit.files import read_all, read_plain

# libyaml's composer calls itself for each level, and before 0.2.6 nothing stops it before the stack
# ends. Below the 1,000 of newer versions, so that one limit holds for all of them.
_DEEPEST: Final = 900
# Nothing gets deeper without one of these, so counting them spares most files the slow check.
_OPENERS: Final = "[{-?:"
_MOST_BYTES: Final = 16 * 1024**2
_GIVEN: Final = frozenset({FilePath("/dev/fd"), FilePath("/proc/self/fd")})
_WHAT_BELONGS: Final = "a mapping with the key `modules:`"


def read_text(name: str, stream: BinaryIO | None = None) -> str:
    """Read a file as text.

    Args:
        name: The file's name.
        stream: What is read instead, if it is open already.

    Returns:
        Its text, which holds only characters that YAML allows.

    Raises:
        ConfigErrors: The file cannot be read, or is not UTF-8 text.
    """
    data = _read_bytes(name, stream).removeprefix(codecs.BOM_UTF8)
    problem = _not_utf8(name, data)
    if problem is None:
        text = data.decode()
        problem = _control_character(name, text)
    if problem is not None:
        raise ConfigErrors((problem,))
    return text


def _read_bytes(name: str, stream: BinaryIO | None) -> bytes:
    try:
        if stream is not None:
            return _read_open(stream)
        return _read_given(name) if _is_given(name) else read_plain(name, _MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        problem = Problem(
            Code.FILE_NOT_FOUND,
            f"the file {name!r} does not exist",
            hint=f"it would be {str(FilePath(name).absolute())!r}",
        )
    except IsADirectoryError:
        hint = "name the file in it"
        problem = Problem(Code.FILE_IS_FOLDER, f"{name!r} is a folder, not a file", hint=hint)
        if not name:  # as from a variable of the shell that is not set
            problem = Problem(Code.FILE_NOT_FOUND, "the name of the file is empty")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = Problem(Code.FILE_UNREADABLE, f"{name!r} cannot be read: {reason}")
    raise ConfigErrors((problem,))


def _read_open(stream: BinaryIO) -> bytes:
    data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is longer than {_MOST_BYTES} bytes")
    return data


def _is_given(name: str) -> bool:
    """Whether it is what this process was given open, such as ``/dev/stdin`` or ``<(command)``."""
    return FilePath(name).parent in _GIVEN or name == "/dev/stdin"


def _read_given(name: str) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return read_all(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)


def _not_utf8(name: str, data: bytes) -> Problem | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        readable = data.decode(errors="replace")
        return Problem(
            Code.NOT_UTF8,
            f"the byte 0x{data[error.start]:02x} is not UTF-8",
            place=Lines(name, readable).place(len(data[: error.start].decode())),
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
        place=Lines(name, text).place(found.start()),
        hint="remove it, or write it as an escape in double quotes",
    )


@final
@attrs.frozen
class Parser:
    """Parses one text, without reading any value in it.

    Attributes:
        name: The file's name, as the user gave it.
        text: All of its text.
        loader: The YAML parser: libyaml's, if it is installed.
    """

    name: str
    text: str
    loader: Any = attrs.field(
        init=False, factory=lambda: getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )

    def parse(self) -> YamlFile:
        """Parse the text.

        Raises:
            ConfigErrors: It is not one YAML document, or not a mapping.
        """
        try:
            self._check_depth()
            root = self._compose()
        except yaml.MarkedYAMLError as error:
            refusal = self._not_yaml(error)
        except RecursionError:
            refusal = self._refuse(Code.TOO_DEEP, "this is nested too deep", 0)
        except (ValueError, OverflowError) as error:
            # Only from the parser written in Python, for escapes that stand for no character.
            refusal = self._refuse(Code.NOT_YAML, f"not valid YAML: {error}", 0)
        else:
            return YamlFile(Lines(self.name, self.text), self._only_mapping(root))
        raise refusal

    def _check_depth(self) -> None:
        if _count_openers(self.text) <= _DEEPEST:
            return
        descent = _Descent()
        try:
            too_deep = descent.follow(self.text, self.loader)
        except yaml.MarkedYAMLError as error:
            too_deep = self._descend_again(descent, error)
            if too_deep is None:
                raise
        if too_deep is not None:
            message = f"this is nested more than {_DEEPEST} levels deep"
            raise self._refuse(Code.TOO_DEEP, message, too_deep)

    def _descend_again(self, first: _Descent, error: yaml.MarkedYAMLError) -> int | None:
        """Find out whether an error hides nesting that the first descent did not reach.

        Since 0.2.6, libyaml refuses 1,000 levels as an error of grammar like any other, and it
        raises up to a line ahead of its events.
        """
        start = _offset(error.context_mark or error.problem_mark)
        if first.level + _count_openers(self.text[first.reached : start]) <= _DEEPEST:
            return None
        # The parser written in Python has no such limit, but it is slow. So it reads only what
        # may be deep, and nothing behind the error.
        again = _Descent()
        try:
            return again.follow(self.text[:start], yaml.SafeLoader)
        except yaml.MarkedYAMLError:
            return None

    def _compose(self) -> yaml.Node | None:
        loader = self.loader(self.text)
        root: yaml.Node | None = loader.get_node() if loader.check_node() else None
        if loader.check_node():
            raise self._refuse(
                Code.SEVERAL_DOCUMENTS,
                "a second YAML document starts here",
                loader.get_node().start_mark.index,
                expected="one document; `---` may stand only at the top",
            )
        return root

    def _only_mapping(self, root: yaml.Node | None) -> yaml.MappingNode:
        if root is None:
            code, message = Code.EMPTY_FILE, "the file is empty"
            raise self._refuse(code, message, 0, expected=_WHAT_BELONGS)
        if isinstance(root, yaml.MappingNode):
            return root
        what = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        message = f"the file holds {what}, not a mapping"
        offset = root.start_mark.index
        hint = hint_at_space(self.text, offset, offset)
        raise self._refuse(Code.NOT_A_MAPPING, message, offset, expected=_WHAT_BELONGS, hint=hint)

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> ConfigErrors:
        offset = _offset(error.problem_mark or error.context_mark)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        hint: str | None
        if self.text[offset : offset + 1] == "\t":
            hint = "YAML is indented with spaces; this is a tab"
        else:
            start = _offset(error.context_mark or error.problem_mark)
            hint = unclosed(Lines(self.name, self.text), error, self.loader)
            hint = hint or hint_at_space(self.text, start, offset)
        return self._refuse(Code.NOT_YAML, f"not valid YAML: {said}", offset, hint=hint)

    def _refuse(
        self,
        code: str,
        message: str,
        offset: int,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> ConfigErrors:
        place = Lines(self.name, self.text).place(offset)
        return ConfigErrors((Problem(code, message, place=place, expected=expected, hint=hint),))


@attrs.define
class _Descent:
    """How deep the events of a parser lead.

    Attributes:
        level: How many lists and mappings are open.
        reached: Where the last event ends, as an offset.
    """

    level: int = 0
    reached: int = 0

    def follow(self, text: str, loader: Any) -> int | None:
        """Parse a document as far as it is nested no deeper than allowed.

        Returns:
            The offset of the first list or mapping that is too deep, if there is one.
        """
        parser = loader(text)
        # Most of the time goes into this loop, so it does nothing that can be done at its end.
        event = None
        try:
            while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
                if isinstance(event, yaml.CollectionStartEvent):
                    self.level += 1
                    if self.level > _DEEPEST:
                        return _offset(event.start_mark)
                elif isinstance(event, yaml.CollectionEndEvent):
                    self.level -= 1
        finally:
            self.reached = 0 if event is None else _offset(event.end_mark)
        return None


def _count_openers(text: str) -> int:
    return sum(map(text.count, _OPENERS))


def _offset(mark: Any) -> int:
    # The types allow for marks without a position; no parser makes one.
    offset: int = mark.index
    return offset
