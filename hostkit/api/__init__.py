"""What a module is given, and what it registers."""

from hostkit.api._base import HostServices, Mount, Registration, Registrations
from hostkit.api._marks import marked_functions
from hostkit.api._module_api import ModuleApi, make_api_class
from hostkit.api._places import Places
from hostkit.api._web import RESERVED, check_host_paths, is_below

__all__ = [
    "RESERVED",
    "HostServices",
    "ModuleApi",
    "Mount",
    "Places",
    "Registration",
    "Registrations",
    "check_host_paths",
    "is_below",
    "make_api_class",
    "marked_functions",
]
