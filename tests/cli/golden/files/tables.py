"""Modules with tables in the database."""


class Words:
    def __init__(self, config, api):
        api.register_migrations([create_words, add_count])


class Broken:
    def __init__(self, config, api):
        self.store = api.store
        api.register_migrations([create_links, add_nothing])


def create_words(txn):
    txn.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")


def add_count(txn):
    txn.execute("ALTER TABLE words ADD COLUMN count INTEGER NOT NULL DEFAULT 0")


def create_links(txn):
    txn.execute("CREATE TABLE links (link TEXT PRIMARY KEY)")


def add_nothing(txn):
    txn.execute("ALTER TABLE links ADD")
