from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from quickstart.category import Comments
from quickstart.rate_limiter import RateLimiter
from quickstart.word_filter import WordFilter
from twisted.internet.task import Clock

from hostkit import ALLOW, Decision, Deny, Host, ModuleApi
from hostkit.errors import ConfigErrors
from tests.cli.conftest import run
from tests.examples.conftest import FILE
from tests.web.conftest import Answer, ask

if TYPE_CHECKING:
    from twisted.web.resource import IResource


def post(root: IResource, hook: str, **arguments: Any) -> Answer:
    """Call a hook over HTTP."""
    body = json.dumps(arguments).encode()
    return ask(root, "POST", f"/_hostkit/hooks/comments/{hook}", body)


def test_a_greeting_is_allowed(root: IResource) -> None:
    """What no module has anything against is allowed."""
    answer = post(root, "check_comment", author="ann", text="hello")
    assert (answer.status, answer.json) == (200, {})


def test_the_word_filter_denies_and_is_named(root: IResource, host: Host) -> None:
    """A denial names the module and the words, and the host keeps its receipt."""
    answer = post(root, "check_comment", author="ann", text="Casino lottery casino")
    assert answer.status == 403
    assert (answer.json["errcode"], answer.json["module"]) == ("banned_word", "words")
    assert answer.json["words"] == ["casino", "lottery"]
    receipt = host.receipts.get(answer.json["receipt"])
    assert receipt is not None
    assert [str(step.outcome) for step in receipt.steps] == ["deny", "not asked"]


def test_the_word_filter_reads_links() -> None:
    """A link counts as the name of its host."""
    host = Host.from_config(
        {"modules": [{"module": WordFilter, "config": {"banned": ["casino.example"]}}]},
        categories=[Comments],
    ).build()
    check = host.hooks[Comments].check_comment
    assert isinstance(asyncio.run(check("ann", "at https://Casino.example/win")), Deny)
    assert asyncio.run(check("ann", "at https://example.org/casino.example")) is ALLOW


def test_a_failure_is_not_a_denial(root: IResource) -> None:
    """A module that stumbles neither allows nor denies."""
    answer = post(root, "check_comment", author="ann", text="see http://[here")
    assert (answer.status, answer.json["errcode"]) == (503, "module_failed")
    assert answer.json["module"] == "words"


def test_the_page_shows_the_latest_comments(root: IResource) -> None:
    """The notifier's page lists as many comments as its config says, the last one first."""
    assert ask(root, "GET", "/comments/latest").json == []
    for number in range(7):
        assert post(root, "on_comment_posted", author="ann", text=str(number)).status == 200
    page = ask(root, "GET", "/comments/latest")
    assert page.headers["content-type"] == "application/json"
    assert [comment["text"] for comment in page.json] == ["6", "5", "4", "3", "2"]
    assert page.json[0] == {"author": "ann", "text": "6"}


def limited(clock: Clock, **config: Any) -> Host:
    """Build a host with a rate limiter that looks at a fake clock."""

    class Limiter(RateLimiter):
        def __init__(self, config: RateLimiter.Config, api: ModuleApi) -> None:
            super().__init__(config, api, clock.seconds)

    return Host.from_config(
        {"modules": [{"module": Limiter, "name": "limiter", "config": config}]},
        categories=[Comments],
    ).build()


def test_the_rate_limiter_counts_posted_comments_for_a_while() -> None:
    """So many comments per so much time are allowed, and the denial says how long to wait."""
    clock = Clock()
    comments = limited(clock, comments=2, per="1m").hooks[Comments]

    async def check(author: str = "ann") -> Decision:
        return await comments.check_comment(author, "hi")

    async def talk() -> None:
        assert await check() is ALLOW
        await comments.on_comment_posted("ann", "hi")
        clock.advance(10)
        await comments.on_comment_posted("ann", "hi")
        clock.advance(20)
        denial = Deny("too_many", "you write faster than we read", retry_after_seconds=30.0)
        assert await check() == denial
        assert await check("ben") is ALLOW
        clock.advance(29.5)
        assert isinstance(await check(), Deny)
        clock.advance(0.5)
        assert await check() is ALLOW
        await comments.on_comment_posted("ann", "hi")
        assert isinstance(await check(), Deny)

    asyncio.run(talk())


def test_asking_is_not_counted() -> None:
    """Only comments that were posted count, not those that were asked about."""
    comments = limited(Clock(), comments=1, per="1m").hooks[Comments]

    async def talk() -> list[Decision]:
        return [await comments.check_comment("ann", "hi") for _ in range(5)]

    assert asyncio.run(talk()) == [ALLOW] * 5


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"comments": "3", "per": "1m"}, ("modules", 0, "config", "comments")),
        ({"comments": 3, "per": "a while"}, ("modules", 0, "config", "per")),
        ({"comments": 0, "per": "1m"}, ("modules", 0, "config")),
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
