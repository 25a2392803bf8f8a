from __future__ import annotations

from typing import Any

import pluggy
import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import PROJECT, Category, check_categories, hookspec

NOTIFY = rules.Notify()


class Comments(Category):
    """Callbacks about comments."""

    limit = 5

    @hookspec(NOTIFY)
    async def on_comment(self, text: str) -> None:
        """Called after a comment was stored."""

    @hookspec(NOTIFY)
    def on_start(self) -> None:
        """Called at the start."""

    def helper(self) -> int:
        return self.limit


def category(class_name: str, **attributes: Any) -> type[Category]:
    return type(class_name, (Category,), attributes)


def hook(name: str) -> Any:
    def function(self: object, text: str) -> None:
        """Called sometimes."""

    function.__name__ = name
    return hookspec(NOTIFY)(function)


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("Comments", "comments"),
        ("SpamChecker", "spam_checker"),
        ("HTTPRequests", "http_requests"),
        ("ThirdPartyHTTP", "third_party_http"),
        ("OAuth2Login", "o_auth2_login"),
        ("V2Rooms", "v2_rooms"),
        ("Rooms3", "rooms3"),
        ("A", "a"),
        ("_Private", "private"),
        ("already_snake", "already_snake"),
        ("Mixed_Case", "mixed_case"),
    ],
)
def test_a_category_is_called_as_its_class_in_snake_case(class_name: str, name: str) -> None:
    """Acronyms and digits stay together, and leading underscores are dropped."""
    assert category(class_name).name == name


def test_a_category_can_choose_its_name() -> None:
    """The class may then be called anything."""
    assert category("Ω", name="words").name == "words"


def test_a_chosen_name_is_not_inherited() -> None:
    """A subclass is another category, so it has a name of its own."""

    class Chosen(Category):
        name = "words"

    class MoreWords(Chosen):
        pass

    assert [Chosen.name, MoreWords.name] == ["words", "more_words"]


@pytest.mark.parametrize(
    "name", ["", "Words", "2words", "_words", "more-words", "a.b", "wörter", "words\n", None, 5]
)
def test_a_name_that_cannot_be_written_in_code_is_refused(name: Any) -> None:
    """The message says which class, which name, and what a name is made of."""
    with pytest.raises(SpecError) as caught:
        category("Comments", name=name)
    assert caught.value.code == "HK306"
    assert f"category Comments cannot be called {name!r}" in str(caught.value)
    assert "expected: small letters, digits and underscores, a letter first" in str(caught.value)


@pytest.mark.parametrize("class_name", ["Ünits", "__", "_1"])
def test_a_class_name_that_makes_no_name_is_refused(class_name: str) -> None:
    """Such a class has to choose a name."""
    with pytest.raises(SpecError, match="HK306"):
        category(class_name)


def test_a_category_has_its_hookspecs_in_order() -> None:
    """Other attributes and methods do not count."""
    assert list(Comments.hookspecs) == ["on_comment", "on_start"]
    assert [spec.full_name for spec in Comments.hookspecs.values()] == [
        "comments.on_comment",
        "comments.on_start",
    ]


def test_hookspecs_cannot_be_changed() -> None:
    """The mapping is read-only."""
    hookspecs: Any = Comments.hookspecs
    with pytest.raises(TypeError):
        hookspecs["more"] = None


def test_inherited_hookspecs_belong_to_the_subclass() -> None:
    """They come before its own, under its name; the base class keeps its own ones."""

    class Reviews(Comments):
        @hookspec(NOTIFY)
        def on_review(self) -> None:
            """Called after a review."""

    assert [spec.full_name for spec in Reviews.hookspecs.values()] == [
        "reviews.on_comment",
        "reviews.on_start",
        "reviews.on_review",
    ]
    assert Comments.hookspecs["on_comment"].full_name == "comments.on_comment"


