"""Modules with tables in the database."""

from typing import Any


class Words:
    def __init__(self, config: Any, api: Any) -> None:
        api.register_migrations([create_words, add_count])


class Broken:
    def __init__(self, config: Any, api: Any) -> None:
        self.store = api.store
        api.register_migrations([create_links, add_nothing])


def create_words(txn: Any) -> None:
    txn.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")


def add_count(txn: Any) -> None:
    txn.execute("ALTER TABLE words ADD COLUMN count INTEGER NOT NULL DEFAULT 0")


def create_links(txn: Any) -> None:
    txn.execute("CREATE TABLE links (link TEXT PRIMARY KEY)")


def add_nothing(txn: Any) -> None:
    txn.execute("ALTER TABLE links ADD")
