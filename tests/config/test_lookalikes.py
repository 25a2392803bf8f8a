"""Keys that look like hostkit's own: a file must not fail open because of a character."""

from __future__ import annotations

import pytest

from hostkit.config import load

from .conftest import ProblemsOf, Write

CYRILLIC_O, GREEK_O = "\u043e", "\u03bf"


@pytest.mark.parametrize(
    "key",
    [
        f"m{CYRILLIC_O}dules",
        f"m{GREEK_O}dules",
        "\u043c\u043edul\u0435\u0455",
        "\uff4dodules",
        "\U0001d426odules",
        "mod\u200bules",
        "m\u2060odules",
        "modules\u3164",
        "modules\u00a0",
        "modu\u0308les",
        "mod\u00fcles",
        "mod\u1d1cles",
        "mod\u01dales",
        "mod\ua7b9les",
        "mod\u00adules",
        "'modules '",
        "MODULES",
        "Modules",
        "m0dules",
        "moduIes",
        "rnodules",
        f"h{CYRILLIC_O}stkit",
        "\u041d\u043e\u0455\u0442\u043a\u0456\u0442",
        "HOSTKIT",
        "hostkit\u200d",
        "\uff48\uff4f\uff53\uff54\uff4b\uff49\uff54",
    ],
)
@pytest.mark.parametrize("value", ["[]", "{}", "&x [*x]", "'words.Words'", "{theme: dark}"])
def test_a_key_that_looks_like_ours_is_refused(
    key: str, value: str, problems_of: ProblemsOf
) -> None:
    """Whatever it holds: with no modules everything would be allowed."""
    problems = problems_of(f"other: 1\n{key}: {value}\n")
    assert [problem.code for problem in problems] == ["HK021"]
    place = problems[0].place
    assert place is not None
    assert (place.line, place.column) == (2, 1)


def test_the_odd_characters_are_named(problems_of: ProblemsOf) -> None:
    """Since nothing can be seen."""
    (problem,) = problems_of(f"m{CYRILLIC_O}dules: 5\n")
    assert problem.message == (
        f"'m{CYRILLIC_O}dules' looks like 'modules', but has CYRILLIC SMALL LETTER O (U+043E)"
    )
    (problem,) = problems_of("Modules: 5\n")
    assert problem.message == "'Modules' looks like 'modules', but is written otherwise"
    (problem,) = problems_of("'modules\u200b': [{module: a.B}]\n")
    assert problem.details == ("it has ZERO WIDTH SPACE (U+200B)",)
    (problem,) = problems_of(r'"h\u043e\u0455t\ak\u0456t\u200b": 5')
    assert problem.message.endswith(
        ", but has CYRILLIC SMALL LETTER O (U+043E), CYRILLIC SMALL LETTER DZE (U+0455), "
        "a control character (U+0007), 2 more"
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff\ufeffmodules: []\n",
        "\ufeff\ufeff\ufeffmodules: [{module: a.B}]\n",
        "\ufeff\u00a0hostkit: {}\n",
    ],
)
def test_only_one_mark_of_the_byte_order_is_skipped(text: str, problems_of: ProblemsOf) -> None:
    """Some editors add one to a file that has one already."""
    assert "HK018" in [problem.code for problem in problems_of(text)]


def test_one_mark_of_the_byte_order_is_nothing_special(write: Write) -> None:
    """Editors on Windows write one."""
    assert len(load(write("\ufeffmodules: [{module: a.B}]\n")).modules) == 1


@pytest.mark.parametrize(
    "key",
    [
        "модули",
        "módulos",
        "Module",
        "mod\u0443l\u00f6\u00dfs",
        "größe",
        "名前",
        "host",
        "hostkits",
        "m" * 500,
        "kit",
    ],
)
def test_other_keys_in_any_script_are_the_applications(key: str, write: Write) -> None:
    """They need not be ASCII."""
    assert load(write(f"{key}: 5\n")).modules == ()


def test_known_keys_further_down_have_the_character_in_the_hint(problems_of: ProblemsOf) -> None:
    """Otherwise the hint would seem to repeat the key."""
    (problem,) = problems_of(f"modules:\n- module: a.B\n  m{CYRILLIC_O}de: shadow\n")
    assert problem.hint == "did you mean 'mode'? This one has CYRILLIC SMALL LETTER O (U+043E)"
    (problem,) = problems_of("hostkit:\n  \u0442\u0456m\u0456ng: exact\n")
    assert (problem.hint or "").startswith("did you mean 'timing'? This one has CYRILLIC SMALL")


def test_a_very_long_name_looks_like_nothing(write: Write) -> None:
    """Names are compared letter by letter only if they may be the same."""
    key = "modules" + "\u200b" * 900
    assert load(write(f"'{key}': 5\n")).modules == ()
