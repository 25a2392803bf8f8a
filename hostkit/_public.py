"""The public names of hostkit, each with its home: a name is declared here and nowhere else.

`hostkit` imports this when the first of them is used. ``X as X`` exports a name to type checkers.
"""

# ruff: noqa: PLC0414

from hostkit import errors as errors
from hostkit import rules as rules
from hostkit.api import ModuleApi as ModuleApi
from hostkit.background import BackgroundCall as BackgroundCall
from hostkit.background import BackgroundLoop as BackgroundLoop
from hostkit.caching import CachedFunction as CachedFunction
from hostkit.caching import cached as cached
from hostkit.config import Bytes as Bytes
from hostkit.config import Seconds as Seconds
from hostkit.dispatch import Outcome as Outcome
from hostkit.dispatch import Receipt as Receipt
from hostkit.dispatch import Receipts as Receipts
from hostkit.dispatch import Step as Step
from hostkit.dispatch import Timing as Timing
from hostkit.dispatch import Trace as Trace
from hostkit.dispatch import current_module as current_module
from hostkit.dispatch import keys_of as keys_of
from hostkit.errors import ConfigError as ConfigError
from hostkit.errors import ConfigErrors as ConfigErrors
from hostkit.errors import HookTimeoutError as HookTimeoutError
from hostkit.errors import HostkitError as HostkitError
from hostkit.errors import ModuleFailedError as ModuleFailedError
from hostkit.errors import RegistrationError as RegistrationError
from hostkit.errors import SpecError as SpecError
from hostkit.errors import Unavailable as Unavailable
from hostkit.host import Host as Host
from hostkit.loading import Module as Module
from hostkit.loops import enter as enter
from hostkit.loops import start_entry as start_entry
from hostkit.rules import ALLOW as ALLOW
from hostkit.rules import CONTINUE as CONTINUE
from hostkit.rules import Decision as Decision
from hostkit.rules import Deny as Deny
from hostkit.specs import Category as Category
from hostkit.specs import Hookspec as Hookspec
from hostkit.specs import Keyed as Keyed
from hostkit.specs import hookimpl as hookimpl
from hostkit.specs import hookspec as hookspec
