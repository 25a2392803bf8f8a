"""What type checkers know of the test kit; see `tests/typing/__init__.py`."""

from __future__ import annotations

from typing import assert_type

from hostkit import Category, Decision, Deny, Host, Receipt, Trace, hookspec, rules
from hostkit.testing import (
    Answer,
    BuiltModule,
    Client,
    Clock,
    MakeClient,
    MakeConfig,
    MakeHost,
    Recorder,
    assert_asked,
    assert_denied,
    build_host,
    build_module,
    run,
)


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial())
    async def check_comment(self, author: str) -> Decision:
        """Called before a comment is stored."""


class Words:
    """A module."""

    def __init__(self, config: dict[str, str], api: object) -> None:
        self.config = config


async def hosts(hostkit_host: MakeHost, hostkit_config: MakeConfig, hostkit_clock: Clock) -> None:
    """Fixtures make hosts, and assertions give back what they were given."""
    strict = Recorder(Comments, check_comment=Deny("no"))
    host = hostkit_host([strict, (Words, {}), "a.b"], categories=[Comments], timing="sampled")
    assert_type(host, Host)
    assert_type(hostkit_config("modules: []"), Host)
    assert_type(build_host([{"module": Words}], clock=hostkit_clock), Host)
    check = host.hooks[Comments].check_comment
    trace = assert_denied(await host.ask(check, "ann"), by=strict, code="no")
    assert_type(trace, Trace[Decision])
    assert_type(assert_denied(await host.explain(check, "ann")), Receipt)
    assert_asked(Comments.check_comment, modules=[strict, Words, "a.b"])
    await hostkit_clock.advance(2)


def plain(host: Host) -> None:
    """A test that is a function gives the call itself, and runs what it awaits."""
    check = host.hooks[Comments].check_comment
    assert_type(assert_denied(host.ask(check, "ann")), Trace[Decision])
    assert_type(run(check("ann")), Decision)
    assert_type(run(lambda: check("ann")), Decision)
    assert_type(build_module(Words, {}).instance, Words)
    assert_type(build_module(Words), BuiltModule[Words])


async def clients(hostkit_client: MakeClient, host: Host) -> None:
    """Clients give answers."""
    client = hostkit_client(host, serve=True)
    assert_type(client, Client)
    assert_type(await client.get("/words"), Answer)
    assert_type(await client.call_hook("comments.check_comment", author="ann"), Answer)
    async with client.stream("GET", "/words") as answer:
        assert_type([piece async for piece in answer], list[bytes])
