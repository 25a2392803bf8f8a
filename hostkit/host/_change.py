"""`Change`: what was built, until its modules are started and it is taken into use."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.host._missing import MissingModule
    from hostkit.host._module_steps import Steps
    from hostkit.host._state import HostState
    from hostkit.loading import Module


@final
@attrs.define
class Change:
    """What was built, to be taken into use once its modules are started.

    Attributes:
        state: What was built; without optional modules that have failed.
        build_without: Builds it again, without modules that have failed.
        use: Takes it into use.
        is_retry: Whether there is nothing to take into use unless there are new modules.
        has_failed: Whether optional modules have failed.
    """

    state: HostState
    build_without: Callable[[HostState, Sequence[MissingModule]], HostState]
    use: Callable[[HostState], None]
    is_retry: bool = False
    has_failed: bool = False

    async def start(self, modules: Sequence[Module], steps: Steps) -> None:
        """Start modules of it, and leave out optional ones that fail.

        Args:
            modules: The modules.
            steps: Starts them.

        Raises:
            ModuleFailedError: One that is not optional failed; the others were stopped again.
        """
        missing = await steps.start(modules, self.state.loader.file.redact)
        if not missing:
            return
        try:
            self.state = self.build_without(self.state, missing)
        except BaseException:
            names = {each.name for each in missing}
            await steps.stop([module for module in modules if module.name not in names])
            raise
        self.has_failed = True

    def take(self) -> None:
        """Take it into use."""
        self.use(self.state)
