"""Ways to ask whether an event is spam, where the answers of modules have to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rivals

from hookspecs import NOT_SPAM, Codes, SpamChecker
from hookspecs.verdicts import read_event_check
from hostkit import CONTINUE, Host

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWERS = {"": NOT_SPAM, "code": Codes.FORBIDDEN, "pair": (Codes.FORBIDDEN, {"found": 1})}
"""What the first module answers; the others have nothing against the event."""


class ByHand:
    """The limit: a loop that compares and reads answers as hostkit does."""

    def __init__(self, modules: Sequence[rivals.Module]) -> None:
        self._callbacks = [module.check for module in modules]

    async def check(self, event: object) -> object:
        for callback in self._callbacks:
            answer = await callback(event)
            if answer is not NOT_SPAM:
                result = read_event_check(answer)
                if result is not CONTINUE:
                    return result
        return NOT_SPAM


def hostkit(modules: Sequence[rivals.Module]) -> rivals.Ask:
    """Hostkit, as a homeserver calls it."""

    def entry(module: rivals.Module) -> type:
        def register(_self: object, _config: object, api: Any) -> None:
            api.register_spam_checker_callbacks(check_event_for_spam=module.check)

        return type("Entry", (), {"__init__": register})

    config = {"modules": [{"module": entry(module)} for module in modules]}
    host = Host.from_config(config, categories=[SpamChecker]).build()
    return host.hooks[SpamChecker].check_event_for_spam


def synapse(modules: Sequence[rivals.Module]) -> rivals.Ask:
    """The homeserver's own, which accepts only its own codes."""
    from synapse.api.errors import Codes as OwnCodes

    def translate(answer: object) -> object:
        if isinstance(answer, tuple):
            return OwnCodes.FORBIDDEN, answer[1]
        return OwnCodes.FORBIDDEN if isinstance(answer, Codes) else answer

    return rivals.synapse([rivals.Module(translate(module.answer)) for module in modules])
