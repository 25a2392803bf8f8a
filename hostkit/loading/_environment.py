"""What installed distributions offer by entry points, read one distribution at a time."""

from __future__ import annotations

import functools
import logging
import re
from importlib.metadata import distribution, distributions
from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.errors import Problem
from hostkit.logs import COLLECTED
from hostkit.presenting import exception_line

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

MODULES: Final = "hostkit.modules"
"""The entry point group that modules are installed in."""

CATEGORIES: Final = "hostkit.categories"
"""The entry point group that categories are installed in."""

# The last is an old form, in which the whole is one file.
_METADATA: Final = ("METADATA", "PKG-INFO", "")
_FOLDER: Final = re.compile(r"([^/\\-]+)(?:-([^/\\]*?)(?:-py[^/\\]*)?)?\.(?:dist|egg)-info$")
_log: Final = logging.getLogger("hostkit.loading")


@final
@attrs.frozen
class Offer:
    """An entry point of an installed distribution.

    Attributes:
        group: Its group.
        name: Its name.
        target: The object it stands for: ``module:attribute``.
        distribution: The distribution's name.
        version: The distribution's version; empty if that is not known.
    """

    group: str
    name: str
    target: str
    distribution: str
    version: str

    @property
    def full_name(self) -> str:
        """The name that no other distribution can offer: ``distribution:name``."""
        return f"{self.distribution}:{self.name}"

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".rstrip()


@final
@attrs.frozen(eq=False, slots=False)
class Environment:
    """Where a host finds Python modules: in folders of its own, and in what is installed.

    What is installed is read when it is first needed. A distribution that cannot be read is left
    out with a warning: whatever lies around in an environment must not keep a host from starting.

    Attributes:
        folders: The host's own folders, on `sys.path` as well.
    """

    folders: tuple[str, ...] = ()
    _broken: list[str] = attrs.field(factory=list, init=False)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What of all that is installed could not be read, as far as it was."""
        return tuple(Problem("", each, severity="warning") for each in self._broken)

    def offers(self, group: str) -> tuple[Offer, ...]:
        """Return what is offered in a group.

        Args:
            group: The entry point group.
        """
        return tuple(offer for offer in self._all if offer.group == group)

    def named(self, name: str, group: str) -> list[Offer]:
        """Find what a name in the config file stands for, among what is offered in a group.

        Args:
            name: The name of an entry point, alone or as ``distribution:name``.
            group: The entry point group.
        """
        offers = self.offers(group)
        # In this order: no other distribution can take this form of a name.
        distribution, _, short = name.partition(":")
        wanted = (normalize(distribution), short)
        full = [each for each in offers if (normalize(each.distribution), each.name) == wanted]
        return full or [offer for offer in offers if offer.name == name]

    def distribution_of(self, module: object) -> Distribution | None:
        """Find the distribution that offers a module; a dotted path or a class is offered by none.

        Args:
            module: What the config file has under ``module:``.
        """
        found = self.named(module, MODULES) if isinstance(module, str) else []
        return distribution(found[0].distribution) if found else None

    @functools.cached_property
    def _all(self) -> tuple[Offer, ...]:
        found: list[Offer] = []
        seen: set[str] = set()
        for each in distributions():
            try:
                name, version = _identify(each)
                # A second one is hidden by the first, as its packages are from imports.
                if normalize(name) not in seen:
                    seen.add(normalize(name))
                    found += _read(each, name, version, self._broken)
            except Exception as error:  # noqa: BLE001 -- the files may hold anything
                _warn(self._broken, each, f"its entry points cannot be read ({_reason(error)})")
        return tuple(found)


def normalize(distribution: str) -> str:
    """Write a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _identify(distribution: Distribution) -> tuple[str, str]:
    """Find the name and version of a distribution.

    The name of its folder is enough, mostly: to parse the metadata of all takes long.

    Raises:
        ValueError: It has no name, or is a leftover.
    """
    folder = _FOLDER.search(_where(distribution))
    if folder is None:
        name = distribution.metadata["Name"]
        if not name:
            raise ValueError("the package has no name")
        return name, distribution.version
    if folder[1].startswith("~"):
        raise ValueError("it is left over from an interrupted installation")
    return folder[1], folder[2] or ""


def _reason(error: Exception) -> str:
    # What Python says when a line cannot be split in two means nothing to people.
    return "a line has no '='" if isinstance(error, TypeError) else exception_line(error)


def _read(distribution: Distribution, name: str, version: str, broken: list[str]) -> list[Offer]:
    """Read what a distribution offers; its metadata may spell the name as its author does."""
    points = [each for each in distribution.entry_points if each.group in {MODULES, CATEGORIES}]
    try:
        if not any(distribution.read_text(file) for file in _METADATA):
            _warn(broken, distribution, "it has no metadata")
        elif points:
            # What it does not say, its folder does.
            said = distribution.metadata
            name = (said.get_all("Name") or [name])[0]
            version = (said.get_all("Version") or [version])[0]
    except UnicodeDecodeError as error:
        _warn(broken, distribution, f"its metadata cannot be read: {exception_line(error)}")
    return [Offer(each.group, each.name, _target(each), name, version) for each in points]


def _target(point: EntryPoint) -> str:
    # Behind the path may stand extras, in brackets.
    module, _, attribute = point.value.partition("[")[0].partition(":")
    return f"{module.strip()}:{attribute.strip()}"


def _where(distribution: Distribution) -> str:
    # Private, but what all tools that name a broken distribution use; finders of others lack it.
    return str(getattr(distribution, "_path", distribution))


def _warn(broken: list[str], distribution: Distribution, reason: str) -> None:
    where = _where(distribution)
    message = f"a broken package is installed: {where}: {reason}; reinstall or delete it"
    broken.append(message)
    _log.warning("%s", message, extra=COLLECTED)
