from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import RoomAlias, UserID

KINDS = pytest.mark.parametrize(("kind", "sigil"), [(UserID, "@"), (RoomAlias, "#")])


@KINDS
@pytest.mark.parametrize(
    ("rest", "localpart", "domain"),
    [
        ("ann:example.org", "ann", "example.org"),
        ("ann:example.org:8448", "ann", "example.org:8448"),
        ("ann:[::1]:8448", "ann", "[::1]:8448"),
        (":example.org", "", "example.org"),
    ],
)
def test_an_identifier_has_a_local_part_and_a_domain(
    kind: type[UserID | RoomAlias], sigil: str, rest: str, localpart: str, domain: str
) -> None:
    """It is cut at its first colon, since a domain may have a port."""
    identifier = kind.from_string(sigil + rest)
    assert (localpart, domain) == (identifier.localpart, identifier.domain)
    assert kind(localpart, domain) == identifier
    assert kind.is_valid(sigil + rest)


@KINDS
@given(
    localpart=st.text(st.characters(exclude_characters=":")), domain=st.text(min_size=1, max_size=9)
)
def test_what_is_written_can_be_read(
    kind: type[UserID | RoomAlias], sigil: str, localpart: str, domain: str
) -> None:
    """Writing an identifier and reading it again changes nothing."""
    identifier = kind(localpart, domain)
    assert f"{sigil}{localpart}:{domain}" == identifier.to_string() == str(identifier)
    assert kind.from_string(identifier.to_string()) == identifier


@KINDS
@pytest.mark.parametrize("text", ["", "ann", "ann:hs", "!ann:hs", "{sigil}", "{sigil}ann:"])
def test_what_is_no_identifier_is_refused(
    kind: type[UserID | RoomAlias], sigil: str, text: str
) -> None:
    """The error shows the text and the form it should have."""
    text = text.format(sigil=sigil)
    with pytest.raises(ValueError, match="is not a") as caught:
        kind.from_string(text)
    expected = f"{text!r} is not a {kind.__name__}: expected {sigil}localpart:domain"
    assert str(caught.value) == expected
    assert not kind.is_valid(text)


def test_identifiers_of_different_kinds_differ() -> None:
    """A user is not a room, whatever they are called."""
    assert len({UserID("a", "hs"), RoomAlias("a", "hs"), UserID("a", "hs")}) == 2
