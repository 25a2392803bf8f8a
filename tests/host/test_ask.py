"""A hook can be asked for its result and its receipt, as it is called."""

from __future__ import annotations

import pathlib
from pathlib import Path
from typing import Any

import pytest

from hostkit.api import ModuleApi
from hostkit.config import load
from hostkit.dispatch import Outcome
from hostkit.errors import ConfigErrors, HostkitError, ModuleFailedError
from hostkit.host import Host, UnknownHookError, WrongArgumentsError
from hostkit.rules import ALLOW, Collect, Deny, FirstResult
from hostkit.specs import Category, Keyed, hookspec

from .conftest import Comments, Failing, Names, Strangers, Words, fire, make_host


class Odd(Category):
    @hookspec(Collect())
    async def collect(self, owner: dict[str, int], keep: int = 3) -> Any:
        """Called with arguments that are called as those of other functions."""

    @hookspec(FirstResult(), keyed=Keyed("kind"))
    async def by_kind(self, kind: str) -> str | None:
        """Called for one kind."""


class OddModule:
    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(Odd, collect=lambda owner, keep: (owner, keep), by_kind={"a": str.upper})


def words(word: str = "casino") -> dict[str, Any]:
    return {"module": Words, "name": "words", "config": {"word": word}}


@pytest.fixture
def host() -> Host:
    """Give a host with a module that denies casinos."""
    return make_host(words()).build()


def odd_host() -> Host:
    return Host.from_config({"modules": [{"module": OddModule}]}, categories=[Odd]).build()


def test_a_denial_comes_with_its_receipt(host: Host) -> None:
    """Result and receipt are those of one call, and the receipt is kept."""
    trace = fire(host.ask(host.hooks[Comments].check_comment, "ann", text="casino"))
    assert (trace.result, trace.get(), trace.error) == (
        Deny("banned", "ann"),
        Deny("banned", "ann"),
        None,
    )
    assert (trace.receipt.outcome, trace.receipt.decider) == (Outcome.DENY, "words")
    assert trace.steps == trace.receipt.steps
    assert [receipt.id for receipt in host.receipts] == [trace.receipt.id]


def test_an_allow_leaves_no_receipt_behind(host: Host) -> None:
    """It can be read from the trace all the same."""
    trace = fire(host.ask(host.hooks[Comments].check_comment, "ann", "hi"))
    assert (trace.get(), trace.receipt.outcome) == (ALLOW, Outcome.ALLOW)
    assert list(host.receipts) == []


def test_a_failure_is_raised_when_its_result_is_wanted() -> None:
    """The receipt is there, whatever the call raised."""
    host = make_host({"module": Failing, "name": "third"}).build()
    trace = fire(host.ask(host.hooks[Comments].check_comment, "ann", "hi"))
    assert (trace.result, trace.receipt.decider) == (None, "third")
    with pytest.raises(ModuleFailedError) as caught:
        trace.get()
    assert caught.value is trace.error


@pytest.mark.parametrize("built", [[], [words()]])
def test_every_way_to_name_a_hook_is_one(built: list[dict[str, Any]]) -> None:
    """As it is called, with listeners and without; as a method of the category; by its name."""
    host = make_host(*built).build()
    hooks = host.hooks[Comments]
    names: list[Any] = [
        hooks.check_comment,
        host.hooks.comments.check_comment,
        Comments.check_comment,
        "comments.check_comment",
    ]
    for hook in names:
        trace = fire(host.ask(hook, "ann", text="hi"))
        assert trace.receipt.hook == "comments.check_comment"
        assert fire(host.explain(hook, "ann", "hi")).steps == trace.steps or built
    assert len(trace.steps) == len(built)


def test_synchronous_and_keyed_hooks_can_be_asked() -> None:
    """Whatever kind of hook it is, the call is awaited."""
    host = make_host().build()
    assert fire(host.ask(host.hooks[Names].list_titles, "ann")).get() == []
    keyed = odd_host()
    traces = [fire(keyed.ask(keyed.hooks[Odd].by_kind, kind)) for kind in ("a", "b")]
    assert [trace.get() for trace in traces] == ["A", None]
    assert [len(trace.steps) for trace in traces] == [1, 0]


def test_arguments_may_have_any_names() -> None:
    """Also those that `ask` has for hooks that are given by their names."""
    host = odd_host()
    collect = host.hooks[Odd].collect
    given = {"a": 1}
    for trace in (
        fire(host.ask(collect, owner=given, keep=3)),
        fire(host.ask(collect, given)),
        fire(host.ask("odd.collect", {"owner": given})),
        fire(host.ask("odd.collect", given, 3)),
        fire(host.ask("odd.collect", given, keep=3)),
    ):
        assert trace.get() == [({"a": 1}, 3)]


def test_a_hook_that_was_kept_is_asked_of_the_new_modules() -> None:
    """Before and after a reload, it names the same hook."""

    async def reload() -> list[object]:
        async with make_host() as host:
            quiet = host.hooks[Comments].check_comment
            await host.reload({"modules": [words("bingo")]})
            loud = host.hooks[Comments].check_comment
            await host.reload({"modules": [words("casino")]})
            return [(await host.ask(hook, "ann", "casino")).get() for hook in (quiet, loud)]

    assert fire(reload()) == [Deny("banned", "ann")] * 2


