"""`hostkit receipts`, and `hostkit explain` with the id of one."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock

from hostkit import Host
from hostkit.cli._answering import commands_of
from hostkit.cli._control import Request, control_socket
from hostkit.dispatch import Outcome, Receipt, Step
from tests.cli import modules
from tests.cli.asked import NUMBER, answer_with
from tests.cli.conftest import run
from tests.cli.test_control import FakeReactor, answers_of, file, path

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["file", "path"]

ITEM: dict[str, Any] = {
    "receipt": {"id": "49f6f9-1", "at": "2026-01-31T12:00:03.748000+00:00"},
    "text": "receipt 49f6f9-1: comments.check_comment: deny\n  1. words: deny, \x1bno",
}


def receipt(number: int, outcome: Outcome = Outcome.DENY, module: str = "words") -> Receipt:
    """Make a receipt in which one of two modules was asked."""
    steps = (
        Step(module=module, outcome=outcome),
        Step(module="last", outcome=Outcome.NOT_ASKED),
    )
    return Receipt(
        id=f"abcdef-{number}",
        hook="comments.check_comment",
        outcome=outcome,
        steps=steps,
        reason="s3cret",
    )


class Asked:
    """A host with receipts, and a client of its control socket."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        config = {"hostkit": {"receipts": 4}}
        self.host = Host.from_config(config, categories=[modules.Comments]).build()
        self.host.receipts.expect(lambda text: text.replace("s3cret", "[redacted]"))
        self.add(*receipts)
        self.clock = Clock()
        unused: Any = None
        self._commands = commands_of(self.host, unused, unused, self.clock)
        self.items: list[Any] = []
        self.said: list[str] = []
        self.answers: list[dict[str, Any]] = []
        self.request = Request({}, "ann", self.said.append, self.items.append)

    def add(self, *receipts: Receipt) -> None:
        for each in receipts:
            self.host.receipts.log(each)

    def ask(self, command: str, **arguments: Any) -> Asked:
        self.request.arguments = arguments
        self._commands[command](self.request).addCallback(self.answers.append)
        return self

    @property
    def numbers(self) -> list[int]:
        return [int(each["receipt"]["id"].partition("-")[2]) for each in self.items]


def test_the_last_receipts_are_sent() -> None:
    """The newest last, without secrets, as data and as a text."""
    asked = Asked([receipt(1), receipt(2)]).ask("receipts")
    assert asked.numbers == [1, 2]
    assert asked.answers == [{"ok": True}]
    (item, _) = asked.items
    assert item["receipt"]["reason"] == "[redacted]"
    assert item["receipt"]["steps"][0]["outcome"] == "deny"
    assert item["text"].startswith("receipt abcdef-1: comments.check_comment: deny ([redacted])\n")
    json.dumps(item)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"limit": 1}, [3]),
        ({"limit": 0}, []),
        ({"hook": "check_comment"}, [1, 2, 3]),
        ({"hook": "comments.check_comment"}, [1, 2, 3]),
        ({"hook": "on_comment_posted"}, []),
        ({"module": "words"}, [1, 3]),
        ({"module": "last"}, []),
        ({"outcomes": ["failed", "allow"]}, [3]),
        ({"outcomes": ["deny"], "module": "words"}, [1]),
    ],
)
def test_a_client_chooses(arguments: dict[str, Any], expected: list[int]) -> None:
    """By the hook, by a module that was asked, by what came of the call, and how many."""
    receipts = [receipt(1), receipt(2, module="other"), receipt(3, Outcome.FAILED)]
    assert Asked(receipts).ask("receipts", **arguments).numbers == expected


def test_an_unknown_hook_is_refused() -> None:
    """With the one that was probably meant."""
    for hook, hint in (("chek_comment", "did you mean 'check_comment'?"), ("x", "list` shows all")):
        (answer,) = Asked([]).ask("receipts", hook=hook).answers
        assert (answer["ok"], answer["message"].endswith(hint)) == (False, True)


def test_an_unknown_module_is_refused() -> None:
    """One that is gone is known as long as there is a receipt in which it was asked."""
    asked = Asked([receipt(1, module="gone")])
    (answer,) = asked.ask("receipts", module="gon").answers
    assert answer == {"ok": False, "message": "there is no module 'gon': did you mean 'gone'?"}
    assert asked.ask("receipts", module="gone").numbers == [1]


def test_new_receipts_follow() -> None:
    """Each once, twice a second, until the client leaves; not those of calls in flight."""
    asked = Asked([receipt(1), receipt(2)])
    asked.ask("receipts", follow=True, limit=1, module="words")
    assert asked.numbers == [2]
    asked.add(receipt(3), receipt(4, Outcome.RUNNING), receipt(5, module="other"))
    asked.clock.advance(0.5)
    assert asked.numbers == [2, 3]
    asked.clock.advance(0.5)
    assert (asked.numbers, asked.answers, asked.said) == ([2, 3], [], [])
    asked.request.left.callback(None)
    asked.clock.advance(0.5)
    assert (asked.answers, asked.clock.getDelayedCalls()) == ([{"ok": True}], [])


