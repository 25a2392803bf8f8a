"""What modules do again and again in the background, and in which process."""

from hostkit.background._function import check_loop, describe
from hostkit.background._loop import BackgroundLoop
from hostkit.background._loops import Loops
from hostkit.background._worker import Worker

__all__ = ["BackgroundLoop", "Loops", "Worker", "check_loop", "describe"]
