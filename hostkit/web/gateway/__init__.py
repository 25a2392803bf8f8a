"""Hooks over HTTP, for hosts that are not written in Python."""

from hostkit.web._pages import redacted
from hostkit.web.gateway._calls import find_calls
from hostkit.web.gateway._gateway import Gateway
from hostkit.web.gateway._writing import to_json

__all__ = ["Gateway", "find_calls", "redacted", "to_json"]
