"""`HostFile`: a config file, read and checked; and whether a host can go on with another one."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, final

import attrs

from hostkit.codes import Code
from hostkit.config._document import child
from hostkit.config._fields import settings_of
from hostkit.config._plain import Plain, Written, written
from hostkit.config._redacting import Redactor, redactor_of
from hostkit.errors import ConfigErrors, Path, Place, Problem
from hostkit.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from hostkit.config._document import YamlFile
    from hostkit.config._entries import ModuleEntry
    from hostkit.config._settings import Settings


@final
@attrs.frozen
class Source:
    """Where values came from: the file they stand in, and those that must not be shown.

    Attributes:
        name: The file's name, as the user gave it.
        document: The file's nodes; `None` for a mapping, which has no places.
        secrets: What must not be shown of the values that stood elsewhere.
        outside: Every value that stood elsewhere.
        plains: Values that stand in the file without quotes, by their place.
        absent: What is not there, so that something stands in for it.
    """

    name: str
    document: YamlFile | None = None
    secrets: frozenset[str] = frozenset()
    outside: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    plains: Mapping[Path, Plain] = attrs.field(factory=dict, repr=False, eq=False)
    absent: tuple[Problem, ...] = ()

    def is_absent(self, path: Path) -> bool:
        """Whether something stands in for a value, or for one that it is within."""
        return bool(self._absent_paths) and any(
            path[:length] in self._absent_paths for length in range(len(path) + 1)
        )

    @cached_property
    def _absent_paths(self) -> frozenset[Path]:
        return frozenset(each.path for each in self.absent)

    def stand_ins_in(self, path: Path) -> list[Problem]:
        """List what is not there of a value, or of those within it."""
        return self._absent_by_path.get(path, [])

    @cached_property
    def _absent_by_path(self) -> dict[Path, list[Problem]]:
        found: dict[Path, list[Problem]] = {}
        for each in self.absent:
            for length in range(len(each.path) + 1):
                found.setdefault(each.path[:length], []).append(each)
        return found

    def locate(self, path: Path, *, key: bool) -> Place | None:
        """Find where a value stands."""
        return None if self.document is None else self.document.locate(path, key=key)

    @cached_property
    def redactor(self) -> Redactor:
        """What takes the secrets out of texts."""
        return redactor_of(self.secrets)

    def clean(self, text: str) -> str:
        """Make a string fit to be shown: without secrets, and not endless."""
        return clean(text, self.redactor.redact)

    def problem(self, problem: Problem, *, key: bool = False) -> Problem:
        """Fill in a problem's place, and clean all its strings."""
        return attrs.evolve(
            problem,
            message=self.clean(problem.message),
            place=self.locate(problem.path, key=key),
            details=tuple(self.clean(line) for line in problem.details),
            expected=None if problem.expected is None else self.clean(problem.expected),
            hint=None if problem.hint is None else self.clean(problem.hint),
        )


