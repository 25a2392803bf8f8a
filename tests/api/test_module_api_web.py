from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.web.resource import IResource, Resource
from zope.interface import directlyProvides

from hostkit.api import ModuleApi, Mount, Registrations
from hostkit.errors import RegistrationError


def test_a_resource_is_noted_with_its_path(api: ModuleApi, registrations: Registrations) -> None:
    """Resources are noted in the order of registration; parents and children in any order."""
    child, parent = Resource(), Resource()
    api.register_web_resource("/words/status", child)
    api.register_web_resource("/words", parent)
    assert registrations.mounts == [Mount("/words/status", child), Mount("/words", parent)]


def test_a_resource_may_forget_its_base(api: ModuleApi, registrations: Registrations) -> None:
    """A subclass that never called the `__init__` of `Resource` is a resource."""

    class Forgetful(Resource):
        def __init__(self) -> None:
            pass

    api.register_web_resource("/words", Forgetful())
    assert [mount.path for mount in registrations.mounts] == ["/words"]


def test_any_provider_of_the_interface_is_a_resource(
    api: ModuleApi, registrations: Registrations
) -> None:
    """What counts is the interface, not the base class."""
    own: Any = SimpleNamespace()
    directlyProvides(own, IResource)
    api.register_web_resource("/words", own)
    assert len(registrations.mounts) == 1


@pytest.mark.parametrize(
    ("nonsense", "hint"),
    [("text", None), (Resource, "give an instance, not the class")],
)
def test_anything_else_is_refused(
    api: ModuleApi, registrations: Registrations, nonsense: Any, hint: str | None
) -> None:
    """What is no resource is refused; a class given for its instance gets a hint."""
    with pytest.raises(RegistrationError) as caught:
        api.register_web_resource("/words", nonsense)
    assert (caught.value.code, caught.value.problem.hint) == ("HK211", hint)
    assert registrations.mounts == []


def test_a_bad_path_is_refused(api: ModuleApi, registrations: Registrations) -> None:
    """The path is checked before anything is noted."""
    with pytest.raises(RegistrationError, match="HK209"):
        api.register_web_resource("words", Resource())
    assert registrations.mounts == []
