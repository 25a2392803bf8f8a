"""The config file: from YAML to frozen values, with every problem of a file reported in one run.

`load` reads a file, `from_mapping` takes Python values; both give a `HostFile`. `structure` fills
the classes that module authors describe their own configuration with; `Seconds` and `Bytes` are
field types for them.
"""

from hostkit.config._converter import can_fill, strict_converter, structure, structuring_for
from hostkit.config._document import Lines
from hostkit.config._entries import ModuleEntry, ModulePolicies, ModulePolicy
from hostkit.config._faults import Fault, StructureErrors, faults_of
from hostkit.config._fields import Setting, settings_of
from hostkit.config._findings import NOTHING_SAID, Findings
from hostkit.config._host_file import HostFile, check_reloadable
from hostkit.config._limits import Limits
from hostkit.config._listener import Listener
from hostkit.config._load import Examined, examine, from_mapping, load
from hostkit.config._plain import Written
from hostkit.config._redacting import COMMON_WORDS, Redactor
from hostkit.config._scalars import Bytes, Seconds, parse_bytes, parse_seconds, wrong_type
from hostkit.config._services import Http, MailServer
from hostkit.config._settings import Redis, Settings
from hostkit.config._tokens import SHORTEST_TOKEN

__all__ = [
    "COMMON_WORDS",
    "NOTHING_SAID",
    "SHORTEST_TOKEN",
    "Bytes",
    "Examined",
    "Fault",
    "Findings",
    "HostFile",
    "Http",
    "Limits",
    "Lines",
    "Listener",
    "MailServer",
    "ModuleEntry",
    "ModulePolicies",
    "ModulePolicy",
    "Redactor",
    "Redis",
    "Seconds",
    "Setting",
    "Settings",
    "StructureErrors",
    "Written",
    "can_fill",
    "check_reloadable",
    "examine",
    "faults_of",
    "from_mapping",
    "load",
    "parse_bytes",
    "parse_seconds",
    "settings_of",
    "strict_converter",
    "structure",
    "structuring_for",
    "wrong_type",
]
