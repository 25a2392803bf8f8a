from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.resource import Resource

from hostkit.api import RESERVED, Registrations, check_host_paths, is_below
from hostkit.errors import RegistrationError

from .conftest import make_api


def check_path(path: Any, reserved: tuple[str, ...] = ()) -> None:
    """Register a resource at a path in a host that has reserved some prefixes."""
    registrations = Registrations()
    make_api(registrations, reserved_paths=reserved).register_web_resource(path, Resource())
    assert path == registrations.mounts[0].path


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


@pytest.mark.parametrize("path", ["/admin", "/admin/words", "/api/v1", "/api/v1/a/b"])
def test_what_the_host_reserved_is_refused(path: str) -> None:
    """The message says that it was the host, and which of its prefixes it is."""
    prefix = "/admin" if path.startswith("/admin") else "/api/v1"
    with pytest.raises(RegistrationError) as caught:
        check_path(path, ("/admin", "/api/v1"))
    assert caught.value.code == "HK209"
    assert f"{prefix} is reserved by the host (its reserved_paths)" in str(caught.value)


@pytest.mark.parametrize("path", ["/administration", "/api", "/api/v2", "/x/admin"])
def test_beside_what_is_reserved_modules_may_serve(path: str) -> None:
    """A prefix means whole segments, and says nothing about what is above it."""
    check_path(path, ("/admin", "/api/v1"))


def test_hostkits_own_prefix_is_reserved_whatever_the_host_says() -> None:
    """The rule that is named is hostkit's, also if the host has reserved the same."""
    with pytest.raises(RegistrationError, match="belongs to hostkit itself"):
        check_path(f"{RESERVED}/hooks", (RESERVED,))


@pytest.mark.parametrize(
    ("reserved", "recommended", "said"),
    [
        (("/admin/",), None, "'/admin/' can be neither reserved nor recommended: no segment"),
        (("/ok", "admin"), None, "'admin' can be neither reserved nor recommended: a path begins"),
        ((), "words", "'words' can be neither reserved nor recommended: a path begins"),
        ((3,), None, "3 can be neither reserved nor recommended: a path is a str"),
        ("/admin", None, "reserved_paths is one string, '/admin'"),
    ],
)
def test_what_a_host_says_about_paths_is_checked(
    reserved: Any, recommended: str | None, said: str
) -> None:
    """A host's author gets the error when the host is made."""
    with pytest.raises(RegistrationError) as caught:
        check_host_paths(reserved, recommended)
    assert caught.value.code == "HK209"
    assert said in str(caught.value)


def test_a_host_need_not_say_anything_about_paths() -> None:
    """Nothing reserved and nothing recommended is fine, and so are paths."""
    check_host_paths((), None)
    check_host_paths(["/admin", "/api/v1"], "/modules")


@given(st.lists(st.sampled_from("ab"), min_size=1), st.lists(st.sampled_from("ab"), min_size=1))
def test_below_means_whole_segments(path: list[str], prefix: list[str]) -> None:
    """A path is below another if it begins with all of its segments."""
    expected = path[: len(prefix)] == prefix
    assert is_below("/" + "/".join(path), "/" + "/".join(prefix)) is expected


@given(st.text())
def test_every_text_passes_or_is_refused(text: str) -> None:
    """No text breaks the check; what passes can be split into the segments it stands for."""
    try:
        check_path(text)
    except RegistrationError:
        return
    assert text.startswith("/")
    assert all(segment not in ("", ".", "..") for segment in text[1:].split("/"))
