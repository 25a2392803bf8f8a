"""`Changes`: what a reload changes, found by comparing two config files."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.config import ModuleEntry, Settings, settings_of
from hostkit.loading import is_same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hostkit.config import HostFile


@final
@attrs.frozen
class Changes:
    """What is different in another config file; modules that are disabled count as not there.

    Attributes:
        new: Modules that are there only then.
        changed: Which keys of a module's entry have other values, by the module's name.
        gone: Modules that are not there any more.
        moved: Modules that have another place among those that stay, as few as explain the new
            order; each with the module that is asked before it then, or `None` if it is the first.
        settings: Which keys of ``hostkit:`` have other values.
    """

    new: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    gone: tuple[str, ...] = ()
    moved: Mapping[str, str | None] = attrs.field(factory=dict)
    settings: tuple[str, ...] = ()

    @property
    def builds(self) -> bool:
        """Whether a module is to be built."""
        built = {"module", "config"}
        return bool(self.new) or any(built.intersection(keys) for keys in self.changed.values())

    def __bool__(self) -> bool:
        return any(attrs.astuple(self, recurse=False))

    def __str__(self) -> str:
        return "  ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield from (f"+ {name}" for name in self.new)
        yield from (f"~ {name} ({', '.join(keys)})" for name, keys in self.changed.items())
        yield from (f"- {name}" for name in self.gone)
        for name, before in self.moved.items():
            yield f"> {name} (now {'first' if before is None else f'after {before}'})"
        if self.settings:
            yield f"~ hostkit: {', '.join(self.settings)}"


def compare(old: HostFile, new: HostFile) -> Changes:
    """Find what is different in a new config file.

    Args:
        old: The file that a host has.
        new: The one that it is to have.
    """
    before = {entry.name: entry for entry in old.modules if entry.enabled}
    after = {entry.name: entry for entry in new.modules if entry.enabled}
    changed = {
        name: keys
        for name, entry in after.items()
        if name in before and (keys := _changed_keys(before[name], entry))
    }
    return Changes(
        new=tuple(name for name in after if name not in before),
        changed=changed,
        gone=tuple(name for name in before if name not in after),
        moved=_moved([*before], [*after]),
        settings=_changed_settings(old.settings, new.settings),
    )


def _changed_keys(old: ModuleEntry, new: ModuleEntry) -> tuple[str, ...]:
    return tuple(
        key
        for key, (field, _) in settings_of(ModuleEntry).items()
        if not _is_alike(getattr(old, field.name), getattr(new, field.name))
    )


def _is_alike(old: Any, new: Any) -> bool:
    # As it is decided whether a module is kept: to Python, `1` and `true` are equal.
    return is_same(old, new) if isinstance(old, dict | list) else bool(old == new)


def _changed_settings(old: Settings, new: Settings) -> tuple[str, ...]:
    keys = settings_of(Settings)
    return tuple(
        key
        for key, (field, _) in keys.items()
        if getattr(old, field.name) != getattr(new, field.name)
    )


def _moved(old: Sequence[str], new: Sequence[str]) -> dict[str, str | None]:
    """Find the fewest names that explain another order of those that are in both."""
    places = {name: place for place, name in enumerate(old)}
    staying = _longest_rise([places[name] for name in new if name in places])
    return {
        name: before
        for before, name in zip((None, *new), new, strict=False)
        if name in places and places[name] not in staying
    }


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """Find the most numbers, all different, that stand in rising order."""
    ends: list[int] = []  # of the rises of each length, the lowest last number
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        before[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    rise: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        rise.add(last)
        last = before[last]
    return rise
