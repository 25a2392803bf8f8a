"""What operators ask a server from elsewhere, over HTTP."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit import Category, Deny, Host, hookspec, rules
from hostkit.config import from_mapping, load
from hostkit.dispatch import Outcome, Receipt
from hostkit.errors import ConfigErrors
from hostkit.testing import Client, Recorder, build_host
from tests.web.line import Line, make_site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TOKEN = "s3cret-s3cret-s3cret"
ADMIN = "/_hostkit/admin"
LISTENER = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["admin"], "token": TOKEN}


class Notes(Category):
    """Callbacks about notes."""

    @hookspec(rules.FirstDenial())
    async def check_note(self, text: str) -> object:
        """Called before a note is stored."""


STRICT = Recorder(name="strict", check_note=Deny("no", f"not {TOKEN}"))


def host_of(*entries: Any, **settings: Any) -> Host:
    """Build a host with a listener for `admin`."""
    listeners = settings.pop("listeners", [LISTENER])
    return build_host(entries, categories=[Notes], listeners=listeners, **settings)


def receipt(number: int, outcome: Outcome = Outcome.DENY) -> Receipt:
    """Make a receipt."""
    return Receipt(id=f"abcdef-{number}", hook="notes.check_note", outcome=outcome, steps=())


def ids(answer: Any) -> list[str]:
    """Give those of the receipts in an answer."""
    return [each["receipt"]["id"][-1] for each in answer["items"]]


@pytest.mark.parametrize(
    "endpoint", ["tcp:80", "tcp:80:interface=127.0.0.1", "unix:/run/words.sock"]
)
def test_it_is_never_served_without_a_token(endpoint: str) -> None:
    """On this machine there are other users, and a control socket for those who may."""
    listener: dict[str, Any] = {"endpoint": endpoint, "serve": ["modules", "admin"]}
    with pytest.raises(ConfigErrors) as caught:
        from_mapping({"hostkit": {"listeners": [listener]}})
    (problem,) = caught.value.problems
    assert problem.code == "HK056"
    assert problem.path == ("hostkit", "listeners", 0, "serve")
    for key in ["token", "previous_token"]:
        (read,) = from_mapping(
            {"hostkit": {"listeners": [{**listener, key: TOKEN}]}}
        ).settings.listeners
        assert read.tokens == (TOKEN,)


def test_a_token_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    """What was written, and cannot be read, is what has to be corrected."""
    file = tmp_path / "host.yaml"
    file.write_text(
        "hostkit: {listeners: [{endpoint: 'unix:a', serve: [admin], token: !env HOSTKIT_NOT_SET}]}"
    )
    with pytest.raises(ConfigErrors) as caught:
        load(file)
    assert [problem.code for problem in caught.value.problems] == ["HK051"]


def test_a_program_may_not_serve_it_without_a_token() -> None:
    """Its own listeners are in no file that was checked; they just do not have it."""
    site = make_site(pages={"/words": Resource()}, serve=("modules", "admin"))
    line = Line(site)
    line.get(f"{ADMIN}/status")
    assert line.answer.status == 404


@pytest.mark.parametrize("page", ["", "/status", "/modules", "/receipts", "/receipts/x", "/x"])
async def test_it_is_not_shown_to_those_without_the_token(page: str) -> None:
    """Not even whether there is such a page."""
    async with Client(host_of()) as client:
        answer = await client.get(f"{ADMIN}{page}")
        wrong = await client.get(ADMIN + page, headers={"authorization": "Bearer guess"})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert wrong.status == 401


async def test_other_listeners_do_not_have_it() -> None:
    """It is served where the file says so."""
    hooks = {**LISTENER, "serve": ["hooks", "health"]}
    async with Client(host_of(listeners=[hooks]), token=TOKEN) as client:
        assert (await client.get(f"{ADMIN}/status")).status == 404


async def test_the_status_is_that_of_the_control_socket() -> None:
    """With the number of the process and the version of the format."""
    async with Client(host_of(STRICT), token=TOKEN) as client:
        answer = await client.get(f"{ADMIN}/status")
    shown = answer.json
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert (shown["version"], shown["pid"], shown["state"]) == (1, os.getpid(), "running")
    assert (shown["modules"], shown["last_reload"], shown["switched"]) == ({"enforce": 1}, None, [])
    assert shown["uptime_seconds"] >= 0


async def test_modules_are_described() -> None:
    """As the control socket does it."""
    async with Client(host_of(STRICT), token=TOKEN) as client:
        (module,) = (await client.get(f"{ADMIN}/modules")).json["modules"]
    assert (module["name"], module["hooks"]) == ("strict", ["notes.check_note"])


async def test_there_are_no_secrets_in_it() -> None:
    """As everywhere: a denial that quotes one is shown without it."""
    host = host_of(STRICT)
    host.receipts.expect(lambda text: text.replace(TOKEN, "[redacted]"))
    async with Client(host, token=TOKEN) as client:
        await host.hooks[Notes].check_note("hi")
        answer = await client.get(f"{ADMIN}/receipts")
        (item,) = answer.json["items"]
        single = await client.get(f"{ADMIN}/receipts/{item['receipt']['id']}")
    assert TOKEN not in answer.text + single.text
    assert item["receipt"]["reason"] == "no: not [redacted]"
    assert item["text"].startswith("receipt ")
    assert single.json["receipt"] == item["receipt"]


async def test_a_receipt_that_is_gone_is_not_found() -> None:
    """With how many are kept."""
    async with Client(host_of(), token=TOKEN) as client:
        answer = await client.get(f"{ADMIN}/receipts/abcdef-1")
    assert (answer.status, answer.json["errcode"]) == (404, "no_such_receipt")
    assert "0 are kept" in answer.json["error"]


@pytest.mark.parametrize("path", ["/x", "/status/x", "/receipts/x/y"])
async def test_unknown_pages_are_not_found(path: str) -> None:
    """With those that there are, which the root lists as well."""
    async with Client(host_of(), token=TOKEN) as client:
        answer = await client.get(ADMIN + path)
        pages = (await client.get(ADMIN)).json["pages"]
    assert (answer.status, answer.json["errcode"]) == (404, "not_found")
    assert answer.json["error"] == "there are: status, modules, receipts"
    assert pages == [f"{ADMIN}/{name}" for name in ("status", "modules", "receipts")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_can_be_changed(method: str) -> None:
    """The switches are the control socket's."""
    async with Client(host_of(), token=TOKEN) as client:
        answer = await client.request(method, f"{ADMIN}/modules")
        head = await client.head(f"{ADMIN}/modules")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("hook=check_notes", "there is no hook 'check_notes': did you mean 'check_note'?"),
        ("module=wrds", "there is no module 'wrds': did you mean 'words'?"),
        ("limit=-1", "limit: '-1' is no number"),
        ("limit=x", "limit: 'x' is no number"),
        ("outcome=maybe", "outcome: 'maybe' is no Outcome"),
        ("after=a&after=b", "after: it stands there 2 times"),
    ],
)
async def test_wrong_queries_are_refused(query: str, error: str) -> None:
    """With the field that is wrong."""
    async with Client(host_of(Recorder(name="words")), token=TOKEN) as client:
        answer = await client.get(f"{ADMIN}/receipts?{query}")
    assert (answer.status, answer.json["error"]) == (400, error)


