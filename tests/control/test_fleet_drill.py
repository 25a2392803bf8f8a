"""Drills of a server with several workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.control.fleets import Setup

if TYPE_CHECKING:
    from pathlib import Path


def test_there_is_no_drill(tmp_path: Path) -> None:
    """It would have to be one of all workers, whose modules only the supervisor changes."""
    (answer,) = Setup(tmp_path).do("drill")
    assert (answer["ok"], answer["message"].partition(";")[0]) == (
        False,
        "there is no drill in a server with several workers",
    )
