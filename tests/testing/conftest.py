from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import twisted.internet

from hostkit.testing import _loop, _reactor  # a process has one reactor, and one loop for it

from .projects import make_project

REACTOR = "twisted.internet.reactor"


@pytest.fixture
def own_reactor(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the test choose its reactor, on an event loop of its own; others keep theirs."""
    before = sys.modules.pop(REACTOR, None)
    monkeypatch.delattr(twisted.internet, "reactor", raising=False)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(_reactor._finder, "is_off", False)
    loop = _loop.KitLoop()
    monkeypatch.setattr(_loop, "_own", [loop])
    yield
    reactor: Any = sys.modules.pop(REACTOR, None)
    if reactor is not None:
        reactor.fireSystemEvent("shutdown")
        reactor.disconnectAll()
        for each in reactor.removeAll():
            each.connectionLost(None)
    loop.close()
    if before is not None:
        sys.modules[REACTOR] = before


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Give a program with a module, to be tested in this process."""
    return make_project(pytester)
