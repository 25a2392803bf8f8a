"""What modules ask other servers with: `api.http_client`."""

from hostkit.http._client import HttpClient
from hostkit.http._options import HttpOptions
from hostkit.http._request import NOTHING, HttpRequest, Params
from hostkit.http._response import (
    HttpBusyError,
    HttpCallError,
    HttpRequestError,
    HttpResponse,
    HttpStatusError,
    HttpUnreachableError,
)
from hostkit.http._service import HttpCounts, HttpService, HttpTransport

__all__ = [
    "NOTHING",
    "HttpBusyError",
    "HttpCallError",
    "HttpClient",
    "HttpCounts",
    "HttpOptions",
    "HttpRequest",
    "HttpRequestError",
    "HttpResponse",
    "HttpService",
    "HttpStatusError",
    "HttpTransport",
    "HttpUnreachableError",
    "Params",
]
