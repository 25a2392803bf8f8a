from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.config import from_mapping
from hostkit.errors import ConfigErrors, ModuleFailedError
from hostkit.host import Host
from hostkit.rules import ALLOW, Deny
from hostkit.testing import Recorder

from .conftest import Comments, Namer, fire
from .reloading import Note, ask, file_of, note, running, words


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Note.log.clear()
    Note.actions.clear()


def test_hooks_are_those_of_the_new_file() -> None:
    """Callers that took the host's hooks before call the new modules from then on."""
    host = running(words("casino"))
    comments = host.hooks[Comments]
    assert Deny("banned", "ann") == fire(comments.check_comment("ann", "casino"))
    fire(host.reload(file_of(words("poker"))))
    assert comments is host.hooks[Comments]
    assert ALLOW is fire(comments.check_comment("ann", "casino"))
    assert Deny("banned", "ann") == fire(comments.check_comment("ann", "poker"))


def test_a_hook_knows_whether_anybody_listens() -> None:
    """Listeners come and go, and what a host asks beforehand is true at any time."""
    host = running()
    comments = host.hooks[Comments]
    for modules in ([words("x")], [], [words("y"), note("n")], []):
        fire(host.reload(file_of(*modules)))
        assert bool(modules) is bool(comments.check_comment)
        assert ALLOW is ask(host) if len(modules) < 2 else Deny("n") == ask(host)
        assert len(modules) == len(host.chains["comments.check_comment"].callbacks)
        assert len(modules) == len(host.modules)


def test_order_is_that_of_the_new_file() -> None:
    """Modules that are kept change places like others."""
    host = running(note("a"), note("b"))
    first = [module.instance for module in host.modules]
    assert Deny("a") == ask(host)
    fire(host.reload(file_of(note("b"), note("a"))))
    assert Deny("b") == ask(host)
    assert first[::-1] == [module.instance for module in host.modules]


def test_new_modules_start_before_old_ones_stop() -> None:
    """What is unchanged is neither built nor started again; what is gone is stopped last."""
    host = running(note("a"), note("b"), note("c"))
    del Note.log[:]
    fire(host.reload(file_of(note("d"), note("b"), note("c", changed=1), note("e"))))
    built = ["build d", "build c", "build e"]
    assert Note.log == [*built, "start d", "start c", "start e", "stop c", "stop a"]
    del Note.log[:]
    fire(host.stop())
    assert Note.log == ["stop e", "stop c", "stop b", "stop d"]


@pytest.mark.parametrize(
    "entry",
    [note("b", new=1), note("other"), {"module": Namer, "name": "a", "config": {"title": "Dr"}}],
    ids=["config", "name", "class"],
)
def test_a_module_that_changed_is_built_again(entry: dict[str, Any]) -> None:
    """Name, class and config are what makes a module the same."""
    host = running(note("a") if entry["name"] == "a" else note("b"))
    old = host.modules[0].instance
    fire(host.reload(file_of(entry)))
    assert old is not host.modules[0].instance


def test_names_that_change_places_are_other_modules() -> None:
    """No module answers in the name of another."""
    host = running(note("a", x=1), note("b", x=2))
    old = {module.name: module.instance for module in host.modules}
    fire(host.reload(file_of(note("b", x=1), note("a", x=2))))
    new = {module.name: module.instance for module in host.modules}
    assert set(old.values()).isdisjoint(new.values())
    assert Note.log[-2:] == ["stop b", "stop a"]
    assert Deny("b") == ask(host)


def test_a_mapping_may_be_changed_and_used_again() -> None:
    """What a module was built with is compared, not what became of it."""
    mapping = {"modules": [words("casino")]}
    host = Host.from_config(mapping, categories=[Comments], clock=Clock())
    fire(host.start())
    mapping["modules"][0]["config"]["word"] = "poker"
    for _ in range(2):
        fire(host.reload(from_mapping(mapping)))
        assert Deny("banned", "ann") == ask(host, "poker")
        assert ALLOW is ask(host, "casino")


def test_what_the_file_says_about_a_kept_module_is_taken_over() -> None:
    """Mode, policy and time limit need no new module."""
    host = running(note("a"))
    fire(host.reload(file_of(note("a") | {"mode": "shadow"})))
    assert ALLOW is ask(host)
    assert Note.log == ["build a", "start a"]
    fire(host.reload(file_of(note("a") | {"enabled": False})))
    assert Note.log == ["build a", "start a", "stop a"]


def test_what_a_module_had_to_leave_to_another_comes_back_to_it() -> None:
    """A kept module still has all that it registered, when the other one is gone."""

    class Single(Comments):
        name = "single"
        exclusive = True

    first, second = (Recorder(name=name, check_comment=Deny(name)).entry for name in "ab")
    host = Host(file_of(first, second), categories=[Single], clock=Clock())
    fire(host.start())
    fire(host.reload(file_of(second)))
    assert Deny("b") == fire(host.hooks[Single].check_comment("ann", "hi"))


def test_calls_that_have_begun_finish_on_their_chain() -> None:
    """A call is answered by the modules that were there when it was made."""
    held: Deferred[None] = Deferred()
    host = running({"module": Note, "name": "a", "config": {"held": held}})
    call = Deferred.fromCoroutine(host.hooks[Comments].check_comment("ann", "hi"))
    fire(host.reload(file_of(note("b"))))
    assert Deny("b") == ask(host)
    held.callback(None)
    results: list[Any] = []
    call.addCallback(results.append)
    assert results == [Deny("a")]
    assert [receipt.decider for receipt in host.receipts] == ["b", "a"]


