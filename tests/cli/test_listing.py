from __future__ import annotations

from typing import Any

from hostkit import Category, Decision, Host, Keyed, hookspec, rules
from hostkit.cli._output import show_host
from hostkit.testing import build_host
from tests.cli.modules import Comments, Words


def show(*modules: dict[str, Any], categories: tuple[type[Category], ...] = (Comments,)) -> str:
    """Write what a host with modules consists of."""
    entries = [{"module": Words, **module} for module in modules]
    host = Host.from_config({"modules": entries}, categories=categories).build()
    return "\n".join(show_host(host))


def test_modules_stand_in_the_order_they_are_asked() -> None:
    """Each hook has its rule and what happens on errors, then its modules, numbered."""
    expected = """\
comments
  check_comment  (FirstDenial, on error: fail)
    1. b
    2. a
  on_comment_posted  (Notify, on error: continue)
    no module listens"""
    assert show({"name": "b"}, {"name": "a"}) == expected


def test_what_the_file_says_about_a_module_is_shown() -> None:
    """Modes, policies and limits of single modules stand behind their names."""
    text = show(
        {"name": "all", "mode": "shadow", "on_error": "deny", "timeout": "1.5m"},
        {"name": "shadow", "mode": "shadow"},
        {"name": "policy", "on_error": "continue"},
        {"name": "limit", "timeout": "200ms"},
        {"name": "none", "mode": "enforce", "on_error": "default"},
        {"name": "kinds", "on_error": {"unavailable": "continue", "error": "deny"}},
    )
    assert text.splitlines()[2:8] == [
        "    1. all  (shadow, on error: deny, timeout: 90s)",
        "    2. shadow  (shadow)",
        "    3. policy  (on error: continue)",
        "    4. limit  (timeout: 0.2s)",
        "    5. none",
        "    6. kinds  (on error: unavailable: continue, error: deny)",
    ]


def test_modules_that_register_nothing_are_shown() -> None:
    """Else it could not be seen that they are there."""

    class Quiet(Words):
        def __init__(self, config: dict[str, Any], api: Any) -> None: ...

    text = show({"name": "words"}, {"module": Quiet, "name": "quiet"})
    assert text.splitlines()[-2:] == ["modules without hooks and paths", "  quiet"]
    assert "without hooks" not in show({"name": "words"})


def test_optional_modules_that_are_missing_are_shown() -> None:
    """With the reason."""

    class Broken(Words):
        def __init__(self, config: dict[str, Any], api: Any) -> None:
            raise OSError("no disk")

    text = show({"module": Broken, "name": "broken", "optional": True})
    assert text.splitlines()[-2:] == [
        "optional modules that are missing",
        "  broken: failed to load: HK107 module 'broken' failed in __init__: OSError: no disk",
    ]


def test_hooks_that_must_be_decided_are_shown() -> None:
    """Whether the file says so or the host."""

    class Guarded(Category):
        @hookspec(rules.FirstDenial(), must_decide=True)
        async def check_door(self, author: str) -> Decision:
            """Called at the door."""

    class Both(Words):
        def __init__(self, config: dict[str, Any], api: Any) -> None:
            api.register(Comments, check_comment=self.check)
            api.register(Guarded, check_door=self.check)

    mapping = {
        "modules": [{"module": Both}],
        "hostkit": {"require": ["comments.check_comment"]},
    }
    host = Host.from_config(mapping, categories=[Comments, Guarded]).build()
    lines = [line for line in show_host(host) if "must be decided" in line]
    assert lines == [
        "  check_comment  (FirstDenial, on error: fail, must be decided)",
        "  check_door  (FirstDenial, on error: fail, must be decided)",
    ]


def test_modules_that_are_not_enabled_are_not_shown() -> None:
    """A module that is switched off is never asked."""
    assert "no module listens" in show({"enabled": False}).splitlines()[2]


