"""How a host is reached over HTTP."""

from hostkit.web._gateway import Gateway
from hostkit.web._listeners import DEFAULT_LISTENER, check_listeners
from hostkit.web._pages import ErrorPage
from hostkit.web._router import Router
from hostkit.web._server import Server

__all__ = ["DEFAULT_LISTENER", "ErrorPage", "Gateway", "Router", "Server", "check_listeners"]
