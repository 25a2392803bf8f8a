"""The tables of settings show what is declared at the fields."""  # noqa: INP001 -- as docs/

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from _extensions.settings_tables import show_default, with_unit, write_table

from hostkit import config

OPERATORS = Path(__file__).parent.parent / "operators.md"


@pytest.mark.parametrize(
    ("block", "row"),
    [
        (config.Limits, "| `body` | `50M` | The body of a request, in bytes. Beyond: 413. |"),
        (config.Limits, "| `headers` | `100` | The number of headers. Beyond: 431. |"),
        (config.Settings, "| `receipts` | `1000` | cannot change | How many receipts are kept. |"),
    ],
)
def test_a_row_shows_key_default_and_meaning(block: type, row: str) -> None:
    """What a reload does is a column where it differs from key to key."""
    assert row in list(write_table(block))  # noqa: S101


@pytest.mark.parametrize(
    ("block", "key", "shown"),
    [
        (config.ModuleEntry, "module", "required"),
        (config.ModuleEntry, "enabled", "`true`"),
        (config.ModuleEntry, "mode", "`enforce`"),
        (config.ModuleEntry, "timeout", "none"),
        (config.Listener, "serve", "`[modules]`"),
        (config.Limits, "idle", "`1m`"),
        (config.Limits, "url", "`8K`"),
        (config.Settings, "drain", "`30s`"),
    ],
)
def test_a_default_is_shown_as_it_would_be_written(block: type, key: str, shown: str) -> None:
    """Durations and sizes have their units, and a key without a default is required."""
    field, _ = config.settings_of(block)[key]
    assert show_default(field) == shown  # noqa: S101


def test_a_number_that_no_unit_divides_is_shown_as_it_is() -> None:
    """Nothing is rounded."""
    assert with_unit(1025, ((1024, "K"),)) == "1025"  # noqa: S101


@pytest.mark.parametrize(
    "block", ["ModuleEntry", "Settings", "Listener", "Redis", "Limits", "Http", "MailServer"]
)
def test_the_operators_page_has_the_table_of_each_block(block: str) -> None:
    """All keys that may be written are explained there, each by a sentence of its own."""
    assert f"```{{settings}} {block}\n```" in OPERATORS.read_text()  # noqa: S101
    settings = config.settings_of(getattr(config, block))
    assert all(declared.help.endswith(".") for _, declared in settings.values())  # noqa: S101


def test_what_is_not_a_setting_cannot_be_written() -> None:
    """Fields that only say where a block stands have no row."""
    written = {field.name for field, _ in config.settings_of(config.Listener).values()}
    assert {field.name for field in attrs.fields(config.Listener)} - written == {"path"}  # noqa: S101
