"""A host that is built takes no more plugins."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.errors import RegistrationError
from hostkit.host import Host

from .conftest import Namer, Names


@pytest.mark.parametrize(
    "change",
    [lambda manager: manager.register(object()), lambda manager: manager.unregister(name="a")],
)
def test_the_plugins_of_a_built_host_stay_what_they_are(change: Any) -> None:
    """Its chains are compiled from them, so a change would be silently ignored."""
    config = {"modules": [{"module": Namer, "name": "a"}]}
    host = Host.from_config(config, categories=[Names]).build()
    with pytest.raises(RegistrationError, match="comes too late: the host is built") as caught:
        change(host.plugin_manager)
    assert caught.value.code == "HK205"
