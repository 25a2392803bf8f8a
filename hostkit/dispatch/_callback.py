"""`Callback`: one module's function in a chain, with what the config file says about the module."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeAlias, final

import attrs

from hostkit.errors import Place

if TYPE_CHECKING:
    from hostkit.rules import OnError
    from hostkit.specs import Fit

Locate: TypeAlias = Callable[[], Place | None]
"""Finds a module's entry in the config file; asked only when there is something to report."""


@final
@attrs.frozen(kw_only=True)
class Callback:
    """One function in a chain.

    Attributes:
        module: The name of the module it belongs to.
        function: What is called.
        fit: How it is called.
        timeout_seconds: How long an asynchronous call may take.
        on_error: The module's own policy for errors, instead of the rule's.
        shadow: Whether its answers are recorded but never count.
        locate: Finds the module's entry in the config file.
        key: Which calls it is for, if the hook is keyed.
        details: What else the key says.
    """

    module: str
    function: Callable[..., Any]
    fit: Fit
    timeout_seconds: float | None = None
    on_error: OnError | None = None
    shadow: bool = False
    locate: Locate = lambda: None
    key: Hashable = None
    details: Any = None