def test_receipts_are_kept() -> None:
    """The receipts of earlier denials are kept."""
    host = running(note("a"))
    ask(host)
    (before,) = host.receipts
    fire(host.reload(file_of(note("b"))))
    ask(host)
    assert [receipt.decider for receipt in host.receipts] == ["a", "b"]
    assert host.receipts.get(before.id) == before


def test_secrets_of_both_files_stay_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that began with the old file may reveal its secrets, later ones the new file's."""
    file = tmp_path / "host.yaml"
    file.write_text(
        "modules: [{module: tests.host.test_reload.Leaking, config: {word: !env WORD}}]\n"
    )
    monkeypatch.setenv("WORD", "open sesame")
    host = Host.from_file(file, categories=[Comments], clock=Clock())
    fire(host.start())
    ask(host)
    monkeypatch.setenv("WORD", "abracadabra")
    fire(host.reload())
    ask(host)
    assert [receipt.reason for receipt in host.receipts] == ["secret: [redacted]"] * 2
    assert host.receipts.redact("open sesame abracadabra") == "[redacted] [redacted]"


class Leaking:
    def __init__(self, config: dict[str, str], api: Any) -> None:
        async def check(author: str, text: str) -> Any:
            return Deny("secret", config["word"])

        api.register_comments_callbacks(check_comment=check)


def test_a_file_is_read_again(tmp_path: Path) -> None:
    """Without a new configuration, it is the file's; its problems have their places."""
    file = tmp_path / "host.yaml"
    file.write_text("modules: []\n")
    host = Host.from_file(file, categories=[Comments], clock=Clock())
    fire(host.start())
    file.write_text("modules:\n  - module: tests.host.conftest.Failing\n    name: f\n")
    fire(host.reload())
    assert [module.name for module in host.modules] == ["f"]
    file.write_text("modules:\n  - module: tests.host.conftest.Missing\n")
    with pytest.raises(ConfigErrors, match=r"host.yaml:2:13: HK103"):
        fire(host.reload())
    assert [module.name for module in host.modules] == ["f"]


@pytest.mark.parametrize("gone", ["deleted", "folder", "unreadable"])
def test_a_file_may_be_gone(tmp_path: Path, gone: str) -> None:
    """The host goes on with what it read before."""
    file = tmp_path / "host.yaml"
    file.write_text("modules: [{module: tests.host.conftest.Failing, name: f}]\n")
    host = Host.from_file(file, categories=[Comments], clock=Clock())
    fire(host.start())
    file.unlink()
    if gone == "folder":
        file.mkdir()
    elif gone == "unreadable":
        file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigErrors, match=r"host.yaml"):
        fire(host.reload())
    assert [module.name for module in host.modules] == ["f"]
    assert host.is_running


def test_secrets_of_a_file_that_failed_stay_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New modules may log a new secret while they start; those of the running host stay known."""
    file = tmp_path / "host.yaml"
    file.write_text(
        "modules: [{module: tests.host.test_reload.Leaking, config: {word: !env WORD}}]\n"
    )
    monkeypatch.setenv("WORD", "open sesame")
    host = Host.from_file(file, categories=[Comments], clock=Clock())
    fire(host.start())
    file.write_text("modules: [{module: missing.Nothing, config: {word: !env WORD}}]\n")
    for word in ("abracadabra", "hocuspocus"):
        monkeypatch.setenv("WORD", word)
        with pytest.raises(ConfigErrors):
            fire(host.reload())
        assert host.receipts.redact(f"open sesame {word}") == "[redacted] [redacted]"
    ask(host)
    assert [receipt.reason for receipt in host.receipts] == ["secret: [redacted]"]


def test_a_failure_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A module that cannot be built or started leaves all others as they were."""
    host = running(note("a"))
    hooks, chains, receipts = host.hooks, host.chains, host.receipts

    def fail() -> None:
        raise KeyError("no database")

    Note.actions["start c"] = fail
    broken = {"module": Namer, "name": "n"}
    for modules, error in (
        ([note("b"), note("c")], ModuleFailedError),
        ([note("b"), broken | {"config": {"title": 1}, "module": 3}], ConfigErrors),
    ):
        with pytest.raises(error):
            fire(host.reload(file_of(*modules)))
        assert (hooks, chains, receipts) == (host.hooks, host.chains, host.receipts)
        assert Deny("a") == ask(host)
    assert "stop b" in Note.log
    assert "stop a" not in Note.log


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"receipts": 5}, "receipts"),
        ({"categories": ["tests.host.conftest.Comments"]}, "categories"),
        ({"redis": {"url": "redis://localhost"}}, "redis"),
        ({"background_tasks_on": "w1"}, "background_tasks_on"),
    ],
)
def test_some_settings_need_a_restart(settings: dict[str, Any], name: str) -> None:
    """The error says which, and nothing changes."""
    host = running(note("a"))
    with pytest.raises(ConfigErrors) as caught:
        fire(host.reload(file_of(**settings)))
    (problem,) = caught.value.problems
    assert ("HK405", ("hostkit", name)) == (problem.code, problem.path)
    assert problem.message == f"`hostkit: {name}:` cannot change while the host is running"
    assert Deny("a") == ask(host)


def test_exact_timing_can_be_switched() -> None:
    """The calls after the reload are measured as the new file says."""
    host = running(note("a"))
    fire(host.reload(file_of(note("a"), timing="exact")))
    for _ in range(3):
        ask(host)
    (timing,) = (timing for timing in host.timings if timing.module == "a")
    assert timing.count == 3
