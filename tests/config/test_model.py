from __future__ import annotations

from hostkit.config import ModuleEntry, Redis


def test_an_entry_knows_where_it_stands() -> None:
    """The path leads to the entry in the file."""
    assert ModuleEntry(3, "a.B", {}, "a.B").path == ("modules", 3)


def test_what_may_be_secret_is_not_printed() -> None:
    """A module's configuration and a server's URL may hold passwords."""
    assert "hunter2" not in repr(ModuleEntry(3, "a.B", {"password": "hunter2"}, "a.B"))
    assert "hunter2" not in repr(Redis("redis://:hunter2@localhost"))