@final
@attrs.frozen
class HostFile:
    """A config file's two top-level keys, checked, and the way back to where each value stands.

    Attributes:
        modules: The entries of ``modules:``, in the order of the file.
        settings: The settings under ``hostkit:``.
        generation: Which file of its host it is, if that is counted elsewhere.
        name: The file's name, as the user gave it; ``<config>`` for a mapping.
    """

    modules: tuple[ModuleEntry, ...]
    settings: Settings
    _source: Source = attrs.field(repr=False, eq=False)
    generation: int | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def name(self) -> str:
        """The file's name, as the user gave it; ``<config>`` for a mapping."""
        return self._source.name

    @property
    def folder(self) -> FilePath:
        """The folder at which relative paths start: the file's; for a mapping the current one."""
        return FilePath(self.name).absolute().parent

    def locate(self, path: Path, *, key: bool = False) -> Place | None:
        """Find where a value stands, or the nearest thing around it that exists.

        Args:
            path: Keys and indexes from the top level: ``("modules", 0, "timeout")``.
            key: Whether the value's key is meant rather than the value.

        Returns:
            The place; `None` if the configuration came from a mapping.
        """
        return self._source.locate(path, key=key)

    @property
    def sha256(self) -> str | None:
        """The hash of the file's text as it was read, in hexadecimal; `None` for a mapping."""
        document = self._source.document
        if document is None:
            return None
        from hashlib import sha256  # noqa: PLC0415 -- of OpenSSL, and only `serve` asks

        return sha256(document.lines.text.encode()).hexdigest()

    @property
    def text(self) -> str | None:
        """The file's text as it was read, which may have secrets in it; `None` for a mapping."""
        document = self._source.document
        return None if document is None else document.lines.text

    @property
    def says_nothing(self) -> bool:
        """Whether it is a file without the keys ``modules`` and ``hostkit``."""
        document = self._source.document
        return document is not None and all(
            child(document.root, key) is None for key in ("modules", "hostkit")
        )

    @property
    def absent(self) -> tuple[Problem, ...]:
        """Variables and files that are not there, so that something stands in for them."""
        return self._source.absent

    def without_stand_ins(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Drop the problems of values that only stand in for absent ones.

        Args:
            problems: What is wrong.

        Returns:
            The others; what stands in may be their cause, which they say.
        """
        kept = [problem for problem in problems if not self._source.is_absent(problem.path)]
        return tuple(
            attrs.evolve(problem, details=(*problem.details, *self._stand_ins_in(problem.path)))
            for problem in kept
        )

    def _stand_ins_in(self, path: Path) -> list[str]:
        inside = self._source.stand_ins_in(path)
        return [f"here something stands in: {each.message} ({each.place})" for each in inside]

    def written(self, value: Any, path: Path) -> Written:
        """Find how a value is written in the file, so that each field can read it as it asks.

        Args:
            value: What was read, or a copy of it.
            path: Where it stands.
        """
        return written(value, path, self._source.plains)

    def surprise(self, plain: Plain) -> Problem:
        """Describe a value that was taken as it is although it may surprise.

        Args:
            plain: One of what `Written.kept` holds.
        """
        hint = "put it in quotes, or write the number that is meant"
        return self.problem(Code.AMBIGUOUS, plain.surprise or "", plain.path, hint=hint)

    def redact(self, text: str) -> str:
        """Replace every value that came from ``!env`` or ``!file`` by ``[redacted]``."""
        return self._source.redactor.redact(text)

    def problem(  # noqa: PLR0913 - a problem has many parts; all but three are optional
        self,
        code: str,
        message: str,
        path: Path,
        *,
        details: tuple[str, ...] = (),
        expected: str | None = None,
        hint: str | None = None,
        key: bool = False,
    ) -> Problem:
        """Build a problem with its place, and with no secret in any of its strings.

        Args:
            code: Stable identifier, ``HK`` and three digits.
            message: What is wrong, in one line.
            path: Where, as keys and indexes from the top level.
            details: Further facts, a line each.
            expected: What would have been right.
            hint: What to do, or the name that was probably meant.
            key: Whether the value's key is meant rather than the value.
        """
        return self.adopt(Problem(code, message, path, None, details, expected, hint), key=key)

    def adopt(self, problem: Problem, *, key: bool = False) -> Problem:
        """Give a problem that knows its path its place, and take secrets out of its strings.

        Args:
            problem: The problem.
            key: Whether the value's key is meant rather than the value.
        """
        return self._source.problem(problem, key=key)


def check_reloadable(old: HostFile, new: HostFile) -> None:
    """Make sure that only modules have changed, and settings that can change.

    Args:
        old: What the host runs with.
        new: What it is to run with.

    Raises:
        ConfigErrors: Other settings have changed; all of them are reported (HK405).
    """
    problems = tuple(
        new.problem(
            Code.NEEDS_RESTART,
            f"`hostkit: {': '.join(keys)}:` cannot change while the host is running",
            ("hostkit", *keys),
            hint="restart it, or leave that as it was",
        )
        for keys in _fixed(old.settings, new.settings)
    )
    if problems:
        raise ConfigErrors(problems)


def _fixed(old: Any, new: Any) -> Iterator[tuple[str, ...]]:
    """Find the keys of a block that have other values, although they cannot change."""
    for key, (field, declared) in settings_of(type(new)).items():
        before, now = getattr(old, field.name), getattr(new, field.name)
        if declared.reload or before == now:
            continue
        if type(before) is type(now) and attrs.has(type(now)):
            # Some of what is in the block can change.
            yield from ((key, *keys) for keys in _fixed(before, now))
        else:
            yield (key,)
