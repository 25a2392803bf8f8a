"""How hooks are called: chains compiled from what modules registered, and their receipts."""

from hostkit.dispatch._callback import (
    Callback,
    Locate,
    call_for,
    current_module,
    module_on,
    runs_module_code,
)
from hostkit.dispatch._chain import Chain
from hostkit.dispatch._hooks import Hooks, bind_hooks, make_caller, name_hook
from hostkit.dispatch._keyed import KeyedChain, keys_of
from hostkit.dispatch._manager import HookManager
from hostkit.dispatch._receipts import Outcome, Receipt, Receipts, Step
from hostkit.dispatch._record import Timing
from hostkit.dispatch._sampling import Sampler
from hostkit.dispatch._trace import Trace

__all__ = [
    "Callback",
    "Chain",
    "HookManager",
    "Hooks",
    "KeyedChain",
    "Locate",
    "Outcome",
    "Receipt",
    "Receipts",
    "Sampler",
    "Step",
    "Timing",
    "Trace",
    "bind_hooks",
    "call_for",
    "current_module",
    "keys_of",
    "make_caller",
    "module_on",
    "name_hook",
    "runs_module_code",
]
