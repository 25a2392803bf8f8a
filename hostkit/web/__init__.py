"""How a host is reached over HTTP, and what modules make web resources with."""

from hostkit.web._cors import Cors
from hostkit.web._endpoint_faults import LONGEST_SOCKET_BYTES
from hostkit.web._forms import Form, Upload, form_body
from hostkit.web._given import GivenSockets
from hostkit.web._html import HtmlResource
from hostkit.web._json import json_body
from hostkit.web._json_resource import HttpError, JsonResource
from hostkit.web._listeners import DEFAULT_LISTENER, check_listeners, listeners_of
from hostkit.web._opening import OpenSockets, SocketOpener
from hostkit.web._pages import ErrorPage
from hostkit.web._query import query_value, query_values
from hostkit.web._request import HostRequest
from hostkit.web._router import Router
from hostkit.web._routes import route
from hostkit.web._server import Server
from hostkit.web._sockets import Place, SocketReactor
from hostkit.web._unix import listen_unix
from hostkit.web.gateway import Gateway

__all__ = [
    "DEFAULT_LISTENER",
    "LONGEST_SOCKET_BYTES",
    "Cors",
    "ErrorPage",
    "Form",
    "Gateway",
    "GivenSockets",
    "HostRequest",
    "HtmlResource",
    "HttpError",
    "JsonResource",
    "OpenSockets",
    "Place",
    "Router",
    "Server",
    "SocketOpener",
    "SocketReactor",
    "Upload",
    "check_listeners",
    "form_body",
    "json_body",
    "listen_unix",
    "listeners_of",
    "query_value",
    "query_values",
    "route",
]
