"""A YAML file as a tree of nodes, which know where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

import attrs
import yaml
from yaml.constructor import SafeConstructor

from hostkit.config._place import place_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.errors import Path, Place

MERGE: Final = "tag:yaml.org,2002:merge"
"""The tag of the key ``<<``."""

_BOOL: Final = "tag:yaml.org,2002:bool"
_INT: Final = "tag:yaml.org,2002:int"
_STR: Final = "tag:yaml.org,2002:str"


@final
@attrs.frozen
class Document:
    """A parsed YAML file whose top level is a mapping.

    The nodes keep their positions, so that explaining an error takes no second reading.

    Attributes:
        name: The file's name, as the user gave it.
        text: All of its text.
        root: The top level.
    """

    name: str
    text: str = attrs.field(repr=False)
    root: yaml.MappingNode = attrs.field(repr=False)

    def place(self, node: yaml.Node) -> Place:
        """Find where a node stands."""
        return place_at(self.name, self.text, node.start_mark.index)

    def locate(self, path: Path, *, key: bool = False) -> Place:
        """Find where a value stands, or the nearest thing around it that exists.

        Args:
            path: Keys and indexes from the top level.
            key: Whether the value's key is meant rather than the value.
        """
        node: yaml.Node = self.root
        for depth, step in enumerate(path):
            found = child(node, step)
            if found is None:
                break
            key_node, node = found
            if key and depth == len(path) - 1:
                node = key_node
        return self.place(node)


def child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Take one step down: find the key's node and the value's, merged mappings included.

    An item of a list has no key; its own node stands in for it.
    """
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return next(((item, item) for item in node.value[step:][:1] if step >= 0), None)
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in _pairs(node) if _is_key(pair[0], step)), None)
    return None


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


def _is_key(node: yaml.Node, step: str | int) -> bool:
    if not isinstance(node, yaml.ScalarNode):
        return False
    if isinstance(step, bool):
        return node.tag == _BOOL and SafeConstructor.bool_values.get(node.value.lower()) is step
    return node.tag == (_STR if isinstance(step, str) else _INT) and node.value == str(step)
