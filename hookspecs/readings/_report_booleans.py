"""`report_booleans`: tell modules that their booleans are deprecated."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from hostkit import CONTINUE, current_module

if TYPE_CHECKING:
    from hostkit.rules import Read

_log: Final = logging.getLogger("hostkit.modules")


def report_booleans(hook: str, read: Read) -> Read:
    """Make a reading log the first boolean that each module answers.

    Args:
        hook: The hook's full name, which the log tells.
        read: What the answers of the hook mean.

    Returns:
        A reading for this hook alone, which remembers whom it has told.
    """
    told: set[str | None] = set()

    def reading(value: Any) -> Any:
        if value is not True and value is not False:
            return read(value)
        result = read(value)
        module = current_module()
        if module not in told:
            told.add(module)
            _tell(module, hook, value, allows=result is CONTINUE)
        return result

    return reading


def _tell(module: str | None, hook: str, value: bool, *, allows: bool) -> None:  # noqa: FBT001 -- the answer itself
    _log.getChild(str(module)).warning(
        "module %s answers %s with %s, which is deprecated; to %s, return %s",
        module,
        hook,
        value,
        *(("allow", "NOT_SPAM") if allows else ("deny", "a code such as Codes.FORBIDDEN")),
    )
