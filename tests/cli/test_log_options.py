"""`hostkit serve --log-level` and `--log-format`."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import HEAD, Write, make_service, run

if TYPE_CHECKING:
    from hostkit import ModuleApi
    from tests.cli.logged import IdleReactor


class Loud:
    """A module that logs when it is built."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        for logger in (api.logger, logging.getLogger("other"), logging.getLogger("other.below")):
            logger.debug("debugging")
            logger.info("informing")


LOUD = f"{HEAD}modules: [{{module: tests.cli.test_log_options.Loud, name: loud}}]"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ([], ["loud informing", "other informing", "other.below informing"]),
        (["--log-level", "warning"], []),
        (
            ["--log-level", "WARNING", "--log-level", "hostkit.modules.loud=debug"],
            ["loud debugging", "loud informing"],
        ),
        (
            ["--log-level", "other=error", "--log-level=other.below=info"],
            ["loud informing", "other.below informing"],
        ),
    ],
)
def test_levels_are_chosen_by_logger(
    options: list[str], lines: list[str], idle: IdleReactor, write: Write
) -> None:
    """One for all, and others for those that are named and what is below them."""
    before = {name: logging.getLogger(name).level for name in ("", "other", "twisted")}
    result = run("serve", *options, write(LOUD))
    assert result.exit_code == 0
    shown = [
        f"{name.removeprefix('hostkit.modules.').rstrip(':')} {message}"
        for _, _, _, name, message in (line.split(" ", 4) for line in result.stderr.splitlines())
    ]
    assert shown == lines
    assert {name: logging.getLogger(name).level for name in before} == before


def test_an_unknown_level_is_refused(idle: IdleReactor, write: Write) -> None:
    """With those there are."""
    result = run("serve", "--log-level", "other=loud", write(LOUD))
    assert (result.exit_code, idle.runs) == (2, 0)
    assert "'loud' is not a level; these are: debug, info, warning, error, critical" in (
        result.stderr
    )


def test_the_log_may_be_json(idle: IdleReactor, write: Write) -> None:
    """Each line is an object, with the name of the process."""
    result = run("serve", "--log-format", "json", "--worker", "w1", write(LOUD))
    first, *_ = [json.loads(line) for line in result.stderr.splitlines()]
    del first["time"]
    assert first == {
        "level": "INFO",
        "logger": "hostkit.modules.loud",
        "message": "informing",
        "module": "loud",
        "worker": "w1",
    }


def test_handlers_of_others_are_left_alone(idle: IdleReactor, write: Write) -> None:
    """What a program or a module has added is there during a command, and after it."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[assignment]
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.addHandler(handler)
    try:
        run("serve", write(LOUD))
        make_service(write(HEAD))
        logging.getLogger("other").warning("still there")
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
    assert [record.getMessage() for record in seen].count("informing") == 3
    assert seen[-1].getMessage() == "still there"
