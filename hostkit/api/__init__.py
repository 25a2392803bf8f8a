"""What a module is given, and what it registers."""

from hostkit.api._module_api import ModuleApi, make_api_class
from hostkit.api._paths import RESERVED
from hostkit.api._registrations import Mount, Registration, Registrations

__all__ = [
    "RESERVED",
    "ModuleApi",
    "Mount",
    "Registration",
    "Registrations",
    "make_api_class",
]
