from __future__ import annotations

import inspect
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.web.resource import IResource, Resource
from zope.interface import directlyProvides

from hostkit.api import HostServices, ModuleApi, Mount, Registrations
from hostkit.errors import RegistrationError

from .conftest import make_api


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


def test_a_resource_that_forgot_its_base_may_have_children_later(api: ModuleApi) -> None:
    """What its class left out is done when it is registered; its children are its own."""

    class Forgetful(Resource):
        def __init__(self) -> None:
            self.name = "words"

    page, child = Forgetful(), Resource()
    api.register_web_resource("/words", page)
    page.putChild(b"status", child)
    api.register_web_resource("/more", page)
    assert vars(page)["children"] == {b"status": child}
    assert page.name == "words"


def here(offset: int) -> str:
    """Name a line of this file, some lines above the one that calls this."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"{__file__}:{frame.f_back.f_lineno + offset}"


def test_the_line_that_registers_is_noted(api: ModuleApi, registrations: Registrations) -> None:
    """So that a warning about a conflict can name it."""
    api.register_web_resource("/words", Resource())
    assert registrations.mounts[0].source == here(-1)


def test_the_line_that_counts_is_the_modules(registrations: Registrations) -> None:
    """A host's own api may stand between the module and hostkit."""

    class HostApi(ModuleApi):
        def register_web_resource(self, path: str, resource: IResource) -> None:
            super().register_web_resource(f"/modules{path}", resource)

    HostApi("words", registrations, HostServices()).register_web_resource("/words", Resource())
    (mount,) = registrations.mounts
    assert (mount.path, mount.source) == ("/modules/words", here(-2))


def test_code_without_a_caller_registers_too(
    api: ModuleApi, registrations: Registrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Python does not know the caller, nothing is noted."""
    monkeypatch.setattr(inspect, "currentframe", lambda: None)
    api.register_web_resource("/words", Resource())
    assert registrations.mounts[0].source == ""


def test_what_the_host_reserved_is_refused(registrations: Registrations) -> None:
    """A module cannot serve anything below a prefix of the host's own."""
    api = make_api(registrations, reserved_paths=("/admin",))
    with pytest.raises(RegistrationError, match="/admin is reserved by the host"):
        api.register_web_resource("/admin/words", Resource())
    assert registrations.mounts == []


def test_outside_of_what_is_recommended_there_is_a_warning(
    registrations: Registrations, caplog: pytest.LogCaptureFixture
) -> None:
    """The host would like it elsewhere; it is served all the same."""
    api = make_api(registrations, recommended_path="/modules")
    api.register_web_resource("/modules/words", Resource())
    assert caplog.messages == []
    api.register_web_resource("/words", Resource())
    place = here(-1)
    assert caplog.record_tuples == [
        (
            "hostkit.modules.words",
            logging.WARNING,
            (
                f"module 'words' registers /words ({place}), which is outside of /modules, "
                "where this host wants modules to serve"
            ),
        )
    ]
    assert [mount.path for mount in registrations.mounts] == ["/modules/words", "/words"]


@pytest.mark.parametrize(
    ("nonsense", "hint"),
    [("text", None), (Resource, "give an instance, not the class")],
)
def test_anything_else_is_refused(
    api: ModuleApi, registrations: Registrations, nonsense: Any, hint: str | None
) -> None:
    """What is not a resource is refused; for a class in place of its instance there is a hint."""
    with pytest.raises(RegistrationError) as caught:
        api.register_web_resource("/words", nonsense)
    assert (caught.value.code, caught.value.problem.hint) == ("HK211", hint)
    assert registrations.mounts == []


def test_a_bad_path_is_refused(api: ModuleApi, registrations: Registrations) -> None:
    """The path is checked before anything is noted."""
    with pytest.raises(RegistrationError, match="HK209"):
        api.register_web_resource("words", Resource())
    assert registrations.mounts == []
