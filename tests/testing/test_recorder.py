from __future__ import annotations

import pytest

from hostkit import ALLOW, ConfigErrors, Deny, ModuleFailedError
from hostkit.testing import Asked, Recorder, build_host, run

from .shop import Comments, Logins


def test_a_recorder_answers_as_it_was_told() -> None:
    """With a value, with what a function of the arguments returns, or with an exception."""

    async def find(text: str) -> str:
        return text.upper()

    recorder = Recorder(
        check_comment=lambda author, _text: Deny("spam") if author == "bob" else ALLOW,
        find_title=find,
        check_now=ValueError("out of order"),
    )
    host = build_host([recorder], categories=[Comments])
    hooks = host.hooks[Comments]
    assert run(hooks.check_comment("ann")) is ALLOW
    assert run(hooks.check_comment("bob", "adverts")) == Deny("spam")
    assert run(hooks.find_title("hi")) == "HI"
    with pytest.raises(ModuleFailedError, match="out of order"):
        hooks.check_now("ann")
    assert recorder.asked == [
        Asked("check_comment", ("ann", "hi")),
        Asked("check_comment", ("bob", "adverts")),
        Asked("find_title", ("hi",)),
        Asked("check_now", ("ann",)),
    ]
    assert recorder.calls_of("check_comment") == [("ann", "hi"), ("bob", "adverts")]


def test_a_recorder_of_a_category_has_nothing_against_anything() -> None:
    """It listens to all hooks, and lets the next module be asked."""
    recorder, strict = Recorder(Comments, name="all"), Recorder(check_comment=Deny("spam"))
    host = build_host([recorder, strict], categories=[Comments])
    hooks = host.hooks[Comments]
    assert run(hooks.check_comment("ann")) == Deny("spam")
    assert run(hooks.find_title("hi")) is None
    assert hooks.check_now("ann") is ALLOW
    assert [each.hook for each in recorder.asked] == ["check_comment", "find_title", "check_now"]


def test_a_type_is_an_answer() -> None:
    """It is not called."""
    host = build_host([Recorder(find_title=str)], categories=[Comments])
    found: object = run(host.hooks[Comments].find_title("hi"))
    assert found is str


def test_a_recorder_answers_by_key() -> None:
    """A keyed hook of its categories takes answers by key."""
    recorder = Recorder(Logins, check_login={"token": "ann"})
    hooks = build_host([recorder], categories=[Logins]).hooks[Logins]
    assert run(hooks.check_login("token", "a")) == "ann"
    assert run(hooks.check_login("password", "a")) is None
    assert recorder.calls_of("check_login") == [("token", "a")]
    silent = build_host([Recorder(Logins)], categories=[Logins])
    assert run(silent.hooks[Logins].check_login("token", "a")) is None


def test_a_misspelt_hook_is_refused() -> None:
    """As it would never be asked (HK201)."""
    with pytest.raises(ConfigErrors, match="did you mean 'check_comment'"):
        build_host([Recorder(check_coment=ALLOW)], categories=[Comments])


def test_a_recorder_notes_its_life() -> None:
    """It is started and stopped with its host."""
    recorder = Recorder()

    async def main() -> None:
        async with build_host([recorder], categories=[Comments]):
            assert recorder.steps == ["start"]

    run(main())
    assert recorder.steps == ["start", "stop"]
