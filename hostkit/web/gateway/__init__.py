"""Hooks over HTTP, for hosts that are not written in Python."""

from hostkit.web.gateway._gateway import Gateway

__all__ = ["Gateway"]
