from __future__ import annotations

from typing import Any

import pytest

from hostkit import cached
from hostkit.api import HostServices, ModuleApi, Registrations
from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.testing import run


class Lookup:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    @cached()
    async def name_of(self, user: str) -> int:
        self.asked.append(user)
        return len(self.asked)

    async def plain(self, user: str) -> int:
        raise NotImplementedError


def test_a_registered_method_can_be_invalidated(api: ModuleApi) -> None:
    """One entry of it, here and, if there are others, in all processes."""
    lookup = Lookup()
    api.register_cached_function(lookup.name_of)
    assert [run(lookup.name_of(user)) for user in ("ann", "ben", "ann")] == [1, 2, 1]
    run(api.invalidate_cache(lookup.name_of, ("ann",)))
    assert [run(lookup.name_of(user)) for user in ("ann", "ben")] == [3, 2]


def test_many_entries_can_be_invalidated(api: ModuleApi) -> None:
    """In one call; those that are not there are no mistake."""
    lookup = Lookup()
    api.register_cached_function(lookup.name_of)
    assert [run(lookup.name_of(user)) for user in ("ann", "ben", "eve")] == [1, 2, 3]
    run(api.invalidate_cache_entries(lookup.name_of, ((user,) for user in ("ann", "eve", "joe"))))
    assert [run(lookup.name_of(user)) for user in ("ann", "ben", "eve")] == [4, 2, 5]


def test_here_it_is_dropped_before_anything_is_waited_for(api: ModuleApi) -> None:
    """Calls in the meantime have the new result."""
    lookup = Lookup()
    api.register_cached_function(lookup.name_of)
    run(lookup.name_of("ann"))
    with pytest.raises(StopIteration):  # it had nothing to wait for
        api.invalidate_cache(lookup.name_of, ("ann",)).send(None)
    assert run(lookup.name_of("ann")) == 2


@pytest.mark.parametrize("wrong", [None, "name_of", Lookup().plain, Lookup.name_of, len])
def test_only_cached_methods_can_be_registered(api: ModuleApi, wrong: Any) -> None:
    """Neither plain methods nor those of the class; and nothing else can be invalidated."""
    with pytest.raises(RegistrationError, match="not a cached method of an instance") as caught:
        api.register_cached_function(wrong)
    assert caught.value.code == Code.NOT_CACHED
    with pytest.raises(RegistrationError, match="has not registered"):
        run(api.invalidate_cache(wrong, ("ann",)))


def test_what_was_not_registered_cannot_be_invalidated(api: ModuleApi) -> None:
    """Other processes would not find it, which must not be noticed only there."""
    lookup = Lookup()
    run(lookup.name_of("ann"))
    with pytest.raises(
        RegistrationError, match=r"module 'words' has not registered Lookup\.name_of"
    ) as caught:
        run(api.invalidate_cache(lookup.name_of, ("ann",)))
    assert caught.value.code == Code.NOT_CACHED
    with pytest.raises(RegistrationError, match="has not registered"):
        run(api.invalidate_cache_entries(lookup.name_of, [("ann",)]))
    assert run(lookup.name_of("ann")) == 1


def test_a_module_invalidates_its_own_alone() -> None:
    """The names of methods belong to modules."""
    services = HostServices()
    one, other = (ModuleApi(name, Registrations(), services) for name in ("one", "other"))
    lookup = Lookup()
    one.register_cached_function(lookup.name_of)
    with pytest.raises(RegistrationError, match="has not registered"):
        run(other.invalidate_cache(lookup.name_of, ("ann",)))


def test_methods_are_registered_while_the_module_is_built(
    api: ModuleApi, registrations: Registrations
) -> None:
    """As everything else is."""
    registrations.is_open = False
    with pytest.raises(RegistrationError, match="registering a cached method comes too late"):
        api.register_cached_function(Lookup().name_of)


def test_a_method_is_given_not_called(api: ModuleApi) -> None:
    """The error says so, and Python has nothing to warn of."""
    called: Any = Lookup().plain("ann")
    with pytest.raises(RegistrationError, match=r"as self\.method, without calling it"):
        api.register_cached_function(called)
    assert called.cr_frame is None
