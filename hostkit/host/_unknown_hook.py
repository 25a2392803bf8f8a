"""`UnknownHookError`: a hook was asked for by a name that no hook has."""

from __future__ import annotations

from typing import final

from hostkit.errors import CodedError


@final
class UnknownHookError(CodedError, LookupError):
    """The host has no such hook."""
