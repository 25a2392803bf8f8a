"""Mocks of functions in the place of what a module is made of."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock

from hostkit import ALLOW, Decision, Host, ModuleApi

from .conftest import Comments


def takes_one(config: Any) -> Any:
    return config


async def test_a_module_may_be_made_of_mocks_of_functions() -> None:
    """Its callback, its loop, `parse_config` and `start` may all be mocks that have a ``spec``."""
    check = Mock(spec=takes_one, return_value=ALLOW)
    begin, run = AsyncMock(spec=takes_one), Mock(spec=takes_one)

    class Words:
        parse_config = Mock(spec=takes_one, return_value="parsed")
        start = begin

        def __init__(self, config: Any, api: ModuleApi) -> None:
            assert config == "parsed"
            api.register_comments_callbacks(check_comment=check)
            api.looping_background_call(run, 60_000)

    host = Host.from_config({"modules": [{"module": Words}]}, categories=[Comments])
    async with host:
        assert await ask(host) is ALLOW
    assert check.call_args.args == ("ann", "hi")
    assert (begin.await_count, run.call_count) == (1, 0)


def test_a_host_calls_what_shows_no_attribute() -> None:
    """A proxy whose attributes all raise is called as any other callback."""

    class Secretive:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

        async def __call__(self, author: str, text: str) -> Decision:
            return ALLOW

    class Words:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.register_comments_callbacks(check_comment=Secretive())

    host = Host.from_config({"modules": [{"module": Words}]}, categories=[Comments]).build()
    assert asyncio.run(ask(host)) is ALLOW


async def ask(host: Host) -> Decision:
    return await host.hooks[Comments].check_comment("ann", "hi")
