"""What identifiers have in common: a sigil, a local part and a domain."""

from __future__ import annotations

from typing import ClassVar, Self

import attrs


@attrs.frozen
class Identifier:
    """An identifier that belongs to a server.

    Attributes:
        localpart: What stands between the sigil and the first colon.
        domain: The server's name, which may end with a port.
    """

    localpart: str
    domain: str

    SIGIL: ClassVar[str]
    """The character that identifiers of this kind begin with."""

    @classmethod
    def from_string(cls, text: str) -> Self:
        """Read an identifier.

        Raises:
            ValueError: It does not have the form of one.
        """
        localpart, _, domain = text[1:].partition(":")
        if not text.startswith(cls.SIGIL) or not domain:
            raise ValueError(
                f"{text!r} is not a {cls.__name__}: expected {cls.SIGIL}localpart:domain"
            )
        return cls(localpart, domain)

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Whether `from_string` can read it."""
        try:
            cls.from_string(text)
        except ValueError:
            return False
        return True

    def to_string(self) -> str:
        """Write the identifier."""
        return f"{self.SIGIL}{self.localpart}:{self.domain}"

    __str__ = to_string
