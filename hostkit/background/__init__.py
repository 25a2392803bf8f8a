"""Functions that modules have called again and again, and in which process."""

from hostkit.background._loop import BackgroundLoop, check_loop, function_name
from hostkit.background._loops import Loops, Worker

__all__ = ["BackgroundLoop", "Loops", "Worker", "check_loop", "function_name"]
