"""How modules get from a name in the config file to an object with registrations."""

from hostkit.loading._categories import load_categories
from hostkit.loading._frames import innermost_frame
from hostkit.loading._imports import CATEGORIES, MODULES
from hostkit.loading._module import Module, keep_module, load_module

__all__ = [
    "CATEGORIES",
    "MODULES",
    "Module",
    "innermost_frame",
    "keep_module",
    "load_categories",
    "load_module",
]
