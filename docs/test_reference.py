"""The reference is complete."""  # noqa: INP001 -- pytest finds it by its path

from __future__ import annotations

import ast
import importlib
import re
from itertools import chain
from pathlib import Path

import pytest
from _extensions.hookspec_pages import find_category, write_page
from sphinx.errors import ExtensionError

import hookspecs
import hostkit
from hostkit import ALLOW, Category, Decision, hookspec, rules

DOCS = Path(__file__).parent


def test_every_public_name_is_documented() -> None:
    """What `hostkit` offers is on the page about the API, one by one or with its module."""
    text = (DOCS / "reference" / "api.md").read_text("utf-8")
    documented = set(re.findall(r"[.]([A-Za-z_]+)(?:\(\))?$", text, re.MULTILINE))
    documented |= {"__version__", "rules", *vars(hostkit.errors)}
    assert set(dir(hostkit)) <= documented  # noqa: S101


SHARED = {
    "hostkit.database": {
        *("FORMS", "Applied", "DatabaseUse", "Engine", "EngineName", "ExtraMissingError", "Held"),
        *("HostDatabase", "Job", "Migration", "Migrator", "Mode", "Schema"),
        *("check_migrations", "read_applied", "read_url"),
    },
    "hostkit.http": {"NOTHING", "HttpService", "Params"},
    "hostkit.mail": {"MailService"},
    "hostkit.rules": {"KINDS", "NO_ANSWER", "POLICIES", "D_co", "FailureKind", "policy_for"},
    "hostkit.store": {"LONGEST_KEY", "NAME", "SCHEMA", "Absent", "StoreLimits"},
    "hostkit.web": {
        *("DEFAULT_LISTENER", "LONGEST_SOCKET_BYTES", "ErrorPage", "GivenSockets", "OpenSockets"),
        *(
            "Place",
            "SocketOpener",
            "SocketReactor",
            "check_listeners",
            "listen_unix",
            "listeners_of",
        ),
    },
}
"""What packages offer to other packages of hostkit only."""

API = (DOCS / "reference" / "api.md").read_text("utf-8")
PUBLIC = re.findall(r"`(hostkit[.]\w+)`", "".join(re.findall(r"^#.*", API, re.MULTILINE)))


@pytest.mark.parametrize("package", PUBLIC)
def test_all_that_a_public_package_offers_is_documented(package: str) -> None:
    """Such a package stands in a heading of the page; what is not on it is named here."""
    names = getattr(importlib.import_module(package), "__all__", ())
    missing = {name for name in names if not re.search(rf"[.]{name}\b", API)}
    assert missing == SHARED.get(package, set())  # noqa: S101


GUIDES = (
    "background",
    "caching",
    "config",
    "database",
    "embedding",
    "gateway",
    "operators",
    "rules",
    "security",
    "store",
    "testing",
    "web",
)


@pytest.mark.parametrize("page", GUIDES)
def test_what_a_guide_names_is_documented(page: str) -> None:
    """A name that a guide has readers import from a package is on the page about the API."""
    guide = (DOCS / f"{page}.md").read_text("utf-8")
    named = re.findall(
        r"`hostkit[.](?:config|database|frozen|host|loops|rules|specs|store|testing|web)[.](\w+)",
        guide,
    )
    reference = (DOCS / "reference" / "api.md").read_text("utf-8")
    missing = [name for name in named if not re.search(rf"[.]{name}\b", reference)]
    assert missing == []  # noqa: S101


def test_the_files_that_the_architecture_names_exist() -> None:
    """A file that is renamed or joined with another one is renamed on the page, too."""
    text = (DOCS / "architecture.md").read_text("utf-8")
    named = re.findall(r"`([a-z_/]+[.]py)`", text)
    missing = [name for name in named if not (DOCS.parent / "hostkit" / name).is_file()]
    assert (bool(named), missing) == (True, [])  # noqa: S101


def defines(file: Path, name: str) -> bool:
    """Whether a file of tests has one of this name."""
    tree = ast.parse(file.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(node, functions) and node.name == name for node in ast.walk(tree))


