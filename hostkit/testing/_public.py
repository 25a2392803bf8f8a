"""The public names of `hostkit.testing`, each with its home; see `hostkit._public`."""

# ruff: noqa: PLC0414

from hostkit.testing._asked import assert_asked as assert_asked
from hostkit.testing._asserts import assert_allowed as assert_allowed
from hostkit.testing._asserts import assert_denied as assert_denied
from hostkit.testing._asserts import assert_failed as assert_failed
from hostkit.testing._build import BuiltModule as BuiltModule
from hostkit.testing._build import build_host as build_host
from hostkit.testing._build import build_module as build_module
from hostkit.testing._cases import HostTests as HostTests
from hostkit.testing._category import check_category as check_category
from hostkit.testing._client import Client as Client
from hostkit.testing._clock import Clock as Clock
from hostkit.testing._fake_http import FakeHttp as FakeHttp
from hostkit.testing._fake_http import Requested as Requested
from hostkit.testing._fake_http import fake_http as fake_http
from hostkit.testing._fixtures import MakeClient as MakeClient
from hostkit.testing._fixtures import MakeConfig as MakeConfig
from hostkit.testing._fixtures import MakeHost as MakeHost
from hostkit.testing._http import Answer as Answer
from hostkit.testing._leaks import Leak as Leak
from hostkit.testing._leaks import watch_leaks as watch_leaks
from hostkit.testing._lines import Connection as Connection
from hostkit.testing._lines import Streamed as Streamed
from hostkit.testing._logs import CapturedLogs as CapturedLogs
from hostkit.testing._logs import capture_logs as capture_logs
from hostkit.testing._loop import run as run
from hostkit.testing._module import check_module as check_module
from hostkit.testing._recorder import Asked as Asked
from hostkit.testing._recorder import Recorder as Recorder
