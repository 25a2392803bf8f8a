"""`Fault`: one thing that is wrong with a value, before anyone knows where the value stands."""

from __future__ import annotations

from typing import final

import attrs

from hostkit.errors import HostkitError, Path, show_path


@final
@attrs.frozen
class Fault:
    """One thing that is wrong with a value.

    Attributes:
        code: Stable identifier, ``HK`` and three digits.
        message: What is wrong, in one line.
        path: Where, relative to the value that was structured.
        expected: What would have been right.
        hint: What to do, or the name that was probably meant.
        is_key: Whether the last step's key is meant rather than its value.
    """

    code: str
    message: str
    path: Path = ()
    expected: str | None = None
    hint: str | None = None
    is_key: bool = False

    def under(self, *steps: str | int) -> Fault:
        """Tell the same of a value that stands further down."""
        return attrs.evolve(self, path=(*steps, *self.path))


@final
class StructureErrors(HostkitError):
    """Everything that is wrong with one value.

    The messages quote what was found, secrets included: show them only after
    `HostFile.problem` has redacted them.

    Args:
        faults: At least one.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(f"{show_path(fault.path)}: {fault.message}" for fault in self.faults)
