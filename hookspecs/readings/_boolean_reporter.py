"""`BooleanReporter`: tell modules that their booleans are deprecated."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit import CONTINUE, current_module

if TYPE_CHECKING:
    from hostkit.rules import Read

_log: Final = logging.getLogger("hostkit.modules")


@final
@attrs.define(eq=False)
class BooleanReporter:
    """Reads the answers of one hook, and logs the first boolean of each module.

    Args:
        hook: The hook's full name, which the log tells.
        read: What the answers of the hook mean.
    """

    hook: str
    read: Read
    _told: set[str | None] = attrs.field(factory=set, init=False, repr=False)

    def __call__(self, value: Any) -> Any:
        """Read one answer."""
        result = self.read(value)
        if isinstance(value, bool):
            self._tell_once(value, allows=result is CONTINUE)
        return result

    def _tell_once(self, value: bool, *, allows: bool) -> None:  # noqa: FBT001 -- the answer itself
        module = current_module()
        if module in self._told:
            return
        self._told.add(module)
        _log.getChild(str(module)).warning(
            "module %s answers %s with %s, which is deprecated; to %s, return %s",
            module,
            self.hook,
            value,
            *(("allow", "NOT_SPAM") if allows else ("deny", "a code such as Codes.FORBIDDEN")),
        )
