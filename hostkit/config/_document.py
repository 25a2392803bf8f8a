"""A YAML file as a tree of nodes, and the way from a path or a node to its place.

A place is worked out only when a problem is reported. What that needs, the starts of all lines and
the keys of a mapping, is collected once, so that many problems take no longer than many values.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias, final

import attrs
import yaml
from yaml.constructor import SafeConstructor

from hostkit.errors import Path, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

MERGE: Final = "tag:yaml.org,2002:merge"
"""The tag of the key ``<<``."""

_BOOL: Final = "tag:yaml.org,2002:bool"
_INT: Final = "tag:yaml.org,2002:int"
_STR: Final = "tag:yaml.org,2002:str"
_SHOWN: Final = 160
_SHOWN_AFTER_CARET: Final = 40

_Pair: TypeAlias = tuple[yaml.Node, yaml.Node]
_Key: TypeAlias = tuple[str, str | bool | None]


@final
@attrs.frozen
class Lines:
    """A text, and where its lines start.

    Lines are counted as editors do, by newlines; YAML knows more line breaks than that.

    Attributes:
        name: The file's name.
        text: All of its text.
    """

    name: str
    text: str = attrs.field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        """The offset of each line, and one behind the end of the last."""
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]

    def number(self, offset: int) -> int:
        """Count the lines up to an offset, from 1."""
        return bisect_right(self._starts, offset)

    def place(self, offset: int) -> Place:
        """Find line and column of an offset; they are always a character's, if there is one.

        Args:
            offset: Index of the character meant. Behind the end of a line means its last
                character.
        """
        offset = min(offset, len(self.text) - self.text.endswith("\n"))
        line = self.number(offset)
        start, end = self._starts[line - 1], self._starts[line] - 1
        if self.text.endswith("\r", start, end):
            end -= 1
        column = max(min(offset, end - 1) - start + 1, 1)
        # All of a long line once for each problem in it would be its length squared.
        skipped = max(column + _SHOWN_AFTER_CARET - _SHOWN, 0)
        start += skipped
        end = min(end, start + _SHOWN)
        return Place(self.name, line, column, _printable(self.text[start:end]), skipped)


def _printable(line: str) -> str:
    """Replace what would move the caret or control the terminal, one character by one."""
    if line.isprintable():
        return line
    return "".join(
        char if char.isprintable() else " " if char == "\t" else "\N{REPLACEMENT CHARACTER}"
        for char in line
    )


@final
@attrs.frozen
class YamlFile:
    """A parsed YAML file whose top level is a mapping.

    The nodes keep their positions, so that explaining an error takes no second reading.

    Attributes:
        lines: Its text.
        root: The top level.
    """

    lines: Lines
    root: yaml.MappingNode = attrs.field(repr=False)
    # By the id of a mapping's node; the root keeps all nodes alive.
    _keys: dict[int, dict[_Key, _Pair]] = attrs.field(
        init=False, factory=dict, repr=False, eq=False
    )

    def place(self, node: yaml.Node) -> Place:
        """Find where a node stands."""
        return self.lines.place(node.start_mark.index)

    def line(self, node: yaml.Node) -> int:
        """Find the line where a node stands."""
        return self.lines.number(node.start_mark.index)

    def locate(self, path: Path, *, key: bool = False) -> Place:
        """Find where a value stands, or the nearest thing around it that exists.

        Args:
            path: Keys and indexes from the top level.
            key: Whether the value's key is meant rather than the value.
        """
        node: yaml.Node = self.root
        for depth, step in enumerate(path):
            found = self._child(node, step)
            if found is None:
                break
            key_node, node = found
            if key and depth == len(path) - 1:
                node = key_node
        return self.place(node)

    def _child(self, node: yaml.Node, step: str | int) -> _Pair | None:
        """Take one step down; an item of a list has no key, its own node stands in for it."""
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = 0 <= step < len(node.value)
            return (node.value[step], node.value[step]) if found else None
        if not isinstance(node, yaml.MappingNode):
            return None
        # Once for each mapping: 20,000 unknown keys in one would take 20,000 walks through it.
        if id(node) not in self._keys:
            self._keys[id(node)] = _index(node)
        return self._keys[id(node)].get(_key_of_step(step))


def child(node: yaml.Node, key: str) -> _Pair | None:
    """Find a key of a mapping, those it merges included: the key's node and the value's."""
    return _index(node).get((_STR, key)) if isinstance(node, yaml.MappingNode) else None


def _index(node: yaml.MappingNode) -> dict[_Key, _Pair]:
    index: dict[_Key, _Pair] = {}
    for pair in _pairs(node):
        # The first one wins, as the pairs that a merge brings come last.
        if isinstance(pair[0], yaml.ScalarNode):
            index.setdefault(_key_of_node(pair[0]), pair)
    return index


def _key_of_node(node: yaml.ScalarNode) -> _Key:
    if node.tag == _BOOL:
        return _BOOL, SafeConstructor.bool_values.get(node.value.lower())
    return node.tag, node.value


def _key_of_step(step: str | int) -> _Key:
    if isinstance(step, bool):
        return _BOOL, step
    return (_STR, step) if isinstance(step, str) else (_INT, str(step))


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Walk a mapping's own pairs, then those it merges, the ones that win first."""
    waiting: list[yaml.Node] = [node]
    seen: set[int] = set()
    while waiting:
        mapping = waiting.pop()
        if id(mapping) in seen or not isinstance(mapping, yaml.MappingNode):
            continue
        seen.add(id(mapping))
        for key_node, value_node in mapping.value:
            if key_node.tag != MERGE:
                yield key_node, value_node
            elif isinstance(value_node, yaml.SequenceNode):
                waiting += reversed(value_node.value)
            else:
                waiting.append(value_node)
