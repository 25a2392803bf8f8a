"""The stable code of everything hostkit reports as a problem, with a one-line title for each.

A code is never reused and never changes its meaning. The ranges belong to the layers:

- ``HK0xx`` config: reading the file (001-019), its values (020-049), its secrets (050-059)
- ``HK1xx`` loading
- ``HK2xx`` registration
- ``HK3xx`` hookspecs
- ``HK4xx`` serving
- ``HK5xx`` what modules are given: the database (510-519), the store (520-529)
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Self, final


@final
@unique
class Code(StrEnum):
    """What went wrong: ``HK`` and three digits.

    Attributes:
        summary: What that means, in one line.
    """

    summary: str

    def __new__(cls, value: str, summary: str) -> Self:
        """Make a member of its value and its summary."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.summary = summary
        return code

    # Config, HK001 to HK019: reading the file
    FILE_NOT_FOUND = "HK001", "the config file does not exist"
    FILE_IS_FOLDER = "HK002", "the config file is a folder"
    FILE_UNREADABLE = "HK003", "the config file cannot be read"
    NOT_UTF8 = "HK004", "the config file is not UTF-8 text"
    CONTROL_CHARACTER = "HK005", "the config file contains a control character"
    NOT_YAML = "HK006", "the config file is not valid YAML"
    EMPTY_FILE = "HK007", "the config file is empty"
    NOT_A_MAPPING = "HK008", "the config file is not a mapping"
    SEVERAL_DOCUMENTS = "HK009", "the config file holds more than one YAML document"
    TOO_DEEP = "HK010", "the config file is nested too deep"
    DUPLICATE_KEY = "HK011", "a key stands twice in one mapping"
    UNKNOWN_TAG = "HK012", "a YAML tag is not known"
    UNREADABLE_VALUE = "HK013", "a value is not what its form or tag says"
    ENDLESS_VALUE = "HK014", "a value contains itself"
    TOO_MANY_ALIASES = "HK015", "aliases repeat too many values"
    COMPLEX_KEY = "HK016", "a key is a list or a mapping"
    BAD_MERGE = "HK017", "a merge key does not name a mapping"
    HIDDEN_SPACE = "HK018", "a line begins with a character that only looks like a space"
    AMBIGUOUS = "HK019", "a value means one thing in YAML 1.1 and another in YAML 1.2"

    # Config, HK020 to HK049: values
    WRONG_TYPE = "HK020", "a value is of the wrong type"
    UNKNOWN_KEY = "HK021", "a key is not known"
    MISSING_KEY = "HK022", "a required key is missing"
    NOT_A_CHOICE = "HK023", "a value is not one of the choices"
    KEY_NOT_A_STRING = "HK024", "a key is not a string"
    NOT_A_DURATION = "HK025", "a value is not a duration"
    NOT_A_SIZE = "HK026", "a value is not a size"
    NOT_ALLOWED = "HK027", "a value is of the right type but not allowed"
    REFUSED_BY_CLASS = "HK028", "a module's Config class refused its values"
    UNSUPPORTED_TYPE = "HK029", "a module's Config class has a field hostkit cannot fill"
    DUPLICATE_NAME = "HK030", "two modules have the same name"
    UNUSABLE_CONFIG = "HK031", "a module's Config is not a class that can be filled"
    BAD_FORM = "HK032", "a string is not of the form that its field asks for"

    # Config, HK050 to HK059: secrets
    TAG_WITHOUT_NAME = "HK050", "!env or !file is not followed by a name"
    NO_SUCH_VARIABLE = "HK051", "an environment variable is not set"
    TAG_FILE_UNREADABLE = "HK052", "a secret file cannot be read"
    TAG_FILE_NOT_UTF8 = "HK053", "a secret file is not UTF-8 text"
    IN_THE_CLEAR = "HK054", "a secret stands in the config file itself"
    BAD_TEMPLATE = "HK055", "a string with variables in it cannot be filled in"
    ADMIN_WITHOUT_TOKEN = "HK056", "a listener serves `admin` without a token"

    # Loading, HK100 to HK199
    NO_SUCH_PYTHON_MODULE = "HK101", "a Python module does not exist"
    IMPORT_RAISED = "HK102", "importing a Python module raised an exception"
    NO_SUCH_ATTRIBUTE = "HK103", "a Python module has no such class"
    NOT_A_CLASS = "HK104", "a module is not a class"
    CONFIG_REFUSED = "HK105", "a module refuses its config"
    PARSE_CONFIG_RAISED = "HK106", "a module's parse_config raised an exception"
    INIT_RAISED = "HK107", "a module's __init__ raised an exception"
    NOT_INSTALLED = "HK108", "no installed package offers this name"
    CATEGORY_NOT_LOADABLE = "HK109", "a category cannot be loaded"
    EXTRA_MISSING = "HK110", "a package that a setting needs is not installed"
    AMBIGUOUS_NAME = "HK111", "a name has several meanings"
    NOT_A_FOLDER = "HK112", "a folder of Python modules does not exist"
    HIDDEN_MODULE = "HK113", "a Python module is hidden by another of its name"
    NOT_BEFORE = "HK114", "a module does not stand after what it requires"
    OTHER_VERSION = "HK115", "a module is for another version of hostkit"

    # Registration, HK200 to HK299
    UNKNOWN_HOOK = "HK201", "a hook or a method of the module api does not exist"
    UNKNOWN_CATEGORY = "HK202", "the host has no such category"
    NOT_CALLABLE = "HK203", "a callback cannot be called"
    MISFIT = "HK204", "a callback does not fit its hook"
    TOO_LATE = "HK205", "a module registers after its __init__ has returned"
    BAD_HOOKIMPL_OPTION = "HK206", "@hookimpl was given an option that is refused"
    WRONG_KIND = "HK207", "a callback is a generator, or asynchronous for a synchronous hook"
    NOT_EXCLUSIVE = "HK208", "two modules register for a hook that only one may have"
    BAD_PATH = "HK209", "a web resource cannot be served at its path"
    NO_HOOKIMPLS = "HK210", "an object has no method marked with @hookimpl"
    NOT_A_RESOURCE = "HK211", "what is to be served is not a web resource"
    BAD_KEY = "HK212", "callbacks for a keyed hook are not given by a key it has"
    INCOMPLETE = "HK213", "a module registers for a hook without another that belongs to it"
    CONFLICTING_KEYS = "HK214", "two modules disagree about a key"
    NOT_CACHED = "HK215", "a function is not a cached method, or was not registered"
    NOT_A_HOOK = "HK216", "what is called a hook is not one"
    TOO_EARLY = "HK217", "a module calls hooks before all modules are built"
    NO_DECIDER = "HK230", "a hook that must be decided has no module that decides it"
    CALLED_THROUGH_PLUGGY = "HK240", "a hook was called through pluggy and not through the host"

    # Hookspecs, HK300 to HK399
    NO_DOCSTRING = "HK301", "a hookspec has no docstring"
    NO_ANNOTATION = "HK302", "a hookspec lacks an annotation"
    NOT_A_METHOD = "HK303", "a hookspec is not a plain method"
    BAD_OPTION = "HK304", "a rule or a hookspec was given a value it has no use for"
    DUPLICATE_HOOK = "HK305", "two categories declare the same hook"
    NOT_A_CATEGORY = "HK306", "a category is not one, has no hooks, or has a bad name"
    DUPLICATE_CATEGORY = "HK307", "two categories have the same name"

    # Serving, HK400 to HK499
    NO_SUCH_HOOK = "HK401", "the host has no such hook"
    BAD_ENDPOINT = "HK402", "a listener's endpoint cannot be understood"
    CANNOT_LISTEN = "HK403", "a listener cannot listen at its endpoint"
    NOT_GUARDED = "HK404", "a listener serves hooks to other machines without a token"
    NEEDS_RESTART = "HK405", "a setting cannot change while the host is running"
    PID_FILE_UNUSABLE = "HK406", "a server's pid file cannot be used"
    NOT_A_REDIS_URL = "HK407", "a URL is not that of a Redis server"
    CONTROL_UNUSABLE = "HK408", "a server's control socket cannot be opened"
    NO_FOLDER = "HK409", "a folder for a server's files is missing, or cannot be written to"
    WRONG_ARGUMENTS = "HK414", "a hook was asked with arguments that it does not have"
    NOT_A_CONFIGURATION = "HK415", "what a host was given is not a configuration"
    GUARD_NOT_CHOSEN = "HK416", "a gateway is made without saying who may ask it"
    NOT_SERVED = "HK417", "a listener serves something that this version does not have"
    DUPLICATE_ENDPOINT = "HK418", "two listeners have the same endpoint"

    # Services for modules, HK500 to HK599
    SERVICE_MISSING = "HK500", "a package that a service needs is not installed"
    BAD_CALL = "HK501", "a module asks another server for what cannot be sent"
    ADDRESS_BLOCKED = "HK502", "a module must not connect to an address"
    UNREACHABLE = "HK503", "another server cannot be reached, or breaks off"
    ANSWER_TIMEOUT = "HK504", "another server does not answer in time"
    ANSWER_TOO_LARGE = "HK505", "the answer of another server is too long"
    BAD_ANSWER = "HK506", "the answer of another server cannot be read"
    BAD_REDIRECT = "HK507", "another server redirects too often, or to nowhere"
    SERVICE_OVER = "HK508", "a module that was stopped uses a service"
    BAD_PROXY = "HK509", "the environment names a proxy that cannot be used"
    # Services, HK510 to HK519: the database
    NOT_A_DATABASE_URL = "HK510", "a URL is not that of a database"
    DATABASE_UNAVAILABLE = "HK511", "the database cannot be reached, or is busy or full"
    DATABASE_FAILED = "HK512", "the database refuses what a module asks of it"
    DATABASE_TIMEOUT = "HK513", "an interaction with the database took too long"
    COMMIT_UNKNOWN = "HK514", "the connection to the database was lost in a commit"
    MIGRATION_FAILED = "HK515", "a migration of a module's schema failed"
    SCHEMA_NEWER = "HK516", "the database has a newer schema than the module"
    MIGRATIONS_DIFFER = "HK517", "a module's migrations are not those that were applied"
    NOT_A_PLAIN_FUNCTION = "HK518", "what talks to the database is not a plain function"
    DATABASE_CLOSED = "HK519", "a module uses the database when it was stopped"

    # Services, HK520 to HK529: the store
    NOT_STORABLE = "HK520", "a key or a value cannot be kept in the store"
    TOO_LARGE_TO_STORE = "HK521", "a value is larger than the store allows"

    # Services, HK530 to HK539: background work
    WORK_AFTER_STOP = "HK530", "background work begins after its module was stopped"
    NO_THREAD = "HK531", "too many calls wait for a thread"
    WAITS_FOR_ITSELF = "HK532", "background work would wait for itself"

    # Services, HK540 to HK549: what the server is, templates, mail and routes
    NOT_SAID = "HK540", "a module needs a setting that the file does not have"
    NO_DATA_FOLDER = "HK541", "the folder of a module cannot be made"
    TEMPLATE_FAILED = "HK542", "a template of a module cannot be rendered"
    NO_MAIL_SERVER = "HK543", "a module sends a mail, and the file names no mail server"
    BAD_MAIL = "HK544", "a mail cannot be written as a module has given it"
    MAIL_UNAVAILABLE = "HK545", "the mail server cannot be reached, or cannot take a mail now"
    MAIL_REFUSED = "HK546", "the mail server refuses a mail, or some of its recipients"
    BAD_ROUTE = "HK547", "a route of a web resource is malformed"
