from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.api import RESERVED
from hostkit.api._paths import check_path
from hostkit.errors import RegistrationError


@pytest.mark.parametrize(
    "path", ["/words", "/words/status", "/a.b/..c", "/~ann/ü", "/_hostkitten", "/x/_hostkit"]
)
def test_good_paths_pass(path: str) -> None:
    """Absolute paths are fine, and so is what merely looks like a forbidden one."""
    check_path(path)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (b"/words", "a path is a str"),
        ("", "a path begins with a slash"),
        ("words", "a path begins with a slash"),
        ("/", "no segment may be empty"),
        ("/words/", "no segment may be empty"),
        ("//words", "no segment may be empty"),
        ("/./words", "no segment may be empty, '.' or '..'"),
        ("/words/..", "no segment may be empty, '.' or '..'"),
        ("/words?x=1", "without '?', '#', '%'"),
        ("/words#top", "without '?', '#', '%'"),
        ("/w%6Frds", "without '?', '#', '%'"),
        ("/words\n", "control characters"),
        (RESERVED, "belongs to hostkit itself"),
        (f"{RESERVED}/hooks", "belongs to hostkit itself"),
    ],
)
def test_bad_paths_are_refused_with_the_rule(path: Any, rule: str) -> None:
    """The message names the path and the rule that it breaks."""
    with pytest.raises(RegistrationError) as caught:
        check_path(path)
    assert caught.value.code == "HK209"
    assert repr(path) in str(caught.value)
    assert rule in str(caught.value)


@given(st.text())
def test_every_text_passes_or_is_refused(text: str) -> None:
    """No text breaks the check; what passes can be split into the segments it stands for."""
    try:
        check_path(text)
    except RegistrationError:
        return
    assert text.startswith("/")
    assert all(segment not in ("", ".", "..") for segment in text[1:].split("/"))
