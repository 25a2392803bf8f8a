"""`Reloaded`: which modules a reload has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.loading import Module


@final
@attrs.frozen
class Reloaded:
    """What `Host.reload` has changed, by the names of modules.

    A module that was built anew, since its config has changed, is both new and gone.

    Attributes:
        new: Modules that were built and started.
        kept: Modules that are the same objects as before.
        gone: Modules that were stopped.
    """

    new: tuple[str, ...]
    kept: tuple[str, ...]
    gone: tuple[str, ...]

    @classmethod
    def of(cls, old: Sequence[Module], new: Sequence[Module]) -> Self:
        """Compare the modules of a host before and after.

        Args:
            old: Those before, in config order.
            new: Those after.
        """
        added, gone = without(new, old), without(old, new)
        names = [module.name for module in added]
        return cls(
            new=tuple(names),
            kept=tuple(module.name for module in new if module.name not in names),
            gone=tuple(module.name for module in gone),
        )

    def __str__(self) -> str:
        return f"{len(self.new)} new modules, {len(self.kept)} kept, {len(self.gone)} gone"


def without(modules: Sequence[Module], others: Sequence[Module]) -> list[Module]:
    """Leave out modules that are the same objects as others.

    Args:
        modules: The modules.
        others: Those that are left out.
    """
    # A module that was kept has a new entry, and so is another `Module` with the same instance.
    instances = [id(other.instance) for other in others]
    return [module for module in modules if id(module.instance) not in instances]
