"""How modules get from a name in the config file to an object with registrations."""

from hostkit.loading._config import is_same
from hostkit.loading._environment import CATEGORIES, MODULES, Environment, Offer
from hostkit.loading._folders import find_folders, importable
from hostkit.loading._imports import find_class, load_categories
from hostkit.loading._module import Module, ModuleLoader
from hostkit.loading._requirements import check_order

__all__ = [
    "CATEGORIES",
    "MODULES",
    "Environment",
    "Module",
    "ModuleLoader",
    "Offer",
    "check_order",
    "find_class",
    "find_folders",
    "importable",
    "is_same",
    "load_categories",
]
