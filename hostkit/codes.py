"""The stable codes of everything hostkit complains about, and a one-line title for each.

A code is never reused and never changes its meaning. The ranges belong to the layers:

- ``HK0xx`` config: reading the file (001-019), its values (020-049), its secrets (050-059)
- ``HK1xx`` loading
- ``HK2xx`` registration
- ``HK3xx`` hookspecs
- ``HK4xx`` serving
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Config, HK001 to HK019: reading the file
FILE_NOT_FOUND: Final = "HK001"
FILE_IS_FOLDER: Final = "HK002"
FILE_UNREADABLE: Final = "HK003"
NOT_UTF8: Final = "HK004"
CONTROL_CHARACTER: Final = "HK005"
NOT_YAML: Final = "HK006"
EMPTY_FILE: Final = "HK007"
NOT_A_MAPPING: Final = "HK008"
SEVERAL_DOCUMENTS: Final = "HK009"
TOO_DEEP: Final = "HK010"
DUPLICATE_KEY: Final = "HK011"
UNKNOWN_TAG: Final = "HK012"
UNREADABLE_VALUE: Final = "HK013"
ENDLESS_VALUE: Final = "HK014"
TOO_MANY_ALIASES: Final = "HK015"
COMPLEX_KEY: Final = "HK016"
BAD_MERGE: Final = "HK017"

# Config, HK020 to HK049: values
WRONG_TYPE: Final = "HK020"
UNKNOWN_KEY: Final = "HK021"
MISSING_KEY: Final = "HK022"
NOT_A_CHOICE: Final = "HK023"
KEY_NOT_A_STRING: Final = "HK024"
NOT_A_DURATION: Final = "HK025"
NOT_A_SIZE: Final = "HK026"
NOT_ALLOWED: Final = "HK027"
REFUSED_BY_CLASS: Final = "HK028"
UNSUPPORTED_TYPE: Final = "HK029"
DUPLICATE_NAME: Final = "HK030"

# Config, HK050 to HK059: secrets
TAG_WITHOUT_NAME: Final = "HK050"
NO_SUCH_VARIABLE: Final = "HK051"
TAG_FILE_UNREADABLE: Final = "HK052"
TAG_FILE_NOT_UTF8: Final = "HK053"
IN_THE_CLEAR: Final = "HK054"

_CONFIG: Final = {
    FILE_NOT_FOUND: "the config file does not exist",
    FILE_IS_FOLDER: "the config file is a folder",
    FILE_UNREADABLE: "the config file cannot be read",
    NOT_UTF8: "the config file is not UTF-8 text",
    CONTROL_CHARACTER: "the config file contains a control character",
    NOT_YAML: "the config file is not valid YAML",
    EMPTY_FILE: "the config file is empty",
    NOT_A_MAPPING: "the config file is not a mapping",
    SEVERAL_DOCUMENTS: "the config file holds more than one YAML document",
    TOO_DEEP: "the config file is nested too deep",
    DUPLICATE_KEY: "a key stands twice in one mapping",
    UNKNOWN_TAG: "a YAML tag is not known",
    UNREADABLE_VALUE: "a value is not what its form or tag says",
    ENDLESS_VALUE: "a value contains itself",
    TOO_MANY_ALIASES: "aliases repeat too many values",
    COMPLEX_KEY: "a key is a list or a mapping",
    BAD_MERGE: "a merge key does not name a mapping",
    WRONG_TYPE: "a value is of the wrong type",
    UNKNOWN_KEY: "a key is not known",
    MISSING_KEY: "a required key is missing",
    NOT_A_CHOICE: "a value is not one of the choices",
    KEY_NOT_A_STRING: "a key is not a string",
    NOT_A_DURATION: "a value is not a duration",
    NOT_A_SIZE: "a value is not a size",
    NOT_ALLOWED: "a value is of the right type but not allowed",
    REFUSED_BY_CLASS: "a module's Config class refused its values",
    UNSUPPORTED_TYPE: "a module's Config class has a field hostkit cannot fill",
    DUPLICATE_NAME: "two modules have the same name",
    TAG_WITHOUT_NAME: "!env or !file is not followed by a name",
    NO_SUCH_VARIABLE: "an environment variable is not set",
    TAG_FILE_UNREADABLE: "a secret file cannot be read",
    TAG_FILE_NOT_UTF8: "a secret file is not UTF-8 text",
    IN_THE_CLEAR: "a secret stands in the config file itself",
}

# Loading, HK100 to HK199
NO_SUCH_PYTHON_MODULE: Final = "HK101"
IMPORT_RAISED: Final = "HK102"
NO_SUCH_ATTRIBUTE: Final = "HK103"
NOT_A_CLASS: Final = "HK104"
CONFIG_REFUSED: Final = "HK105"
PARSE_CONFIG_RAISED: Final = "HK106"
INIT_RAISED: Final = "HK107"
NOT_INSTALLED: Final = "HK108"
CATEGORY_NOT_LOADABLE: Final = "HK109"
EXTRA_MISSING: Final = "HK110"

_LOADING: Final = {
    NO_SUCH_PYTHON_MODULE: "a Python module does not exist",
    IMPORT_RAISED: "importing a Python module raised an exception",
    NO_SUCH_ATTRIBUTE: "a Python module has no such class",
    NOT_A_CLASS: "a module is not a class",
    CONFIG_REFUSED: "a module refuses its config",
    PARSE_CONFIG_RAISED: "a module's parse_config raised an exception",
    INIT_RAISED: "a module's __init__ raised an exception",
    NOT_INSTALLED: "no installed package offers this name",
    CATEGORY_NOT_LOADABLE: "a category cannot be loaded",
    EXTRA_MISSING: "a package that a setting needs is not installed",
}

# Registration, HK200 to HK299
UNKNOWN_HOOK: Final = "HK201"
UNKNOWN_CATEGORY: Final = "HK202"
NOT_CALLABLE: Final = "HK203"
MISFIT: Final = "HK204"
TOO_LATE: Final = "HK205"
BAD_HOOKIMPL_OPTION: Final = "HK206"
WRONG_KIND: Final = "HK207"
NOT_EXCLUSIVE: Final = "HK208"
BAD_PATH: Final = "HK209"
NO_HOOKIMPLS: Final = "HK210"
NOT_A_RESOURCE: Final = "HK211"
BAD_KEY: Final = "HK212"
INCOMPLETE: Final = "HK213"
CONFLICTING_KEYS: Final = "HK214"
NOT_CACHED: Final = "HK215"

_REGISTRATION: Final = {
    UNKNOWN_HOOK: "a hook or a method of the module api does not exist",
    UNKNOWN_CATEGORY: "the host has no such category",
    NOT_CALLABLE: "a callback cannot be called",
    MISFIT: "a callback does not fit its hook",
    TOO_LATE: "a module registers after its __init__ has returned",
    BAD_HOOKIMPL_OPTION: "@hookimpl was given an option that is refused",
    WRONG_KIND: "a callback is a generator, or asynchronous for a synchronous hook",
    NOT_EXCLUSIVE: "two modules register for a hook that only one may have",
    BAD_PATH: "a web resource cannot be served at its path",
    NO_HOOKIMPLS: "an object has no method marked with @hookimpl",
    NOT_A_RESOURCE: "what is to be served is not a web resource",
    BAD_KEY: "callbacks for a keyed hook are not given by a key it has",
    INCOMPLETE: "a module registers for a hook without another that belongs to it",
    CONFLICTING_KEYS: "two modules disagree about a key",
    NOT_CACHED: "a function is no cached method, or was not registered",
}

# Hookspecs, HK300 to HK399
NO_DOCSTRING: Final = "HK301"
NO_ANNOTATION: Final = "HK302"
NOT_A_METHOD: Final = "HK303"
BAD_OPTION: Final = "HK304"
DUPLICATE_HOOK: Final = "HK305"
NOT_A_CATEGORY: Final = "HK306"
DUPLICATE_CATEGORY: Final = "HK307"

_HOOKSPECS: Final = {
    NO_DOCSTRING: "a hookspec has no docstring",
    NO_ANNOTATION: "a hookspec lacks an annotation",
    NOT_A_METHOD: "a hookspec is not a plain method",
    BAD_OPTION: "a rule or a hookspec was given a value it has no use for",
    DUPLICATE_HOOK: "two categories declare the same hook",
    NOT_A_CATEGORY: "a category is not one, has no hooks, or has a bad name",
    DUPLICATE_CATEGORY: "two categories have the same name",
}

# Serving, HK400 to HK499
NO_SUCH_HOOK: Final = "HK401"
BAD_ENDPOINT: Final = "HK402"
CANNOT_LISTEN: Final = "HK403"
NOT_GUARDED: Final = "HK404"
NEEDS_RESTART: Final = "HK405"
PID_FILE_UNUSABLE: Final = "HK406"
NOT_A_REDIS_URL: Final = "HK407"

_SERVING: Final = {
    NO_SUCH_HOOK: "the host has no such hook",
    BAD_ENDPOINT: "a listener's endpoint cannot be understood",
    CANNOT_LISTEN: "a listener cannot listen at its endpoint",
    NOT_GUARDED: "a listener serves hooks to other machines without a token",
    NEEDS_RESTART: "a setting cannot change while the host is running",
    PID_FILE_UNUSABLE: "a server's pid file cannot be used",
    NOT_A_REDIS_URL: "a URL is not that of a Redis server",
}

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {**_CONFIG, **_LOADING, **_REGISTRATION, **_HOOKSPECS, **_SERVING}
)
"""What each code means, in one line."""