def test_the_tests_that_the_page_about_security_names_exist() -> None:
    """Each row of its tables names at least one, as a file or as `file::name`."""
    text = (DOCS / "security.md").read_text("utf-8")
    tables = text.partition("## Attacks, and what holds")[2].partition("\n## ")[0]
    rows = [line for line in re.findall(r"^\|.*", tables, re.MULTILINE) if line[1:4] != "---"]
    attacks = [row for row in rows if not row.startswith("| attack |")]
    named = [re.findall(r"`(tests/[\w/]+[.]py)(?:::(\w+))?`", row) for row in attacks]
    missing = [
        (path, name)
        for path, name in chain.from_iterable(named)
        if not (DOCS.parent / path).is_file() or (name and not defines(DOCS.parent / path, name))
    ]
    assert missing == []  # noqa: S101
    assert [row for row, tests in zip(attacks, named, strict=True) if not tests] == []  # noqa: S101
    assert len(attacks) > 0  # noqa: S101


def make_category() -> type[Category]:
    """Declare a category with a hook of each kind."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rules.FirstDenial(), required=1, copy=("tags",), added="1.2", deprecated="a | b")
        async def check_comment(self, text: str, tags: list[str]) -> Decision:
            """Called before a comment is stored."""

        @hookspec(rules.FirstResult(default="inbox", on_error="continue"))
        def folder(self) -> str | None:
            """Called for a folder."""

        @hookspec(rules.FirstDenial(on_error="raise"), must_decide=True)
        def check_now(self) -> Decision:
            """Called when there is no time."""
            return ALLOW

        @hookspec(rules.Merge(combine=sum))
        def points(self) -> int:
            """Called for points."""

        @hookspec(rules.Collect())
        def labels(self) -> str:
            """Called for labels."""

    return Comments


def test_a_page_tells_all_about_a_hook() -> None:
    """Signature, docstring, rule, default, policy, arguments and versions are on it."""
    page = write_page(make_category())
    head, check, folder, now, points, labels = page.split("\n## ")
    assert head == (  # noqa: S101
        "# Comments\n\nCallbacks about comments.\n\nA module registers for it with\n\n```python\n"
        "api.register_comments_callbacks(\n    check_comment=...,\n    folder=...,\n"
        "    check_now=...,\n    points=...,\n    labels=...,\n)\n```\n"
    )
    assert check.splitlines() == [  # noqa: S101
        "`check_comment`",
        "",
        "```python",
        "async def check_comment(text: str, tags: list[str]) -> Decision",
        "```",
        "",
        "Called before a comment is stored.",
        "",
        "| | |",
        "|---|---|",
        (
            "| rule | `FirstDenial`: All modules are asked until one denies; its denial is the "
            "result, else the allow value |"
        ),
        "| when no module decides | `ALLOW` |",
        "| an exception | goes to the caller as a `ModuleFailedError` (`on_error: fail`) |",
        "| required arguments | `text` |",
        "| copied arguments | `tags` |",
        "| since | 1.2 |",
        "| deprecated | a \\| b |",
    ]
    assert "| when no module decides | `'inbox'` |" in folder  # noqa: S101
    assert "| required arguments | none |\n| copied arguments | none |" in folder  # noqa: S101
    assert "| when no module decides | what the hook's own code returns |" in now  # noqa: S101
    assert "| without a module that decides | the host does not start |" in now  # noqa: S101
    assert "| when no module decides | `0` |" in points  # noqa: S101
    assert "| when no module decides | `[]` |" in labels  # noqa: S101


@pytest.mark.parametrize("name", ["comments", "comments.folder"])
def test_there_is_no_page_without_docstrings(name: str) -> None:
    """A category or a hook without a docstring keeps the documentation from being built."""
    category = make_category()
    thing = category if name == "comments" else category.hookspecs["folder"].function
    thing.__doc__ = None
    with pytest.raises(ExtensionError, match=f"^{name} has no docstring"):
        write_page(category)


@pytest.mark.parametrize("category", hookspecs.CATEGORIES)
def test_every_category_can_be_written(category: type[Category]) -> None:
    """A category is found by its path, and each of its hooks has a section."""
    path = f"hookspecs.{category.__qualname__}"
    sections = re.findall(r"^## `(\w+)`$", write_page(find_category(path)), re.MULTILINE)
    assert list(category.hookspecs) == sections  # noqa: S101