def test_a_client_that_does_not_read_is_sent_nothing() -> None:
    """They stay where they are; if there were too many meanwhile, it is notified."""
    asked = Asked([receipt(1)]).ask("receipts", follow=True)
    asked.request.is_slow = True
    asked.add(receipt(2), receipt(3), receipt(4), receipt(5), receipt(6))
    asked.clock.advance(0.5)
    assert asked.numbers == [1]
    asked.request.is_slow = False
    asked.clock.advance(0.5)
    assert asked.numbers == [1, 3, 4, 5, 6]
    assert asked.said == ["some receipts may be missing: more were made than are kept"]


def test_a_real_denial_has_a_receipt() -> None:
    """Its time is known, and it is found by its id."""
    entries = [{"module": modules.Strict, "name": "strict"}]
    host = Host.from_config({"modules": entries}, categories=[modules.Comments])

    async def deny() -> None:
        async with host:
            await host.hooks[modules.Comments].check_comment("bob")

    asyncio.run(deny())
    unused: Any = None
    commands = commands_of(host, unused, unused, Clock())
    (kept,) = host.receipts
    answers: list[dict[str, Any]] = []
    for receipt_id in (kept.id, "abcdef-9"):
        request = Request({"id": receipt_id}, "ann", print, print)
        commands["receipt"](request).addCallback(answers.append)
    found, missing = answers
    assert (found["ok"], found["receipt"]["decider"]) == (True, "strict")
    assert missing == {
        "ok": False,
        "message": "there is no receipt abcdef-9 any more, or here: 1 are kept",
    }


def test_wrong_arguments_are_refused(file: Any) -> None:
    """All that is wrong is said."""
    asked = Asked([])
    unused: Any = None
    commands = commands_of(asked.host, unused, unused, Clock())
    reactor = FakeReactor()
    with control_socket(file, reactor, commands):
        protocol, transport = reactor.connect()
        protocol.dataReceived(b'{"command": "receipts", "arguments": {"limit": "x", "a": 1}}\n')
    (answer,) = answers_of(transport)
    assert answer["ok"] is False
    assert "arguments of the command are wrong: a: unknown key 'a'\nlimit: " in answer["message"]


def test_receipts_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """With their time, if it is known; nothing in them controls a terminal."""
    without_time = {**ITEM, "receipt": {"id": "49f6f9-2", "at": None}, "text": "receipt 49f6f9-2"}
    asked = answer_with(monkeypatch, {}, ITEM, without_time)
    options = ["--hook", "check_comment", "--module", "words", "--outcome", "deny", "-n", "5"]
    result = run("receipts", NUMBER, *options, "--outcome", "failed")
    assert result.exit_code == 0
    assert result.output == (
        "2026-01-31 12:00:03Z  receipt 49f6f9-1: comments.check_comment: deny\n"
        "  1. words: deny, \\x1bno\n"
        "receipt 49f6f9-2\n"
    )
    wanted = {"hook": "check_comment", "module": "words", "outcomes": ("deny", "failed")}
    assert asked == [("receipts", {**wanted, "limit": 5, "follow": False})]


def test_it_is_said_if_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more may follow, that they do not is no result yet."""
    answer_with(monkeypatch, {})
    result = run("receipts", NUMBER)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no such receipts are kept\n"
    assert run("receipts", NUMBER, "--follow").stderr == ""


def test_receipts_are_lines_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each, so that they can be read as they come."""
    asked = answer_with(monkeypatch, {}, ITEM, ITEM)
    result = run("receipts", NUMBER, "--follow", "--format", "json")
    expected = {"version": 1, **ITEM["receipt"]}
    assert [json.loads(line) for line in result.output.splitlines()] == [expected] * 2
    assert asked == [("receipts", {"outcomes": (), "limit": 20, "follow": True})]


def test_a_server_that_is_followed_may_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no failure, unless it had to answer."""
    answer_with(monkeypatch, None, ITEM)
    result = run("receipts", NUMBER, "--follow")
    assert (result.exit_code, result.stderr) == (0, "process 4711 has ended\n")
    assert run("receipts", NUMBER).exit_code == 1


def test_a_receipt_is_explained_by_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a text, or as data in the form that a call has."""
    asked = answer_with(monkeypatch, ITEM)
    assert run("explain", "49f6f9-1", NUMBER).output == (
        "receipt 49f6f9-1: comments.check_comment: deny\n  1. words: deny, \\x1bno\n"
    )
    assert asked == [("receipt", {"id": "49f6f9-1"})]
    shown = json.loads(run("explain", "49f6f9-1", NUMBER, "--format", "json").output)
    files = [{"file": NUMBER, "receipt": ITEM["receipt"]}]
    assert shown == {"version": 1, "files": files, "differs": None}
    result = run("explain", "49f6f9-1", NUMBER, "author=ann")
    assert (result.exit_code, "a receipt has no arguments" in result.output) == (2, True)


def test_data_controls_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is JSON all the same; letters of all languages are as they are."""
    text = "\x7f \x9b \u202e ü"
    answer_with(monkeypatch, {}, {"receipt": {"id": text}}, {"receipt": {"id": "ü"}})
    shown, plain = run("receipts", NUMBER, "--format", "json").output.splitlines()
    assert (json.loads(shown)["id"], shown.isprintable()) == (text, True)
    assert plain == '{"version": 1, "id": "ü"}'
