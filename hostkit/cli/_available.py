"""What is installed, and whether a file lists it; nothing of it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.cli._tables import View
from hostkit.config import from_mapping
from hostkit.loading import CATEGORIES, MODULES, Environment, find_folders, importable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.cli._tables import Row
    from hostkit.config import HostFile
    from hostkit.loading import Offer

AVAILABLE: Final = View("available", ("name", "kind", "distribution", "version", "class", "use"))
"""What is shown of each entry point."""


def available_rows(file: HostFile | None, module_path: Sequence[str]) -> list[Row]:
    """Make a row for each entry point of a module or a category.

    Args:
        file: A config file that may list them; `None` if there is none.
        module_path: As for `hostkit.Host`.

    Raises:
        ConfigErrors: The file names folders that do not exist.
    """
    environment = Environment(find_folders(file or from_mapping({}), module_path))
    with importable(environment.folders):
        modules, categories = environment.offers(MODULES), environment.offers(CATEGORIES)
        used = {} if file is None else _used(file, environment)
    unused = "installed" if file is None else "installed, not listed"
    return [
        *(_row(each, "module", used.get(each, unused)) for each in modules),
        *(_row(each, "category", used.get(each, unused)) for each in categories),
    ]


def _used(file: HostFile, environment: Environment) -> dict[Offer, str]:
    """Say how a file uses what is offered, as far as it does."""
    names: dict[Offer, list[str]] = {}
    for entry in file.modules:
        for offer in environment.named(entry.module, MODULES):
            name = entry.name if entry.enabled else f"{entry.name} (disabled)"
            names.setdefault(offer, []).append(name)
    used = {offer: f"listed: {', '.join(given)}" for offer, given in names.items()}
    categories = file.settings.categories
    if categories is None:
        return used | dict.fromkeys(environment.offers(CATEGORIES), "used, as none is listed")
    chosen = [offer for name in categories for offer in environment.named(name, CATEGORIES)]
    return used | dict.fromkeys(chosen, "listed")


def _row(offer: Offer, kind: str, use: str) -> Row:
    return {
        "name": offer.name,
        "kind": kind,
        "distribution": offer.distribution,
        "version": offer.version or None,
        "class": offer.target.replace(":", "."),
        "use": use,
    }
