"""`HostOptions`: what can be said about a host besides its config file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.api import ModuleApi
    from hostkit.specs import Category


@final
class HostOptions(TypedDict, total=False):
    """The options of `Host`, which says what each of them is."""

    categories: Sequence[type[Category]] | None
    api_class: type[ModuleApi]
    clock: IReactorTime | None
    reserved_paths: Sequence[str]
    recommended_path: str | None
    worker_name: str | None
