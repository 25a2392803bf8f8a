"""The units for systemd, and the manifests for Kubernetes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .programs import DEPLOY, needs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.deploy

UNIT = DEPLOY / "systemd/hostkit@.service"
MANIFEST = DEPLOY / "kubernetes/words.yaml"
LARGEST_EXPOSURE = "15"  # of 100


def test_the_unit_gives_few_rights() -> None:
    """As `systemd-analyze security` counts them."""
    command = ["security", "--offline=true", "--no-pager", f"--threshold={LARGEST_EXPOSURE}"]
    checked = subprocess.run(
        [needs("systemd-analyze"), *command, str(UNIT)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_unit_has_no_unknown_settings(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say."""
    unit = tmp_path / "hostkit@words.service"
    text = UNIT.read_text().replace("/opt/hostkit/bin/hostkit", sys.executable)
    unit.write_text(text.replace("network-online.target", "basic.target"))
    checked = subprocess.run(
        [needs("systemd-analyze"), "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in checked.stderr.splitlines() if str(unit.name) in line]
    assert said == []


def documents() -> list[Any]:
    """Read the manifests."""
    return list(yaml.safe_load_all(MANIFEST.read_text()))


def validate(file: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `hostkit validate`."""
    command = [sys.executable, "-m", "hostkit", "validate", "--strict", *options, file]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.parametrize("index", range(4))
def test_the_manifests_are_valid(index: int) -> None:
    """By the schemas of Kubernetes, with nothing that these do not know."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    manifest = documents()[index]
    version = kubernetes_validate.latest_version()
    kubernetes_validate.validate(manifest, desired_version=version, strict=True)


def test_the_files_are_valid(tmp_path: Path) -> None:
    """That of Kubernetes, and that of all others."""
    (tmp_path / "host.yaml").write_text(documents()[0]["data"]["host.yaml"])
    for file in ("host.yaml", str(DEPLOY / "host.yaml")):
        checked = validate(file, "--without-secrets", cwd=tmp_path)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_probes_and_times_fit_the_file() -> None:
    """The probes ask a listener that answers, and a pod may take the time to stop that it needs."""
    config, deployment, *services = documents()
    settings = yaml.load(config["data"]["host.yaml"].replace("!env ", ""), yaml.CSafeLoader)
    listeners = {
        each["endpoint"].removeprefix("tcp:"): each["serve"]
        for each in settings["hostkit"]["listeners"]
    }
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    asked = {
        (probe["path"], *listeners[ports[probe["port"]]])
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
        for probe in [container[name]["httpGet"]]
    }
    assert asked == {("/ready", "health"), ("/health", "health")}
    needed = sum(int(settings["hostkit"][name].rstrip("s")) for name in ("lame_duck", "drain"))
    stop_timeout = 30
    assert pod["terminationGracePeriodSeconds"] > needed + stop_timeout
    served = {
        port["targetPort"]: listeners[ports[port["targetPort"]]]
        for service in services
        for port in service["spec"]["ports"]
    }
    assert served == {"http": ["modules"], "hooks": ["hooks"]}
