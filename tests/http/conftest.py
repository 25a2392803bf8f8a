from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from hostkit import Host
from hostkit.http import HttpClient
from tests.http.servers import Asking

Client = Callable[..., AbstractAsyncContextManager[HttpClient]]


@asynccontextmanager
async def make_client(**settings: Any) -> AsyncIterator[HttpClient]:
    """Start a host with one module, and give its client."""
    config = {"modules": [{"module": Asking, "name": "asking"}], "hostkit": {"http": settings}}
    host = Host.from_config(config, categories=[])
    async with host:
        yield host.modules[0].instance.http


@pytest.fixture
def client() -> Client:
    """Make the client of a module, with these settings under ``http:``."""
    return make_client
