"""`HookApi`: the part of the module api with which modules call hooks themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.api._base import BaseApi
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from hostkit.dispatch import Hooks


class HookApi(BaseApi):
    """Gives access to the hooks of the host."""

    @property
    def hooks(self) -> Hooks:
        """The hooks, to be called from the module's ``start`` on: ``api.hooks[Category].hook()``.

        They are those of the host, and stay so over reloads: a call asks the modules of its moment.
        So a module can bring a category, for other modules to extend it.

        Raises:
            RegistrationError: The modules are still being built, so that not all of them could be
                asked (HK217).
        """
        hooks = self._services.link.hooks
        if hooks is None or self._registrations.is_open:
            raise RegistrationError(
                Code.TOO_EARLY,
                "hooks are called too early: while modules are built, not all of them can be asked",
                hint="call them in start(), or later",
            )
        return hooks
