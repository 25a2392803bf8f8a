"""From nodes to plain Python values; what is wrong with them is collected, not raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

import attrs
import yaml

from hostkit.codes import Code
from hostkit.config._converter import structure
from hostkit.config._document import MERGE, YamlFile, child
from hostkit.config._elsewhere import TAGS, Found, LongForm, fetch, is_absent, no_name
from hostkit.config._faults import StructureErrors
from hostkit.config._plain import Plain, note, written
from hostkit.config._readings import Scalars, older
from hostkit.config._spaces import hidden_space
from hostkit.errors import Path, Problem
from hostkit.wording import did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path as FilePath

_DEEPEST: Final = 100
_MOST_REPEATS: Final = 100_000
_ONCE: Final = frozenset({Code.TOO_DEEP, Code.TOO_MANY_ALIASES})
_QUOTED: Final = frozenset("'\"|>")
_STAND_IN: Final = "stand-in-for-what-is-absent"
_YAML: Final = "tag:yaml.org,2002:"
_MAP: Final = f"{_YAML}map"
_SEQ: Final = f"{_YAML}seq"
_STR: Final = f"{_YAML}str"


@final
@attrs.define
class Reader:
    """Reads values out of a document.

    Attributes:
        document: Where they stand.
        folder: Where the files named by ``!file`` are.
        problems: What is wrong with the values read so far.
        broken: Where; the values there are `None`, and nothing more is reported about them.
        secrets: What must not be shown of the values that stood elsewhere.
        outside: All that stood elsewhere.
        stands_in: Whether something takes the place of a variable or file that is not there.
        absent: What something stands in for.
        plains: Values that stand there without quotes, where that matters.
    """

    document: YamlFile
    folder: FilePath
    stands_in: bool = False
    absent: list[Problem] = attrs.field(init=False, factory=list)
    problems: list[Problem] = attrs.field(init=False, factory=list)
    broken: set[Path] = attrs.field(init=False, factory=set)
    secrets: set[str] = attrs.field(init=False, factory=set)
    outside: set[str] = attrs.field(init=False, factory=set)
    plains: dict[Path, Plain] = attrs.field(init=False, factory=dict)
    _reported: set[tuple[str, int]] = attrs.field(init=False, factory=set)
    _open: list[yaml.Node] = attrs.field(init=False, factory=list)
    _seen: set[int] = attrs.field(init=False, factory=set)
    _scalars: dict[int, tuple[Any, Plain | None]] = attrs.field(init=False, factory=dict)
    _repeats: int = attrs.field(init=False, default=0)

    def read_top(self, keys: Iterable[str]) -> dict[str, Any]:
        """Read some keys of the top level; the values of all others are not looked at.

        Args:
            keys: The keys to read, if they are there.
        """
        nodes: dict[tuple[str, str], yaml.Node] = {}
        for node, _ in self.document.root.value:
            if isinstance(node, yaml.ScalarNode) and node.tag != MERGE:
                key = (node.tag, node.value)
                hidden = self._hidden_space(node)
                if hidden is not None:
                    self._report(hidden, node, (node.value,))
                if key in nodes:
                    self._report(self._duplicate(node.value, nodes[key]), node, (node.value,))
                nodes.setdefault(key, node)
        found = {key: child(self.document.root, key) for key in keys}
        return {key: self.read(pair[1], (key,)) for key, pair in found.items() if pair}

    def read(self, node: yaml.Node, path: Path) -> Any:
        """Read one value, and all within it.

        Args:
            node: The value's node.
            path: Where it stands.
        """
        # Only an alias leads to a node twice.
        self._repeats += id(node) in self._seen
        self._seen.add(id(node))
        if node.tag in TAGS:
            value: Any = self._elsewhere(node, path)
        elif isinstance(node, yaml.ScalarNode):
            value, plain = self._once(node)
            # Another value may have been merged in at this place; the one read last counts.
            if plain is None:
                self.plains.pop(path, None)
            else:
                self.plains[path] = plain
        else:
            value = self._closed(node) or self._collection(node, path)
        if isinstance(value, Problem):
            self._report(value, node, path)
            self.broken.add(path)
            return None
        return value

    def _once(self, node: yaml.ScalarNode) -> tuple[Any, Plain | None]:
        """Read a scalar, or what was read when an alias led to it before: it may be long."""
        read = self._scalars.get(id(node))
        if read is None:
            value = self._scalar(node)
            source = self.document.lines.text[node.start_mark.index : node.end_mark.index]
            plain = None if isinstance(value, Problem) else note(node, value, source)
            read = self._scalars[id(node)] = (value, plain)
        return read

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == _STR:
            return self._hidden_space(node) or node.value
        if node.tag not in Scalars.yaml_constructors:
            return _unknown_tag(node.tag)
        try:
            return Scalars().construct_object(node, deep=True)
        except Exception:  # noqa: BLE001 - PyYAML lets its own slips out, too
            kind = _short(node.tag).removeprefix("!!")
            message = f"{node.value!r} is not a valid {kind}"
            hint = "put it in quotes if it is meant as a string"
            return Problem(Code.UNREADABLE_VALUE, message, hint=hint)

    def _elsewhere(self, node: yaml.Node, path: Path) -> Any:
        """Read a value that stands elsewhere; if there is none, its default."""
        if isinstance(node, yaml.ScalarNode):
            name: str = node.value
            found = fetch(node.tag, name, self.folder)
        elif isinstance(node, yaml.MappingNode):
            form = self._closed(node) or self._long_form(node, path)
            if not isinstance(form, LongForm):
                return form
            name = form.name
            found = form.fetch(node.tag, self.folder) or self._default(form, path)
        else:
            return no_name(node.tag)
        if isinstance(found, Problem) and self.stands_in and is_absent(found, name, self.folder):
            self.absent.append(attrs.evolve(found, path=path, place=self.document.place(node)))
            found = Found(_STAND_IN, is_absent=True)
        return self._take(found, path) if isinstance(found, Found) else found

    def _default(self, form: LongForm, path: Path) -> Any:
        default = self.plains.pop((*path, "default"), None)
        if default is not None:
            self.plains[path] = default
        return form.default

    def _long_form(self, node: yaml.MappingNode, path: Path) -> LongForm | None:
        try:
            keys = self._collection(node, path)
            return structure(written(keys, path, self.plains).value, LongForm)
        except StructureErrors as errors:
            for fault in errors.faults:
                where = (*path, *fault.path)
                if not any(where[:length] in self.broken for length in range(len(where) + 1)):
                    place = self.document.locate(where, key=fault.is_key)
                    self._report(attrs.evolve(fault.problem(), place=place), node, where)
        self.broken.add(path)
        return None

    def _take(self, found: Found, path: Path) -> Any:
        self.outside.add(found.text)
        self.secrets |= found.secrets
        reading = older(found.text)
        value = reading if found.is_typed else found.text
        self.plains[path] = Plain(
            value=value,
            text=found.text,
            older=reading,
            is_foreign=True,
            is_secret=bool(found.secrets),
            is_absent=found.is_absent,
        )
        return value

    def _hidden_space(self, node: yaml.ScalarNode) -> Problem | None:
        if node.style in _QUOTED:
            return None
        return hidden_space(self.document.lines, node.start_mark.index, node.end_mark.index)

    def _closed(self, node: yaml.Node) -> Problem | None:
        """Find the reason why a list or mapping must not be entered, if there is one."""
        if any(node is each for each in self._open):
            return Problem(Code.ENDLESS_VALUE, "this contains itself, through an alias")
        if node.tag not in TAGS and node.tag != (
            _SEQ if isinstance(node, yaml.SequenceNode) else _MAP
        ):
            return _unknown_tag(node.tag)
        if len(self._open) >= _DEEPEST:
            return Problem(Code.TOO_DEEP, f"this is nested more than {_DEEPEST} levels deep")
        if self._repeats > _MOST_REPEATS:
            message = f"aliases repeat more than {_MOST_REPEATS} values"
            return Problem(Code.TOO_MANY_ALIASES, message, hint="use fewer aliases of aliases")
        return None

    def _collection(self, node: yaml.Node, path: Path) -> Any:
        self._open.append(node)
        if isinstance(node, yaml.SequenceNode):
            value: Any = [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        else:
            value = self._mapping(node, path)
        self._open.pop()
        return value

    def _mapping(self, node: yaml.Node, path: Path) -> dict[Any, Any]:
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        nodes: dict[Any, yaml.Node] = {}
        for key_node, value_node in node.value:
            if key_node.tag == MERGE:
                merged.update(self._merge(value_node, path))
        for key_node, value_node in node.value:
            if key_node.tag == MERGE:
                continue
            key = self._key(key_node)
            step = (*path, key) if isinstance(key, str | int) else path
            if isinstance(key, Problem):
                self._report(key, key_node, path)
            elif key in own:
                self._report(self._duplicate(key, nodes[key]), key_node, step)
            else:
                nodes[key] = key_node
                own[key] = self.read(value_node, step)
        return {**merged, **own}

    def _key(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            what = "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
            hint = "put text that starts with a bracket or a brace in quotes"
            return Problem(Code.COMPLEX_KEY, f"{what} cannot be a key", hint=hint)
        return _unknown_tag(node.tag) if node.tag in TAGS else self._once(node)[0]

    def _merge(self, node: yaml.Node, path: Path) -> dict[Any, Any]:
        merged: dict[Any, Any] = {}
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in reversed(sources):
            value = self.read(source, path)
            if isinstance(value, dict):
                merged.update(value)
            elif path not in self.broken:
                message = "`<<` needs a mapping, or a list of mappings"
                self._report(Problem(Code.BAD_MERGE, message), source, path)
                self.broken.add(path)
        return merged

    def _duplicate(self, key: Any, first: yaml.Node) -> Problem:
        hint = f"it stands in line {self.document.line(first)} already; keep one of them"
        message = f"the key {quote(key)} stands twice in one mapping"
        return Problem(Code.DUPLICATE_KEY, message, hint=hint)

    def _report(self, problem: Problem, node: yaml.Node, path: Path) -> None:
        """Collect a problem, unless an alias led to it before, or one of its kind is enough."""
        reported = (problem.code, 0 if problem.code in _ONCE else id(node))
        if reported not in self._reported:
            self._reported.add(reported)
            place = problem.place or self.document.place(node)
            self.problems.append(attrs.evolve(problem, path=path, place=place))


def _unknown_tag(tag: str) -> Problem:
    if tag in TAGS:
        message = f"{tag} stands at a key, and only values can stand elsewhere"
        return Problem(Code.UNKNOWN_TAG, message, expected=f"`key: {tag} NAME`")
    hint = did_you_mean(tag, sorted(TAGS))
    expected = "a plain value, !env NAME or !file NAME"
    return Problem(Code.UNKNOWN_TAG, f"unknown tag {_short(tag)}", expected=expected, hint=hint)


def _short(tag: str) -> str:
    return f"!!{tag.removeprefix(_YAML)}" if tag.startswith(_YAML) else tag
