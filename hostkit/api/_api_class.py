"""The api class of a host: with a register method for each of its categories."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from hostkit.api._module_api import Callbacks, ModuleApi
from hostkit.background import Worker
from hostkit.caching import Invalidations

if TYPE_CHECKING:
    from hostkit.specs import Category

A = TypeVar("A", bound=ModuleApi)


def make_api_class(
    base: type[A],
    categories: Sequence[type[Category]],
    reserved_paths: Sequence[str] = (),
    recommended_path: str | None = None,
    worker: Worker | None = None,
    invalidations: Invalidations | None = None,
) -> type[A]:
    """Make the api class of a host: with a register method for each of its categories.

    Args:
        base: `ModuleApi` or a subclass of it.
        categories: The categories of the host.
        reserved_paths: Prefixes at which no module may serve anything.
        recommended_path: The prefix at which modules should serve.
        worker: This process, if there are several, or could be.
        invalidations: Knows the cached methods of the host's modules.
    """
    methods: dict[str, Any] = {
        "categories": tuple(categories),
        "reserved_paths": tuple(reserved_paths),
        "recommended_path": recommended_path,
        "worker": Worker() if worker is None else worker,
        "invalidations": Invalidations() if invalidations is None else invalidations,
        "__module__": base.__module__,
    }
    for category in categories:
        name = f"register_{category.name}_callbacks"
        methods[name] = _make_register(category, name)
    return cast("type[A]", type(base.__name__, (base,), methods))


def _make_register(category: type[Category], name: str) -> Callable[..., None]:
    def register(self: ModuleApi, /, **callbacks: Callbacks | None) -> None:
        self.register(category, **callbacks)

    keywords = [
        inspect.Parameter(
            hook,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Callbacks | None if spec.keyed is not None else Callable[..., Any] | None,
        )
        for hook, spec in category.hookspecs.items()
    ]
    owner = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    register.__signature__ = inspect.Signature([owner, *keywords], return_annotation=None)  # type: ignore[attr-defined]
    register.__name__ = name
    register.__qualname__ = f"ModuleApi.{name}"
    register.__doc__ = f"Register callbacks of the category {category.name!r}; see `register`."
    return register
