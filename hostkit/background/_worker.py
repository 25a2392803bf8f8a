"""`Worker`: this process among those of its config file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

if TYPE_CHECKING:
    from hostkit.background._duty import Duty


def _check_name(_worker: Worker, _field: object, name: Any) -> None:
    # The same rule as for names in a config file.
    if name is not None and not (isinstance(name, str) and name and name.isprintable()):
        raise ValueError(f"a worker cannot have the name {name!r}: it must be a string on one line")


@final
@attrs.frozen
class Worker:
    """This process among those of its config file, and which of them does background work.

    Attributes:
        name: The name of this process; `None` if it has none.
        chosen: The name of the process that does background work; `None`: the one without a name.
        duty: Says whether this process does it, if a supervisor decides that.
    """

    name: str | None = attrs.field(default=None, validator=_check_name)
    chosen: str | None = None
    duty: Duty | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def is_chosen(self) -> bool:
        """Whether this is the process that does background work."""
        return self.name == self.chosen if self.duty is None else self.duty.is_here

    def __str__(self) -> str:
        return _name_of(self.name)

    @property
    def chosen_process(self) -> str:
        """The process that does background work, in words."""
        return _name_of(self.chosen)


def _name_of(name: str | None) -> str:
    return "the process without a name" if name is None else f"worker {name!r}"
