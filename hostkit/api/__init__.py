"""What a module is given, and what it registers."""

from hostkit.api._module_api import ModuleApi, make_api_class
from hostkit.api._paths import RESERVED, check_host_paths, is_below
from hostkit.api._registrations import Mount, Registration, Registrations

__all__ = [
    "RESERVED",
    "ModuleApi",
    "Mount",
    "Registration",
    "Registrations",
    "check_host_paths",
    "is_below",
    "make_api_class",
]
