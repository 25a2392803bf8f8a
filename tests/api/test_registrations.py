from __future__ import annotations

import pytest

from hostkit.api import Registrations
from hostkit.errors import RegistrationError


def test_registration_is_open_at_first() -> None:
    """Nothing is registered yet, and everything may be."""
    registrations = Registrations()
    registrations.check_open("registering")
    assert (registrations.callbacks, registrations.mounts) == ([], [])


def test_registrations_are_not_shared() -> None:
    """Each module has its own."""
    assert Registrations().callbacks is not Registrations().callbacks
    assert Registrations().mounts is not Registrations().mounts


def test_closed_registration_says_what_came_too_late() -> None:
    """The error names what was tried and where it belongs."""
    with pytest.raises(RegistrationError) as caught:
        Registrations(is_open=False).check_open("registering a web resource")
    assert str(caught.value) == (
        "HK205 registering a web resource comes too late: modules register in __init__, "
        "and this one has returned\n"
        "  = hint: move the call into __init__"
    )
