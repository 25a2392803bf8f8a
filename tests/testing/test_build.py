from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit import ConfigErrors, start_entry
from hostkit.testing import Recorder, assert_failed, build_host, build_module, run

from .shop import Comments, Slow, Words


def test_modules_are_listed_in_many_ways() -> None:
    """A class, a class with its config, an entry as in a file, a dotted path, and a recorder."""
    host = build_host(
        [
            Words,
            (Words, {"word": "poker"}),
            {"module": Words, "name": "third", "mode": "shadow"},
            "tests.testing.shop.Words",
            Recorder(name="last"),
        ],
        categories=[Comments],
    )
    path = "tests.testing.shop.Words"
    assert [module.name for module in host.modules] == [
        path,
        f"{path}#2",
        "third",
        f"{path}#3",
        "last",
    ]
    assert host.modules[1].instance.word == "poker"


def test_settings_are_those_of_a_file() -> None:
    """What a file has under `hostkit:` is given by name; calls are measured unless it says so."""
    assert build_host(categories=[Comments]).file.settings.timing == "exact"
    host = build_host(categories=[Comments], timing="sampled", receipts=7)
    assert (host.file.settings.timing, host.file.settings.receipts) == ("sampled", 7)
    with pytest.raises(ConfigErrors, match="receipt"):
        build_host(categories=[Comments], receipt=7)


def test_a_host_takes_its_options() -> None:
    """A clock by name, and the rest as options."""
    clock = Clock()
    options: Any = {"reserved_paths": ("/admin",)}
    slow = {"module": Slow, "config": clock, "name": "slow", "timeout": "2s"}
    host = build_host([slow], categories=[Comments], clock=clock, options=options)
    asking = start_entry(host.ask("comments.check_comment", "ann"))
    clock.advance(2)
    assert_failed(asking, module="slow", outcome="timeout")
    reserved: Any = {"reserved_paths": ("/words",)}
    with pytest.raises(ConfigErrors, match="/words"):
        build_host([Words], categories=[Comments], options=reserved)


def test_a_host_without_categories_has_those_that_are_installed() -> None:
    """As for any host."""
    assert "spam_checker" in [category.name for category in build_host().categories]


def test_a_module_is_built_alone() -> None:
    """With what it was given to register with, and all that it has registered."""
    built = build_module(Words, {"word": "poker"}, categories=[Comments], name="words")
    assert (built.instance.word, built.name, built.api.name) == ("poker", "words", "words")
    (check,) = built.callbacks["comments.check_comment"]
    assert "no poker" in str(run(check("ann", "poker")))
    assert list(built.resources) == ["/words"]
    assert [module.instance for module in built.host.modules] == [built.instance]


def test_a_module_is_built_without_a_config() -> None:
    """As one for which a file has none."""
    clock = Clock()
    built = build_module(Words, categories=[Comments], clock=clock)
    assert built.instance.word == "casino"
    slow = build_module(Slow, clock, categories=[Comments], clock=clock, timeout="2s")
    asking = start_entry(slow.host.ask("comments.check_comment", "ann"))
    clock.advance(2)
    assert_failed(asking, outcome="timeout")
