"""A module of hostkit that answers as configured, and records its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, final

from hookspecs import NOT_SPAM, Codes, SpamChecker

if TYPE_CHECKING:
    from hostkit import ModuleApi

FLAGS = ("check_username_for_spam",)
"""Hooks that ask for a bool, of which `True` denies."""


@final
class Oracle:
    """Registers for all hooks of spam checkers that the client knows."""

    mode: ClassVar[str] = "allow"
    asked: ClassVar[list[tuple[str, list[str]]]] = []

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(SpamChecker, **{hook: self._callback(hook) for hook in config["hooks"]})

    def _callback(self, hook: str) -> Any:
        async def answer(*args: Any) -> Any:
            self.asked.append((hook, [show(arg) for arg in args]))
            if self.mode == "fail":
                raise RuntimeError("no database")
            if hook in FLAGS:
                return self.mode == "deny"
            denial = (Codes.LIMIT_EXCEEDED, {"error": "go away", "hook": hook})
            return denial if self.mode == "deny" else NOT_SPAM

        return answer


def show(arg: Any) -> str:
    """Write an argument so that its kind can be seen."""
    if hasattr(arg, "get_dict"):
        return f"event {arg.type} by {arg.sender} in {arg.room_id}: {arg.content}"
    return repr(arg)