@pytest.mark.parametrize(
    "wrong", [5, None, Comments, Strangers.on_stranger, print, Deny("no"), {}, lambda: None]
)
def test_what_is_not_a_hook_is_refused(host: Host, wrong: Any) -> None:
    """The error shows how a hook is given, and which there are."""
    for ask in (host.ask, host.explain):
        with pytest.raises(UnknownHookError, match="this is not a hook of this host") as caught:
            fire(ask(wrong))
        assert caught.value.code == "HK401"
        assert "host.hooks[TheCategory].the_hook" in str(caught.value)
        assert "comments.check_comment" in str(caught.value)


def test_a_hook_of_another_host_is_refused(host: Host) -> None:
    """Its modules are others than those that would be asked."""
    other = make_host(words()).build()
    with pytest.raises(UnknownHookError, match="this is not a hook of this host"):
        fire(host.ask(other.hooks[Comments].check_comment, "ann", "hi"))


@pytest.mark.parametrize(
    ("args", "kwargs", "message", "hint"),
    [
        ((), {}, "missing a required argument: 'author'", None),
        (("a", "b", "c"), {}, "too many positional arguments", None),
        (("a",), {"txt": "b"}, "does not have: ", "did you mean 'text'?"),
        (("a", "b"), {"author": "c"}, "multiple values for argument 'author'", None),
        ((5,), {}, "missing a required argument: 'text'", None),
        (({5: 6},), {}, "keywords must be strings", None),
    ],
)
def test_wrong_arguments_are_shown_beside_the_signature(
    host: Host, args: Any, kwargs: Any, message: str, hint: str | None
) -> None:
    """No module is asked, and the error is one of ours as well as a `TypeError`."""
    for hook in ("comments.check_comment", host.hooks[Comments].check_comment):
        if message == "keywords must be strings" and not isinstance(hook, str):
            continue
        with pytest.raises(WrongArgumentsError, match=message) as caught:
            fire(host.ask(hook, *args, **kwargs))
        assert isinstance(caught.value, HostkitError)
        assert isinstance(caught.value, TypeError)
        assert (caught.value.code, caught.value.problem.hint) == ("HK414", hint)
        shown = "async def check_comment(author: str, text: str) -> Decision"
        assert shown in str(caught.value)


@pytest.mark.parametrize("as_path", [str, pathlib.Path, load])
def test_a_reload_takes_a_path(tmp_path: Path, as_path: Any) -> None:
    """A path, or what was read from it, as well as the file of before."""
    (tmp_path / "host.yaml").write_text("modules: []\n", "utf-8")

    async def reload() -> str:
        async with make_host(words()) as host:
            await host.reload(as_path(str(tmp_path / "host.yaml")))
            assert host.modules == ()
            await host.reload()
            return host.file.name

    assert fire(reload()) == str(tmp_path / "host.yaml")


def test_a_reload_reports_what_is_wrong_with_a_mapping() -> None:
    """As it does for a file."""

    async def reload() -> None:
        async with make_host() as host:
            await host.reload({"modules": 5})

    with pytest.raises(ConfigErrors) as caught:
        fire(reload())
    assert [problem.code for problem in caught.value.problems] == ["HK020"]


@pytest.mark.parametrize("wrong", [5, ["modules"], b"host.yaml", Words])
def test_a_reload_refuses_anything_else(wrong: Any) -> None:
    """With an error of ours, and the host goes on as it was."""

    async def reload() -> None:
        async with make_host() as host:
            try:
                await host.reload(wrong)
            finally:
                assert host.is_running

    with pytest.raises(HostkitError, match="a host cannot be made from a value of type") as caught:
        fire(reload())
    assert isinstance(caught.value, TypeError)
    assert "expected: a path, a mapping, or what" in str(caught.value)
    assert "HK415" in str(caught.value)


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda: Host({"modules": []}), "Host.from_config"),  # type: ignore[arg-type]
        (lambda: Host("host.yaml"), "Host.from_file"),  # type: ignore[arg-type]
        (lambda: Host.from_file({"modules": []}), "Host.from_config"),  # type: ignore[arg-type]
        (lambda: Host(module_path="mods"), "as in module_path=['mods']"),
        (lambda: Host(module_path=pathlib.Path("mods")), "as in module_path=['mods']"),  # type: ignore[arg-type]
        (lambda: Host.from_file(None), "expected: a str or a pathlib.Path"),  # type: ignore[arg-type]
    ],
)
def test_a_host_is_made_by_the_door_for_what_there_is(make: Any, hint: str) -> None:
    """Given something else, the error names the other door."""
    with pytest.raises(HostkitError) as caught:
        make()
    assert "HK415" in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize("path", ["host.yaml", pathlib.Path("host.yaml")])
def test_a_path_given_for_a_mapping_is_recognised(path: Any) -> None:
    """The hint names what reads files."""
    with pytest.raises(ConfigErrors, match=r"Host\.from_file"):
        Host.from_config(path)
