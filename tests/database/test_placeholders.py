"""One style of placeholders for both kinds of databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.database._placeholders import percent_style  # thousands of statements

CASES = [
    ("SELECT ?", "SELECT %s"),
    ("SELECT ?,?", "SELECT %s,%s"),
    ("SELECT 5 % ?", "SELECT 5 %% %s"),
    ("SELECT '?', ?", "SELECT '?', %s"),
    ("SELECT 'it''s ?' || ?", "SELECT 'it''s ?' || %s"),
    ("WHERE a LIKE '%?%' AND b = ?", "WHERE a LIKE '%%?%%' AND b = %s"),
    ('SELECT "a?""b" FROM t WHERE x = ?', 'SELECT "a?""b" FROM t WHERE x = %s'),
    ("SELECT ? -- why?\n, ?", "SELECT %s -- why?\n, %s"),
    ("SELECT ? -- why? 100%", "SELECT %s -- why? 100%%"),
    ("SELECT /* ? */ ?", "SELECT /* ? */ %s"),
    ("SELECT /* a /* ? */ ? */ ?", "SELECT /* a /* ? */ ? */ %s"),
    ("SELECT /* ? ", "SELECT /* ? "),
    (r"SELECT E'\'?', ?", r"SELECT E'\'?', %s"),
    (r"SELECT '\', ?", r"SELECT '\', %s"),
    (r"SELECT somee'\', ?", r"SELECT somee'\', %s"),
    ("SELECT $$?$$, ?", "SELECT $$?$$, %s"),
    ("SELECT $a$ $b$ ? $$ ? $a$, ?", "SELECT $a$ $b$ ? $$ ? $a$, %s"),
    ("SELECT a$b$, ?", "SELECT a$b$, %s"),
    ("SELECT 'open ?", "SELECT 'open ?"),
    ('SELECT "open ?', 'SELECT "open ?'),
    ("SELECT $$open ?", "SELECT $$open ?"),
    ("SELECT 1 - ? * 3 / ?", "SELECT 1 - %s * 3 / %s"),
]


@pytest.mark.parametrize(("sql", "expected"), CASES)
def test_only_what_is_a_placeholder_is_replaced(sql: str, expected: str) -> None:
    """Strings, identifiers and comments stay as they are; a percent sign is doubled everywhere."""
    assert percent_style(sql) == expected


PIECES = st.sampled_from(
    [
        ("?", "%s"),
        (" ", " "),
        ("%", "%%"),
        ("'a?%'", "'a?%%'"),
        ('"a?"', '"a?"'),
        ("/* ? */", "/* ? */"),
        ("-- ?\n", "-- ?\n"),
        ("$q$?$q$", "$q$?$q$"),
        (" x ", " x "),
    ]
)


@given(st.lists(PIECES))
def test_pieces_are_read_one_after_the_other(pieces: list[tuple[str, str]]) -> None:
    """Whatever stands before and after it, each piece is what it is by itself."""
    # Two strings side by side are one, with a quote in it; and the parts of others could be joined.
    sql = " ".join(written for written, _ in pieces)
    assert percent_style(sql) == " ".join(expected for _, expected in pieces)
