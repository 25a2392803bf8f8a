"""Deny comments that contain banned words."""

from urllib.parse import urlsplit

import attrs

from hostkit import ALLOW, Decision, Deny, ModuleApi


class WordFilter:
    """Denies a comment that contains a banned word."""

    @attrs.frozen
    class Config:
        """The module's ``config:``; hostkit checks it before the module is built."""

        banned: frozenset[str]

    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._banned = config.banned
        api.register_comments_callbacks(check_comment=self.check)

    async def check(self, _author: str, text: str) -> Decision:
        """Look for banned words."""
        found = sorted(self._banned.intersection(map(read_word, text.lower().split())))
        if found:
            return Deny("banned_word", f"please write without {found[0]!r}", words=found)
        return ALLOW


def read_word(word: str) -> str:
    """Replace a link by the name of its host."""
    return urlsplit(word).hostname or word
