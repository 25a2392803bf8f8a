"""Categories whose hooks are not easy to write callbacks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

from hostkit import Category, hookspec, rules

if TYPE_CHECKING:
    from twisted.web.iweb import IRequest as Unknown


class Verdict(Enum):
    FINE = 1
    BAD = 2


class Outer:
    class Inner:
        pass


class Odd(Category):
    """Many kinds of arguments."""

    @hookspec(rules.Collect())
    async def gather_everything(self) -> int:
        """Called for numbers."""

    @hookspec(rules.Notify())
    async def on_anything(self, text: str) -> None:
        """Called at times."""

    @hookspec(rules.FirstDenial(read=Verdict, allow=Verdict.FINE, denial=Verdict.BAD))
    async def check(  # noqa: PLR0913, PLR0917
        self,
        plain: int | None,
        choice: Literal["a", 1],
        several: tuple[int, ...],
        table: Mapping[str, dict[str, Any]],
        call: Callable[[int], str],
        unknown: Unknown,
        inner: Outer.Inner,
    ) -> Verdict:
        """Called for each."""


class Hard(Category):
    """No callback can leave the decision to others."""

    @hookspec(rules.Collect())
    async def gather(self) -> int:
        """Called for numbers."""

    @hookspec(rules.Notify())
    def at_once(self) -> None:
        """Called without an event loop."""
