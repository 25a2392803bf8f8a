"""nginx and HAProxy in front of a server: who its clients are, and what they cannot reach."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

import attrs
import pytest

from .programs import DEPLOY, free_ports, get, needs, running, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.deploy

MODULE = """
from twisted.web.resource import Resource

class Page(Resource):
    isLeaf = True
    def render_GET(self, request):
        address = request.getClientAddress().host
        return f"{address} {request.isSecure()} {request.getHeader('host')}".encode()

class Clients:
    def __init__(self, config, api):
        api.register_web_resource("/client", Page())
"""
FILE = """
modules: [{module: clients.Clients}]
hostkit:
  categories: []
  listeners:
    # The worst mistake: hooks where the proxy leads, for all hosts.
    - endpoint: "tcp:8080:interface=127.0.0.1"
      serve: [modules, hooks]
      trusted_proxies: [127.0.0.1]
      hosts: ["*"]
    - {endpoint: "haproxy:tcp:8082:interface=127.0.0.1", serve: [modules]}
    - {endpoint: "tcp:8081:interface=127.0.0.1", serve: [health]}
"""
PRIVATE = [
    "/_hostkit/hooks",
    "/_hostkit",
    "/_HOSTKIT/hooks",
    "/%5fhostkit/hooks",
    "/%5Fhostkit%2Fhooks",
    "//_hostkit/hooks",
    "///_hostkit/hooks",
    "/client/../_hostkit/hooks",
    "/client/%2e%2e/_hostkit/hooks",
    "/./_hostkit/hooks",
    "/%2F_hostkit/hooks",
    "/client/..%2f_hostkit/hooks",
]


@attrs.frozen
class Front:
    """The ports at which proxies listen."""

    nginx: int
    haproxy: int
    protocol: int


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Run a server, and both proxies in front of it, with the files in `deploy/`."""
    folder: Path = tmp_path_factory.mktemp("front")
    nginx, haproxy = needs("nginx"), needs("haproxy")
    ports = free_ports(6)
    plain, behind, health, *outside = ports
    own = {"8080": plain, "8082": behind, "8081": health}

    def write(name: str, text: str, **numbers: int) -> Path:
        for before, after in numbers.items():
            text = text.replace(before.strip("_"), str(after))
        path = folder / name
        path.write_text(text)
        return path

    (folder / "clients.py").write_text(MODULE)
    file = write("host.yaml", FILE, **own)
    site = (DEPLOY / "nginx/hostkit.conf").read_text()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{outside[0]};")
    main = write(
        "nginx.conf",
        f"daemon off; pid {folder}/nginx.pid; error_log stderr;"
        f"events {{}} http {{ access_log off; {_temporary(folder)} {site} }}",
        **own,
    )
    config = (DEPLOY / "haproxy/haproxy.cfg").read_text()
    config = config.replace("bind :80\n", f"bind 127.0.0.1:{outside[1]}\n")
    config = config.replace("bind :8090\n", f"bind 127.0.0.1:{outside[2]}\n")
    balancer = write("haproxy.cfg", config, **own)
    with ExitStack() as stack:
        stack.enter_context(serving(file, health))
        command = [nginx, "-c", str(main), "-p", str(folder), "-e", "stderr"]
        stack.enter_context(running(command, outside[0]))
        stack.enter_context(running([haproxy, "-f", str(balancer), "-db"], outside[1]))
        yield Front(*outside)


def _temporary(folder: Path) -> str:
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{name}_temp_path {folder}/{name};" for name in names)


@pytest.mark.parametrize("proxy", ["nginx", "haproxy", "protocol"])
def test_pages_are_served_and_know_their_clients(proxy: str, front: Front) -> None:
    """What a client writes itself into the header is not believed."""
    headers = {"Host": "words.example.com", "X-Forwarded-For": "6.6.6.6, 127.0.0.1"}
    status, body = get(getattr(front, proxy), "/client", headers, source="127.0.0.2")
    assert (status, body) == (200, "127.0.0.2 False words.example.com")


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize("proxy", ["nginx", "haproxy", "protocol"])
def test_hooks_are_not_reachable(proxy: str, path: str, front: Front) -> None:
    """Not even if the listener behind serves them by mistake, however the path is written."""
    status, body = get(getattr(front, proxy), path)
    assert status in {400, 404}
    assert "categories" not in body


def test_haproxy_finds_nothing_wrong_with_its_file() -> None:
    """Neither errors nor warnings."""
    file = str(DEPLOY / "haproxy/haproxy.cfg")
    checked = subprocess.run(
        [needs("haproxy"), "-c", "-f", file], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, "WARNING" in checked.stderr) == (0, False), checked.stderr