def test_a_policy_without_effect_on_the_hook_is_not_shown() -> None:
    """`on_error: deny` leaves hooks that deny nothing as they are, and so does the list."""

    class Listener(Words):
        def __init__(self, config: dict[str, Any], api: Any) -> None:
            api.register(Comments, on_comment_posted=self.check)

    assert show({"module": Listener, "name": "x", "on_error": "deny"}).endswith("    1. x")
    kinds = {"unavailable": "fail", "timeout": "deny"}
    text = show({"module": Listener, "name": "x", "on_error": kinds})
    assert text.endswith("    1. x  (on error: unavailable: fail)")


def test_paths_are_shown_with_their_modules() -> None:
    """Behind the hooks stands which module serves which path."""
    text = show(
        {"name": "a", "config": {"path": "/words"}},
        {"name": "b", "config": {"path": "/words/more"}},
    )
    assert text.endswith("\n\npaths\n  /words  a\n  /words/more  b")


def test_a_host_without_categories_says_how_to_get_some() -> None:
    """The message says where categories come from."""
    assert show(categories=()) == (
        "no categories of hooks: none is named under `hostkit: categories:` or installed"
    )


def test_paths_need_no_categories() -> None:
    """A host may only serve pages."""

    class Page:
        def __init__(self, config: Any, api: Any) -> None:
            from twisted.web.resource import Resource

            api.register_web_resource("/page", Resource())

    assert show({"module": Page, "name": "page"}, categories=()).splitlines()[-2:] == [
        "paths",
        "  /page  page",
    ]


def test_a_policy_of_its_own_for_invalid_answers_is_shown() -> None:
    """Where a wrong answer means something else than an exception, the list says so."""

    class Desk(Category):
        """Callbacks about a desk."""

        @hookspec(rules.FirstDenial(on_error="raise", on_invalid="deny"))
        async def ask(self, name: str) -> Decision:
            """Called for each question."""

    host = build_host(categories=[Desk])
    assert "  ask  (FirstDenial, on error: raise, on invalid: deny)" in show_host(host)


class Logins(Category):
    @hookspec(rules.FirstResult(), keyed=Keyed("kind"))
    async def check_login(self, user: str, kind: str) -> str | None:
        """Called for each login."""


def test_callbacks_of_keyed_hooks_stand_with_their_keys() -> None:
    """Each callback has a line of its own, in the order in which those of a key are asked."""

    class Passwords:
        def __init__(self, config: dict[str, Any], api: Any) -> None:
            api.register_logins_callbacks(check_login=dict.fromkeys(config["for"], self.check))

        async def check(self, user: str, kind: str) -> None: ...

    text = show(
        {"module": Passwords, "name": "a", "config": {"for": ["pw", "token"]}},
        {"module": Passwords, "name": "b", "config": {"for": ["pw"]}, "mode": "shadow"},
        categories=(Logins,),
    )
    assert text.splitlines()[1:] == [
        "  check_login  (FirstResult, on error: fail)",
        "    1. a  (for pw)",
        "    2. a  (for token)",
        "    3. b  (for pw, shadow)",
    ]


def test_a_category_of_one_module_says_so() -> None:
    """It explains why others that are listed in the file are missing."""

    class Backups(Logins):
        exclusive = True

    assert "backups  (the first module only)" in show(categories=(Backups,)).splitlines()


def test_a_policy_is_shown_only_where_it_has_an_effect() -> None:
    """Without a denial to answer with, `on_error: deny` changes nothing for a rule."""

    class Doors(Category):
        @hookspec(rules.FirstDenial(read=lambda answer: answer, allow="open"))
        async def check_door(self, name: str) -> str:
            """Called for each door."""

    class Guard:
        def __init__(self, config: None, api: Any) -> None:
            api.register_doors_callbacks(check_door=lambda name: "open")

    text = show({"module": Guard, "name": "g", "on_error": "deny"}, categories=(Doors,))
    assert "    1. g" in text.splitlines()
