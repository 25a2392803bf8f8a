"""`Worker`: a process among those that share one config file."""

from __future__ import annotations

from typing import Any, final

import attrs


def _check_name(_worker: Worker, _field: object, name: Any) -> None:
    # As in a config file.
    if name is not None and not (isinstance(name, str) and name and name.isprintable()):
        raise ValueError(f"a worker cannot be called {name!r}: it needs a name on one line")


@final
@attrs.frozen
class Worker:
    """A process, and the one among those of its config file that does background work.

    Attributes:
        name: What this process is called, if anything.
        chosen: What the one that does background work is called; `None`: the one without a name.
    """

    name: str | None = attrs.field(default=None, validator=_check_name)
    chosen: str | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether this is the process that does background work."""
        return self.name == self.chosen

    def __str__(self) -> str:
        return _say(self.name)

    @property
    def who(self) -> str:
        """The process that does background work, in words."""
        return _say(self.chosen)


def _say(name: str | None) -> str:
    return "the process without a name" if name is None else f"worker {name!r}"