def test_a_hookspec_can_be_declared_anew() -> None:
    """The subclass's declaration counts."""

    class Reviews(Comments):
        @hookspec(rules.Notify(on_error="fail"))
        def on_start(self) -> None:
            """Called at the start."""

    assert rules.Notify(on_error="fail") == Reviews.hookspecs["on_start"].rule


def test_a_hookspec_can_be_taken_away() -> None:
    """What hides a hook without being one leaves it to the base class."""
    reviews: type[Category] = type("Reviews", (Comments,), {"on_start": None})
    assert list(reviews.hookspecs) == ["on_comment"]


def test_a_hook_is_called_as_the_attribute_that_holds_it() -> None:
    """A decorator may have left another name to the function."""
    words = category("Words", on_word=hook("wrapper"))
    assert words.hookspecs["on_word"].full_name == "words.on_word"


def test_a_category_is_a_set_of_pluggy_hookspecs() -> None:
    """To pluggy they are its own: it finds the same hooks, and passes the same arguments."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Comments)
    specs = {name: getattr(manager.hook, name).spec for name in Comments.hookspecs}
    assert {
        name: spec.argnames[1:] if spec.argnames[:1] == ("self",) else spec.argnames
        for name, spec in specs.items()
    } == {"on_comment": ("text",), "on_start": ()}


def test_categories_that_share_nothing_live_together() -> None:
    """Any number of them, in any order, also none."""
    check_categories([Comments, category("Words", on_word=hook("on_word"))])
    check_categories([])


@pytest.mark.parametrize("wrong", [Category, object, int, "comments", Comments()])
def test_only_subclasses_are_categories(wrong: Any) -> None:
    """Neither the base class itself, nor another class, nor an instance will do."""
    with pytest.raises(SpecError) as caught:
        check_categories([wrong])
    assert caught.value.code == "HK306"
    assert f"{wrong!r} is not a category" in str(caught.value)
    assert "expected: a subclass of hostkit.Category" in str(caught.value)


def test_a_category_without_hooks_is_refused() -> None:
    """Most likely the decorator was forgotten, so the message names it."""
    with pytest.raises(SpecError) as caught:
        check_categories([category("Empty")])
    assert caught.value.code == "HK306"
    assert "category Empty declares no hooks" in str(caught.value)
    assert "hint: mark its methods with @hookspec(rules.…)" in str(caught.value)


def test_two_categories_cannot_have_one_name() -> None:
    """Both are named, with what to do."""
    other = category("Others", name="comments", on_other=hook("on_other"))
    with pytest.raises(SpecError) as caught:
        check_categories([Comments, other])
    assert caught.value.code == "HK307"
    assert "two categories are called 'comments'" in str(caught.value)
    assert caught.value.problem.details == (f"{__name__}.Comments", f"{__name__}.Others")
    assert "hint: give one of them another `name`" in str(caught.value)


def test_a_category_cannot_be_given_twice() -> None:
    """The second one would be registered over the first."""
    with pytest.raises(SpecError) as caught:
        check_categories([Comments, Comments])
    assert caught.value.code == "HK307"
    assert "category 'comments' is given twice" in str(caught.value)
    assert caught.value.problem.details == (f"{__name__}.Comments",)


def test_two_categories_cannot_declare_one_hook() -> None:
    """Modules name hooks without their category, so both owners are shown, and a remedy."""
    words = category("Words", on_comment=hook("on_comment"))
    with pytest.raises(SpecError) as caught:
        check_categories([Comments, words])
    assert caught.value.code == "HK305"
    assert "two categories declare the hook 'on_comment'" in str(caught.value)
    assert caught.value.problem.details == (f"{__name__}.Comments", f"{__name__}.Words")
    assert "rename one of them" in str(caught.value)


def test_a_category_and_its_subclass_cannot_live_together() -> None:
    """They declare the same hooks."""

    class Reviews(Comments):
        pass

    with pytest.raises(SpecError, match="HK305"):
        check_categories([Comments, Reviews])
