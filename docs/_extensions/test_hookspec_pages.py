"""The pages of the categories show what is declared about their hooks."""  # noqa: INP001 -- as docs/

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from _extensions.hookspec_pages import find_category, write_page

from hostkit import Category, Keyed, hookspec, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

SKIPPED = "is logged, and the next module is asked (`on_invalid: continue`)"
VETO = "| an exception that refuses | goes to the caller as it is |"
KEY = "| callbacks are asked | if their key is that of `kind` |"
REPLACES = "| an answer can replace | `text` |"
ALL = (VETO, KEY, REPLACES)


def rows_of(category: type[Category], hook: str) -> list[str]:
    """Take the rows of a hook's table from the page of its category."""

    def read() -> Iterator[str]:
        found = False
        for line in write_page(category).splitlines():
            if line.startswith("## "):
                found = line == f"## `{hook}`"
            elif found and line.startswith("| "):
                yield line

    return list(read())


@pytest.mark.parametrize(
    ("on_invalid", "rows"),
    [(None, []), ("raise", []), ("continue", [f"| an invalid answer | {SKIPPED} |"])],
)
def test_a_policy_for_invalid_answers_is_shown_if_it_differs(
    on_invalid: rules.OnError | None, rows: list[str]
) -> None:
    """There is a row of its own for them unless they are treated as exceptions are."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rules.FirstResult(on_error="raise", on_invalid=on_invalid))
        def folder(self) -> str | None:
            """Called for a folder."""

    lines = write_page(Comments).splitlines()
    assert rows == [line for line in lines if "invalid" in line]  # noqa: S101


@pytest.mark.parametrize(
    ("rule", "options", "rows"),
    [
        (rules.FirstDenial(), {}, []),
        (rules.FirstDenial(veto=bool), {}, [VETO]),
        (rules.Notify(veto=bool), {}, [VETO]),
        (rules.FirstDenial(), {"keyed": Keyed("kind")}, [KEY]),
        (rules.FirstDenial(read=str, replaces="text"), {}, [REPLACES]),
        (rules.FirstDenial(read=str, replaces="text", replacing="stop"), {}, [REPLACES]),
        (
            rules.FirstDenial(read=str, replaces="text", veto=bool),
            {"keyed": Keyed("kind")},
            [VETO, KEY, REPLACES],
        ),
    ],
)
def test_what_few_hooks_have_is_shown_where_they_have_it(
    rule: rules.Rule, options: dict[str, Any], rows: list[str]
) -> None:
    """Refusing exceptions, keys and replaced arguments each have a row, or none."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rule, **options)
        async def check(self, kind: str, text: str) -> Any:
            """Called before a comment is stored."""

    assert rows == [row for row in rows_of(Comments, "check") if row in ALL]  # noqa: S101


def test_what_is_registered_together_is_shown() -> None:
    """Each hook names those it needs, and one that needs none says nothing."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rules.Notify())
        async def opened(self) -> None:
            """Called when a page is opened."""

        @hookspec(rules.Notify(), requires=("opened", "changed"))
        async def closed(self) -> None:
            """Called when a page is closed."""

        @hookspec(rules.Notify(), requires=("opened",))
        async def changed(self) -> None:
            """Called when a page has changed."""

    shown = {
        hook: [row for row in rows_of(Comments, hook) if "together" in row]
        for hook in Comments.hookspecs
    }
    assert shown == {  # noqa: S101
        "opened": [],
        "closed": ["| registered together with | `opened`, `changed` |"],
        "changed": ["| registered together with | `opened` |"],
    }


def test_callbacks_by_key_are_registered_as_a_dict() -> None:
    """The example of the register method shows which hooks take one."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rules.Notify(), keyed=Keyed("kind"))
        async def opened(self, kind: str) -> None:
            """Called when a page is opened."""

        @hookspec(rules.Notify())
        async def closed(self) -> None:
            """Called when a page is closed."""

    lines = write_page(Comments).splitlines()
    start = lines.index("api.register_comments_callbacks(")
    assert lines[start + 1 : start + 4] == [  # noqa: S101
        "    opened={...: ...},",
        "    closed=...,",
        ")",
    ]


@pytest.mark.parametrize(
    ("path", "hook", "row"),
    [
        ("ThirdPartyRules", "check_event_allowed", VETO),
        (
            "ThirdPartyRules",
            "check_event_allowed",
            "| an answer can replace | `event` |",
        ),
        ("ThirdPartyRules", "on_create_room", VETO),
        (
            "PasswordAuthProvider",
            "auth_checkers",
            "| callbacks are asked | if their key is that of `login_type` |",
        ),
        (
            "PresenceRouter",
            "get_interested_users",
            "| registered together with | `get_users_for_states` |",
        ),
        (
            "Ratelimit",
            "get_ratelimit_override_for_user",
            "| when the call is cancelled | the running callback is allowed to finish |",
        ),
        (
            "BackgroundUpdateController",
            "min_batch_size",
            "| registered together with | `on_update` |",
        ),
    ],
)
def test_the_homeservers_hooks_show_theirs(path: str, hook: str, row: str) -> None:
    """The pages that are published have these rows."""
    assert row in rows_of(find_category(f"hookspecs.{path}"), hook)  # noqa: S101
