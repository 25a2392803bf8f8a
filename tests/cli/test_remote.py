"""`status`, `modules`, `receipts` and `explain RECEIPT-ID` of a server that is asked by its URL."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from hostkit import Deny
from hostkit.cli import main
from hostkit.testing import Recorder, build_host
from tests.cli.bridging import bridged
from tests.cli.modules import Comments

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit import Host

TOKEN = "s3cret-s3cret-s3cret"
STRICT = Recorder(name="strict", check_comment=Deny("name", "not \x1b you"))
ADMIN = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["admin"], "token": TOKEN}
HOOKS = {"endpoint": "tcp:0:interface=127.0.0.1", "serve": ["hooks"]}


def host_of(listener: dict[str, Any] = ADMIN, **settings: Any) -> Host:
    """Build a host that denies everything."""
    return build_host([STRICT], categories=[Comments], listeners=[listener], **settings)


async def ask(url: str, *args: str, token: str | None = TOKEN) -> Result:
    """Run a command that asks it, while it serves."""
    runner = CliRunner(env={"HOSTKIT_TOKEN": token})
    return await asyncio.to_thread(runner.invoke, main, [*args, "--url", url])


async def denied(host: Host) -> str:
    """Have something denied; give the id of the receipt."""
    await host.hooks[Comments].check_comment("ann")
    *_, last = host.receipts
    return last.id


async def test_the_status_is_shown() -> None:
    """As on the machine of the server, except for whether its file has changed."""
    host = host_of()
    async with bridged(host) as url:
        shown = await ask(url, "status")
        data = json.loads((await ask(url, "status", "--format", "json")).stdout)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("<config>: running for ")
    assert "\n  modules    1 enforce\n" in shown.stdout
    assert (data["state"], data["version"], data["file"]["changed"]) == ("running", 1, None)


async def test_modules_are_shown() -> None:
    """The same table."""
    host = host_of()
    async with bridged(host) as url:
        await denied(host)
        result = await ask(url, "modules")
    assert result.exit_code == 0
    row = result.stdout.splitlines()[1].split()
    assert (row[:3], row[-2:]) == (["strict", "enforce", "1"], ["1", "0"])


async def test_receipts_are_shown_and_chosen() -> None:
    """With the same options; nothing in them can control the terminal."""
    host = host_of()
    async with bridged(host) as url:
        first, second = await denied(host), await denied(host)
        shown = await ask(url, "receipts")
        last = await ask(url, "receipts", "-n", "1", "--format", "json")
        none = await ask(url, "receipts", "--outcome", "failed", "--module", "strict")
        wrong = await ask(url, "receipts", "--hook", "check_coment")
    assert shown.stdout.index(first) < shown.stdout.index(second)
    assert r"not \x1b you" in shown.stdout
    assert json.loads(last.stdout)["id"] == second
    assert (none.exit_code, none.output) == (0, "no such receipts are kept\n")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr == "Error: there is no hook 'check_coment': did you mean 'check_comment'?\n"


async def test_a_receipt_is_explained() -> None:
    """By the id that a caller has got."""
    host = host_of()
    async with bridged(host) as url:
        receipt_id = await denied(host)
        shown = await ask(url, "explain", receipt_id)
        data = await ask(url, "explain", receipt_id, "--format", "json")
        gone = await ask(url, "explain", "abcdef-9")
    assert shown.stdout.startswith(f"receipt {receipt_id}: comments.check_comment: deny by strict")
    (read,) = json.loads(data.stdout)["files"]
    assert (read["receipt"]["id"], read["file"]) == (receipt_id, url)
    assert (gone.exit_code, gone.stdout) == (1, "")
    assert gone.stderr == ("Error: there is no receipt abcdef-9 any more, or here: 1 are kept\n")


async def test_new_receipts_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is shown once, and lost ones are noted, until Ctrl-C."""
    waits = iter(["more", "nothing", "too many", "end"])
    ids: list[str] = []

    def wait(_seconds: float) -> None:
        step = next(waits)
        if step == "end":
            raise KeyboardInterrupt
        count = {"more": 1, "nothing": 0, "too many": 3}[step]
        made = [asyncio.run_coroutine_threadsafe(denied(host), loop) for _ in range(count)]
        ids.extend(each.result() for each in made)

    monkeypatch.setattr("hostkit.cli._remote.sleep", wait)
    loop = asyncio.get_running_loop()
    host = host_of(receipts=2)
    async with bridged(host) as url:
        ids.append(await denied(host))
        result = await ask(url, "receipts", "--follow", "--format", "json")
    shown = [json.loads(line)["id"] for line in result.stdout.splitlines()]
    assert shown == [*ids[:2], *ids[3:]]
    assert result.stderr == "some receipts may be missing: more were made than are kept\n"
    assert result.exit_code == 130


async def test_a_receipt_behind_a_call_in_flight_is_shown_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is sent again with each page, until that call is over."""
    sent = {"receipt": {"id": "abcdef-2", "at": None}, "text": "receipt abcdef-2"}
    page = {"items": [sent], "next": "", "seen": ["abcdef-2"], "skipped": False}
    waits = iter([True, False])

    def wait(_seconds: float) -> None:
        if not next(waits):
            raise KeyboardInterrupt

    monkeypatch.setattr("hostkit.cli._remote.sleep", wait)
    monkeypatch.setattr("hostkit.cli._remote.Remote._get", lambda *_: page)
    result = CliRunner().invoke(main, ["receipts", "--follow", "--url", "http://words"])
    assert result.stdout == "receipt abcdef-2\n"


async def test_a_server_that_does_not_let_them_in_is_not_asked() -> None:
    """Each reason has what to do about it."""
    host = host_of()
    async with bridged(host) as url:
        wrong = await ask(url, "status", token="guess-guess-guess")
    async with bridged(host_of(HOOKS)) as url:
        other = await ask(url, "modules")
    assert (wrong.exit_code, other.exit_code) == (1, 1)
    assert wrong.stderr.endswith(
        " wants the token of its listener: in HOSTKIT_TOKEN, or by --token-file\n"
    )
    assert other.stderr.endswith(
        " does not serve `admin`; add it to the `serve:` of its listener\n"
    )


async def test_the_token_may_stand_in_a_file(tmp_path: Path) -> None:
    """It is preferred to that of the environment."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    host = host_of()
    async with bridged(host) as url:
        result = await ask(
            url, "status", "--token-file", str(file), token="other-other-other-other"
        )
    assert result.exit_code == 0


async def test_what_a_proxy_refuses_is_shown() -> None:
    """Its status, as it has no reason of ours."""
    async with bridged(host_of(ADMIN | {"hosts": ["words.example"]})) as url:
        result = await ask(url, "status")
    assert result.exit_code == 1
    assert " refuses, 421: " in result.stderr


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["status"], "name the server by FILE or PID, or by --url URL"),
        (["modules", "1", "--url", "http://words"], "name the server by FILE or PID, or by"),
        (["receipts", "--url", "ftp://words"], "is not of the form http://HOST:PORT"),
        (["explain", "check", "--url", "http://words"], "`hostkit ask` asks a server"),
        (["explain", "check"], "Missing argument 'FILE'"),
    ],
)
def test_a_server_is_named_once(args: list[str], error: str) -> None:
    """By its file, by its process, or by its URL."""
    result = CliRunner().invoke(main, args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert error in " ".join(result.stderr.split())
