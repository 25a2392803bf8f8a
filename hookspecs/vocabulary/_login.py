"""`Login`: what a module answers that knows who somebody is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from hookspecs.vocabulary._login_response import LoginResponse

Login: TypeAlias = tuple[str, Callable[[LoginResponse], Awaitable[None]] | None]
"""A user id, and what to call with what the client is told, if the module wants to know."""
