"""The config file: from YAML to frozen values, and every problem of a file told in one run.

`load` reads a file, `from_mapping` takes Python values; both give a `HostFile`. `structure` fills
the classes that module authors describe their own configuration with; `Seconds` and `Bytes` are
field types for them.
"""

from hostkit.config._converter import strict_converter, structure
from hostkit.config._explain import faults_of
from hostkit.config._fault import Fault, StructureErrors
from hostkit.config._host_file import HostFile
from hostkit.config._limits import Limits
from hostkit.config._load import Examined, examine, from_mapping, load
from hostkit.config._model import Listener, ModuleEntry, Redis, Settings
from hostkit.config._scalars import wrong_type
from hostkit.config._units import Bytes, Seconds, parse_bytes, parse_seconds

__all__ = [
    "Bytes",
    "Examined",
    "Fault",
    "HostFile",
    "Limits",
    "Listener",
    "ModuleEntry",
    "Redis",
    "Seconds",
    "Settings",
    "StructureErrors",
    "examine",
    "faults_of",
    "from_mapping",
    "load",
    "parse_bytes",
    "parse_seconds",
    "strict_converter",
    "structure",
    "wrong_type",
]
