"""`hostkit list FILE`: what a host consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from hostkit import Category, Decision, Keyed, hookspec, rules
from tests.cli.conftest import file_of, run
from tests.cli.modules import Broken, Comments, Words
from tests.loading.conftest import lonely_site, site  # noqa: F401 -- fixtures

if TYPE_CHECKING:
    from tests.files import Write
    from tests.loading.conftest import Site


class Show(Protocol):
    """Lists a file with modules, by default `Words`."""

    def __call__(
        self,
        *entries: dict[str, Any],
        categories: tuple[type[Category], ...] = (Comments,),
        **settings: Any,
    ) -> str: ...


@pytest.fixture
def show(write: Write) -> Show:
    """List files."""

    def show_file(
        *entries: dict[str, Any],
        categories: tuple[type[Category], ...] = (Comments,),
        **settings: Any,
    ) -> str:
        modules = [{"module": Words, **each} for each in entries]
        result = run("list", write(file_of(*modules, categories=categories, **settings)))
        assert result.exit_code == 0
        return result.stdout

    return show_file


def test_modules_stand_in_the_order_they_are_asked(show: Show) -> None:
    """Each hook has its rule and what happens on errors, then its modules, numbered."""
    expected = """\
comments
  check_comment  (FirstDenial, on error: fail)
    1. b
    2. a
  on_comment_posted  (Notify, on error: continue)
    no module listens
"""
    assert show({"name": "b"}, {"name": "a"}) == expected


def test_what_the_file_says_about_a_module_is_shown(show: Show) -> None:
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


class Quiet:
    def __init__(self, config: Any, api: Any) -> None: ...


def test_modules_that_register_nothing_are_shown(show: Show) -> None:
    """Else it could not be seen that they are there."""
    text = show({"name": "words"}, {"module": Quiet, "name": "quiet"})
    assert text.splitlines()[-2:] == ["modules without hooks and paths", "  quiet"]
    assert "without hooks" not in show({"name": "words"})


def test_optional_modules_that_are_missing_are_shown(show: Show) -> None:
    """With the reason."""
    text = show({"module": Broken, "name": "broken", "optional": True})
    failed = "HK107 module 'broken' failed in __init__: RuntimeError: no database"
    assert text.splitlines()[-2:] == [
        "optional modules that are missing",
        f"  broken: failed to load: {failed}",
    ]


class Guarded(Category):
    @hookspec(rules.FirstDenial(), must_decide=True)
    async def check_door(self, author: str) -> Decision:
        """Called at the door."""


class Both(Words):
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register(Comments, check_comment=self.check)
        api.register(Guarded, check_door=self.check)


def test_hooks_that_must_be_decided_are_shown(show: Show) -> None:
    """Whether the file says so or the host."""
    require = ["comments.check_comment"]
    text = show({"module": Both}, categories=(Comments, Guarded), require=require)
    assert [line for line in text.splitlines() if "must be decided" in line] == [
        "  check_comment  (FirstDenial, on error: fail, must be decided)",
        "  check_door  (FirstDenial, on error: fail, must be decided)",
    ]


def test_modules_that_are_not_enabled_are_not_shown(show: Show) -> None:
    """A module that is switched off is never asked."""
    assert "no module listens" in show({"enabled": False}).splitlines()[2]


class Listener(Words):
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register(Comments, on_comment_posted=self.check)


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("deny", "    1. x"),
        (
            {"unavailable": "fail", "timeout": "deny"},
            "    1. x  (on error: unavailable: fail)",
        ),
    ],
)
def test_a_policy_without_effect_on_the_hook_is_not_shown(
    policy: object, shown: str, show: Show
) -> None:
    """`on_error: deny` leaves hooks that deny nothing as they are, and so does the list."""
    text = show({"module": Listener, "name": "x", "on_error": policy})
    assert text.endswith(f"{shown}\n")


def test_paths_are_shown_with_their_modules(show: Show) -> None:
    """Behind the hooks stands which module serves which path."""
    text = show(
        {"name": "a", "config": {"path": "/words"}},
        {"name": "b", "config": {"path": "/words/more"}},
    )
    assert text.endswith("\n\npaths\n  /words  a\n  /words/more  b\n")


def test_a_host_without_categories_says_how_to_get_some(
    show: Show,
    write: Write,
    lonely_site: Site,  # noqa: F811
) -> None:
    """The message says where categories come from, or that the file wants none."""
    assert lonely_site.folder.exists()
    said = "no categories of hooks: none is named under `hostkit: categories:` or installed\n"
    assert run("list", write("modules: []")).stdout == said
    assert show(categories=()) == "no categories of hooks: `hostkit: categories:` is empty\n"


class Page:
    def __init__(self, config: Any, api: Any) -> None:
        from twisted.web.resource import Resource

        api.register_web_resource("/page", Resource())


def test_paths_need_no_categories(show: Show) -> None:
    """A host may only serve pages."""
    text = show({"module": Page, "name": "page"}, categories=())
    assert text.splitlines()[-2:] == ["paths", "  /page  page"]


class Desk(Category):
    @hookspec(rules.FirstDenial(on_error="raise", on_invalid="deny"))
    async def ask(self, name: str) -> Decision:
        """Called for each question."""


def test_a_policy_of_its_own_for_invalid_answers_is_shown(show: Show) -> None:
    """Where a wrong answer means something else than an exception, the list says so."""
    lines = show(categories=(Desk,)).splitlines()
    assert "  ask  (FirstDenial, on error: raise, on invalid: deny)" in lines


class Logins(Category):
    @hookspec(rules.FirstResult(), keyed=Keyed("kind"))
    async def check_login(self, user: str, kind: str) -> str | None:
        """Called for each login."""


class Passwords:
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register_logins_callbacks(check_login=dict.fromkeys(config["for"], self.check))

    async def check(self, user: str, kind: str) -> None: ...


def test_callbacks_of_keyed_hooks_stand_with_their_keys(show: Show) -> None:
    """Each callback has a line of its own, in the order in which those of a key are asked."""
    text = show(
        {"module": Passwords, "name": "a", "config": {"for": ["pw", "token"]}},
        {"module": Passwords, "name": "b", "config": {"for": ["pw"]}, "mode": "shadow"},
        categories=(Logins,),
    )
    assert text.splitlines()[1:5] == [
        "  check_login  (FirstResult, on error: fail)",
        "    1. a  (for pw)",
        "    2. a  (for token)",
        "    3. b  (for pw, shadow)",
    ]


class Backups(Logins):
    exclusive = True


def test_a_category_of_one_module_says_so(show: Show) -> None:
    """It explains why others that are listed in the file are missing."""
    assert "backups  (the first module only)" in show(categories=(Backups,)).splitlines()


class Doors(Category):
    @hookspec(rules.FirstDenial(read=lambda answer: answer, allow="open"))
    async def check_door(self, name: str) -> str:
        """Called for each door."""


class Guard:
    def __init__(self, config: None, api: Any) -> None:
        api.register_doors_callbacks(check_door=lambda name: "open")


def test_a_policy_is_shown_only_where_it_has_an_effect(show: Show) -> None:
    """Without a denial to answer with, `on_error: deny` changes nothing for a rule."""
    text = show({"module": Guard, "name": "g", "on_error": "deny"}, categories=(Doors,))
    assert "    1. g" in text.splitlines()
