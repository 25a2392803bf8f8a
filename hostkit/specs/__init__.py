"""How hooks are declared (`Category`, `hookspec`) and how callbacks are fitted to them."""

from hostkit.specs._callables import callable_name, is_coroutine_function, signature_of
from hostkit.specs._category import Category, check_categories, find_spec
from hostkit.specs._facts import facts_of
from hostkit.specs._fit import Fit, check_callable, fit_by_name, fit_by_position
from hostkit.specs._functions import has_body
from hostkit.specs._hookimpl import IMPL_ATTRIBUTE, HookimplMarker, check_options, hookimpl
from hostkit.specs._hookspec import PROJECT, Hookspec, hookspec
from hostkit.specs._keyed import Keyed, ReadKey
from hostkit.specs._other_names import accept_other_names, also_named

__all__ = [
    "IMPL_ATTRIBUTE",
    "PROJECT",
    "Category",
    "Fit",
    "HookimplMarker",
    "Hookspec",
    "Keyed",
    "ReadKey",
    "accept_other_names",
    "also_named",
    "callable_name",
    "check_callable",
    "check_categories",
    "check_options",
    "facts_of",
    "find_spec",
    "fit_by_name",
    "fit_by_position",
    "has_body",
    "hookimpl",
    "hookspec",
    "is_coroutine_function",
    "signature_of",
]
