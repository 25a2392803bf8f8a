"""`Registrations`: what one module has registered, while it is being built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.background import Loops
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hostkit.api._mounts import Mount
    from hostkit.specs import Fit, Hookspec


@final
@attrs.frozen
class Registration:
    """A callback that fits its hook.

    Attributes:
        spec: The hook.
        function: The callback.
        fit: How it is called.
        key: Which calls it is for, if the hook is keyed.
        details: What else the key says, as all modules must.
    """

    spec: Hookspec
    function: Callable[..., Any]
    fit: Fit
    key: Hashable = None
    details: Any = None


@final
@attrs.define
class Registrations:
    """Everything a module has registered; nothing of it counts before the module is built.

    Attributes:
        callbacks: In the order of registration.
        mounts: In the order of registration.
        loops: The module's background loops.
        is_open: Whether the module may still register: until its ``__init__`` has returned.
    """

    callbacks: list[Registration] = attrs.field(factory=list)
    mounts: list[Mount] = attrs.field(factory=list)
    loops: Loops = attrs.field(factory=Loops)
    is_open: bool = True

    def check_open(self, what: str) -> None:
        """Make sure that it is not too late.

        Raises:
            RegistrationError: The module's ``__init__`` has returned (HK205).
        """
        if not self.is_open:
            raise RegistrationError(
                Code.TOO_LATE,
                f"{what} comes too late: modules register in __init__, and this one has returned",
                hint="move the call into __init__",
            )
