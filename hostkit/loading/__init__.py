"""How modules get from a name in the config file to an object with registrations."""

from hostkit.loading._imports import CATEGORIES, MODULES, load_categories
from hostkit.loading._module import Module, ModuleLoader

__all__ = [
    "CATEGORIES",
    "MODULES",
    "Module",
    "ModuleLoader",
    "load_categories",
]
