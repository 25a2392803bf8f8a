"""`HttpApi`: the part of the module api that asks other servers."""

from __future__ import annotations

import functools

from hostkit.api._base import BaseApi
from hostkit.http import HttpClient


class HttpApi(BaseApi):
    """Gives access to the HTTP client."""

    @functools.cached_property
    def http_client(self) -> HttpClient:
        """Asks other servers, for instance with ``await api.http_client.get_json(url)``.

        All modules of a host share its connections. What is in flight when the module is stopped
        is cancelled. It needs the extra ``http``.
        """
        return HttpClient(self._name, self._services.http, self._registrations.lifetime)