async def test_receipts_are_chosen() -> None:
    """By their hook, by what they came to, and the last ones."""
    host = host_of(STRICT)
    for number, outcome in enumerate([Outcome.DENY, Outcome.FAILED, Outcome.DENY]):
        host.receipts.log(receipt(number, outcome))

    async def ask(query: str) -> list[str]:
        return ids((await client.get(f"{ADMIN}/receipts?{query}")).json)

    async with Client(host, token=TOKEN) as client:
        assert await ask("outcome=deny") == ["0", "2"]
        assert await ask("outcome=deny&outcome=failed&limit=2") == ["1", "2"]
        assert await ask("hook=check_note&limit=0") == []
        assert await ask("module=strict&limit=1") == []


async def follow(pages: Sequence[Sequence[Receipt]], limit: int = 20) -> list[Any]:
    """Ask for one page after the other, while there are these receipts."""
    host = host_of(receipts=4)
    answers, after = [], None
    async with Client(host, token=TOKEN) as client:
        for page in pages:
            for each in page:
                host.receipts.log(each)
            query = f"limit={limit}" if after is None else f"after={after}"
            answers.append((await client.get(f"{ADMIN}/receipts?{query}")).json)
            after = answers[-1]["next"]
    json.dumps(answers)
    return answers


async def test_later_pages_have_what_is_new() -> None:
    """Also if there was nothing at first; the limit is that of the first page."""
    pages = await follow([[], [receipt(1), receipt(2)], [], [receipt(3)]], limit=1)
    assert [ids(page) for page in pages] == [[], ["1", "2"], [], ["3"]]
    assert [page["skipped"] for page in pages] == [False] * 4
    pages = await follow([[receipt(1), receipt(2)], [receipt(3)]], limit=1)
    assert [ids(page) for page in pages] == [["2"], ["3"]]


async def test_lost_receipts_are_noticed() -> None:
    """More were made than are kept: what there is is sent."""
    pages = await follow([[receipt(0)], [receipt(number) for number in range(1, 6)]])
    assert ids(pages[1]) == ["2", "3", "4", "5"]
    assert (pages[1]["skipped"], pages[1]["next"]) == (True, "abcdef-5")


async def test_calls_in_flight_are_looked_at_again() -> None:
    """What is behind them is sent at once, and named, so that it is not shown twice."""
    running = receipt(2, Outcome.RUNNING)
    (page,) = await follow([[receipt(1), running, receipt(3)]])
    assert ids(page) == ["1", "3"]
    assert (page["next"], page["seen"]) == ("abcdef-1", ["abcdef-3"])
    (page,) = await follow([[running, receipt(3)]])
    assert (page["next"], page["seen"], page["skipped"]) == ("", ["abcdef-3"], False)
