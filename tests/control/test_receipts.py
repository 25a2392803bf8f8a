"""The receipts of a serving process, as its clients get them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import Deny
from hostkit.dispatch import Outcome, Receipt, Step
from hostkit.testing import Recorder, build_host
from tests.cli.modules import Comments
from tests.control.clients import connected
from tests.control.controlled import Controlled

if TYPE_CHECKING:
    from hostkit.config import HostFile


def receipt(number: int, outcome: Outcome = Outcome.DENY, module: str = "words") -> Receipt:
    """Make a receipt in which one of two modules was asked."""
    return Receipt(
        id=f"abcdef-{number}",
        hook="comments.check_comment",
        outcome=outcome,
        steps=(
            Step(module=module, outcome=outcome),
            Step(module="last", outcome=Outcome.NOT_ASKED),
        ),
        reason="s3cret",
    )


def controlled(*receipts: Receipt) -> Controlled:
    """Control a host with receipts, of which it keeps four."""
    host = build_host(categories=[Comments], receipts=4)
    host.receipts.expect(lambda text: text.replace("s3cret", "[redacted]"))
    return add(Controlled(host), *receipts)


def add(controlled: Controlled, *receipts: Receipt) -> Controlled:
    """Add receipts, as calls do."""
    for each in receipts:
        controlled.host.receipts.log(each)
    return controlled


def numbers(controlled: Controlled) -> list[int]:
    """Give those of the receipts that were sent."""
    return [int(each["receipt"]["id"].partition("-")[2]) for each in controlled.items]


def test_the_last_receipts_are_sent() -> None:
    """The newest last, without secrets, as data and as a text."""
    asked = controlled(receipt(1), receipt(2))
    assert asked.ask("receipts") == {"ok": True}
    assert numbers(asked) == [1, 2]
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
    asked = controlled(receipt(1), receipt(2, module="other"), receipt(3, Outcome.FAILED))
    assert numbers(asked.begin("receipts", **arguments)) == expected


@pytest.mark.parametrize(
    ("hook", "hint"), [("chek_comment", "did you mean 'check_comment'?"), ("x", "list` shows all")]
)
def test_an_unknown_hook_is_refused(hook: str, hint: str) -> None:
    """With the one that was probably meant."""
    answer = controlled().ask("receipts", hook=hook)
    assert (answer["ok"], answer["message"].endswith(hint)) == (False, True)


def test_an_unknown_module_is_refused() -> None:
    """One that is gone is known as long as there is a receipt in which it was asked."""
    asked = controlled(receipt(1, module="gone"))
    answer = asked.ask("receipts", module="gon")
    assert answer == {"ok": False, "message": "there is no module 'gon': did you mean 'gone'?"}
    assert numbers(asked.begin("receipts", module="gone")) == [1]


def test_new_receipts_follow() -> None:
    """Each once, twice a second, until the client leaves; not those of calls in flight."""
    asked = controlled(receipt(1), receipt(2))
    asked.begin("receipts", follow=True, limit=1, module="words")
    assert numbers(asked) == [2]
    add(asked, receipt(3), receipt(4, Outcome.RUNNING), receipt(5, module="other"))
    asked.reactor.advance(0.5)
    assert numbers(asked) == [2, 3]
    asked.reactor.advance(0.5)
    assert (numbers(asked), asked.answers, asked.said) == ([2, 3], [], [])
    asked.request.left.callback(None)
    asked.reactor.advance(0.5)
    assert (asked.answers, asked.reactor.getDelayedCalls()) == ([{"ok": True}], [])


def test_a_client_that_does_not_read_is_sent_nothing() -> None:
    """They stay where they are; if there were too many meanwhile, it is notified."""
    asked = controlled(receipt(1)).begin("receipts", follow=True)
    asked.request.is_slow = True
    add(asked, *map(receipt, (2, 3, 4, 5, 6)))
    asked.reactor.advance(0.5)
    assert numbers(asked) == [1]
    asked.request.is_slow = False
    asked.reactor.advance(0.5)
    assert numbers(asked) == [1, 3, 4, 5, 6]
    assert asked.said == ["some receipts may be missing: more were made than are kept"]


async def test_a_real_denial_has_a_receipt() -> None:
    """Its time is known, and it is found by its id."""
    strict = Recorder(name="strict", check_comment=Deny("no"))
    async with build_host([strict], categories=[Comments]) as host:
        await host.hooks[Comments].check_comment("bob")
        (kept,) = host.receipts
        found = Controlled(host).ask("receipt", id=kept.id)
        missing = Controlled(host).ask("receipt", id="abcdef-9")
    assert (found["ok"], found["receipt"]["decider"]) == (True, "strict")
    said = "there is no receipt abcdef-9 any more, or here: 1 are kept"
    assert missing == {"ok": False, "message": said}


def test_wrong_arguments_are_refused(file: HostFile) -> None:
    """All that is wrong is said."""
    with connected(file, controlled().commands) as client:
        (answer,) = client.ask("receipts", limit="x", a=1).answers
    assert answer["ok"] is False
    assert "arguments of the command are wrong: a: unknown key 'a'\nlimit: " in answer["message"]
