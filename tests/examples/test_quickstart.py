from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from quickstart.category import Comments
from quickstart.rate_limiter import RateLimiter
from quickstart.word_filter import WordFilter

from hostkit import ALLOW, ConfigErrors, Deny, Host, ModuleApi
from hostkit.testing import Answer, Client, Clock, assert_allowed, assert_denied, build_host
from tests.cli.conftest import run
from tests.examples.conftest import FILE


def serve() -> Client:
    """Serve the quickstart's file."""
    return Client(Host.from_file(FILE, database="sqlite://").build())


async def post(client: Client, hook: str, text: str) -> Answer:
    """Call a hook over HTTP."""
    return await client.call_hook(f"comments.{hook}", author="ann", text=text)


async def test_a_greeting_is_allowed() -> None:
    """What no module has anything against is allowed."""
    async with serve() as client:
        answer = await post(client, "check_comment", "hello")
    assert (answer.status, answer.json) == (200, {})


async def test_the_word_filter_denies_and_is_named() -> None:
    """A denial names the module and the words, and the host keeps its receipt."""
    async with serve() as client:
        answer = await post(client, "check_comment", "Casino lottery casino")
    assert answer.status == 403
    assert (answer.json["errcode"], answer.json["module"]) == ("banned_word", "words")
    assert answer.json["words"] == ["casino", "lottery"]
    receipt = client.host.receipts.get(answer.json["receipt"])
    assert receipt is not None
    assert [str(step.outcome) for step in receipt.steps] == ["deny", "not asked"]


def test_the_word_filter_reads_links() -> None:
    """A link counts as the name of its host."""
    host = build_host([(WordFilter, {"banned": ["casino.example"]})], categories=[Comments])
    check = host.hooks[Comments].check_comment
    assert_denied(host.ask(check, "ann", "at https://Casino.example/win"))
    assert_allowed(host.ask(check, "ann", "at https://example.org/casino.example"))


async def test_a_failure_is_not_a_denial() -> None:
    """A module that fails neither allows nor denies."""
    async with serve() as client:
        answer = await post(client, "check_comment", "see http://[here")
    assert (answer.status, answer.json["errcode"]) == (503, "module_failed")
    assert answer.json["module"] == "words"


async def test_the_page_shows_the_latest_comments() -> None:
    """The notifier's page lists as many comments as its config says, the last one first."""
    async with serve() as client:
        assert (await client.get("/comments/latest")).json == []
        for number in range(7):
            assert (await post(client, "on_comment_posted", str(number))).status == 200
        page = await client.get("/comments/latest")
    assert page.headers["content-type"] == "application/json"
    assert [comment["text"] for comment in page.json] == ["6", "5", "4", "3", "2"]
    assert page.json[0] == {"author": "ann", "text": "6"}


def limited(clock: Clock, database: str = "sqlite://", **config: Any) -> Host:
    """Build a host with a rate limiter that looks at a fake clock."""

    class Limiter(RateLimiter):
        def __init__(self, config: RateLimiter.Config, api: ModuleApi) -> None:
            super().__init__(config, api, clock.seconds)

    return build_host(
        [{"module": Limiter, "config": config, "name": "limiter"}],
        categories=[Comments],
        database=database,
    )


async def test_the_rate_limiter_counts_posted_comments_for_a_while() -> None:
    """So many comments per so much time are allowed, and the denial says how long to wait."""
    clock = Clock()
    comments = limited(clock, comments=2, per="1m").hooks[Comments]
    assert await comments.check_comment("ann", "hi") is ALLOW
    await comments.on_comment_posted("ann", "hi")
    await clock.advance(10)
    await comments.on_comment_posted("ann", "hi")
    await clock.advance(20)
    denial = Deny("too_many", "you write faster than we read", retry_after_seconds=30.0)
    assert await comments.check_comment("ann", "hi") == denial
    assert await comments.check_comment("ben", "hi") is ALLOW
    await clock.advance(29.5)
    assert isinstance(await comments.check_comment("ann", "hi"), Deny)
    await clock.advance(0.5)
    assert await comments.check_comment("ann", "hi") is ALLOW
    await comments.on_comment_posted("ann", "hi")
    assert isinstance(await comments.check_comment("ann", "hi"), Deny)


async def test_the_limit_holds_in_all_processes(tmp_path: Path) -> None:
    """Two hosts with one database count together, and go on after a restart."""
    clock, url = Clock(), f"sqlite:///{tmp_path}/modules.db"
    hosts = [limited(clock, url, comments=2, per="1m") for _ in range(2)]
    posts = [host.hooks[Comments].on_comment_posted("ann", "hi") for host in hosts]
    await asyncio.gather(*posts)
    for host in hosts:
        assert isinstance(await host.hooks[Comments].check_comment("ann", "hi"), Deny)
        await host.stop()
    again = limited(clock, url, comments=2, per="1m")
    assert isinstance(await again.hooks[Comments].check_comment("ann", "hi"), Deny)
    assert await again.hooks[Comments].check_comment("\0\ud800" * 1000, "hi") is ALLOW
    await again.stop()


async def test_asking_is_not_counted() -> None:
    """Only comments that were posted count, not those that were asked about."""
    comments = limited(Clock(), comments=1, per="1m").hooks[Comments]
    assert [await comments.check_comment("ann", "hi") for _ in range(5)] == [ALLOW] * 5


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"comments": "3", "per": "1m"}, ("modules", 0, "config", "comments")),
        ({"comments": 3, "per": "a while"}, ("modules", 0, "config", "per")),
        ({"comments": 0, "per": "1m"}, ("modules", 0, "config")),
        ({"comments": 1001, "per": "1m"}, ("modules", 0, "config")),
    ],
)
def test_the_rate_limiter_refuses_nonsense(config: Any, path: tuple[str | int, ...]) -> None:
    """What the limiter could not work with is found before it is built."""
    with pytest.raises(ConfigErrors) as caught:
        limited(Clock(), **config)
    assert [problem.path[: len(path)] for problem in caught.value.problems] == [path]


def test_the_file_has_no_problems() -> None:
    """`hostkit validate` has nothing to say against the quickstart's file."""
    result = run("validate", str(FILE))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{FILE}: no problems (3 modules, 2 hooks)\n"
