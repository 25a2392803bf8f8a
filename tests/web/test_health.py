from __future__ import annotations

from hostkit.web._own_pages import Health, Ready
from tests.web.conftest import Wire, ask


def test_a_process_that_answers_is_alive() -> None:
    """What watches over it asks nothing more, and must not be given an old answer."""
    answer = ask(Health(), "GET", "/")  # type: ignore[no-untyped-call]
    assert (answer.status, answer.json) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_is_ready_or_not() -> None:
    """Who sends it requests is told when to stop, and to ask again."""
    answer = ask(Ready(lambda: True), "GET", "/")
    assert (answer.status, answer.json) == (200, {"status": "ready"})
    answer = ask(Ready(lambda: False), "GET", "/")
    assert (answer.status, answer.json["errcode"]) == (503, "not_ready")
    assert answer.headers["retry-after"] == "1"


def test_a_server_may_be_ready_without_some_modules() -> None:
    """It is sent requests, and whoever watches it can see which optional modules are missing."""
    answer = ask(Ready(lambda: True, lambda: ["geo"]), "GET", "/")
    assert (answer.status, answer.json) == (200, {"status": "degraded", "missing": ["geo"]})
    assert ask(Ready(lambda: False, lambda: ["geo"]), "GET", "/").status == 503


def test_only_the_head_may_be_asked_for() -> None:
    """Status and headers are enough for many."""
    wire = Wire(Ready(lambda: False))
    wire.send("HEAD", "/")
    assert (wire.answer.status, wire.answer.body) == (503, b"")
