"""What a module is given, and what it registers."""

from hostkit.api._api_class import make_api_class
from hostkit.api._module_api import ModuleApi
from hostkit.api._mounts import Mount
from hostkit.api._paths import RESERVED, check_host_paths, is_below
from hostkit.api._registrations import Registration, Registrations

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
