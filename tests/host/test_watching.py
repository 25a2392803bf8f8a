from __future__ import annotations

from hostkit.host import Host, watch_hosts


def test_hosts_are_seen_until_that_is_ended() -> None:
    """When they are made, and when they are built; ending it again changes nothing."""
    made: list[Host] = []
    built: list[Host] = []
    end = watch_hosts(made=made.append, built=built.append)
    host = Host(categories=[])
    assert (made, built) == ([host], [])
    host.build().build()
    assert built == [host]
    end()
    end()
    Host(categories=[]).build()
    assert (made, built) == ([host], [host])
