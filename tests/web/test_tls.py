"""What a listener with TLS needs. `tests/cli/test_tls.py` serves with it."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import pytest
from twisted.internet.interfaces import IStreamServerEndpointStringParser
from twisted.plugin import getPlugins

from tests.web.certificates import make_certificate
from tests.web.endpoints import check, make_server, problem_of, reason_of

if TYPE_CHECKING:
    from pathlib import Path

# Twisted uses old functions of pyOpenSSL.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("key", "certificate", "more", "why", "hint"),
    [
        ("none", "x.crt", "", "privateKey: {}/none cannot be read: No such file", None),
        ("x.key", "", "", "certKey: {}/ cannot be read: Is a directory", None),
        ("pipe", "x.crt", "", "privateKey: {}/pipe cannot be read: it is a pipe, not", None),
        ("x.crt", "x.key", "", "privateKey: {}/x.crt has no private key in PEM form; it", "were"),
        ("x.key", "x.der", "", "certKey: {}/x.der has no certificate in PEM form; it", "this may"),
        ("x.key", "text", "", "certKey: {}/text has no certificate in PEM form; it holds no", None),
        ("x.locked", "x.crt", "", "privateKey: {}/x.locked is encrypted", "openssl pkey -in"),
        ("x.key", "y.crt", "", "the key under privateKey is not that of the certificate", "a cert"),
        ("x.key", "broken.crt", "", "certKey: the certificate is damaged", None),
        ("broken.key", "x.crt", "", "privateKey: the key is damaged", None),
        (
            "x.key",
            "x.crt",
            ":extraCertChain={}/x.key",
            "extraCertChain: {}/x.key has no cert",
            None,
        ),
        ("x.key", "x.crt", ":dhParameters={}/none", "dhParameters: {}/none cannot be read", None),
        ("x.key", "x.crt", ":sslmethod=SSLv9", "sslmethod: there is no method 'SSLv9'", "leave"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(
    tmp_path: Path, key: str, certificate: str, more: str, why: str, hint: str | None
) -> None:
    """Before anything listens, and with the file."""
    make_certificate(tmp_path, "x")
    make_certificate(tmp_path, "y")
    (tmp_path / "text").write_text("a certificate")
    os.mkfifo(tmp_path / "pipe")
    for name, block in (("broken.crt", "CERTIFICATE"), ("broken.key", "PRIVATE KEY")):
        (tmp_path / name).write_text(f"-----BEGIN {block}-----\nx\n-----END {block}-----\n")
    files = f"privateKey={tmp_path}/{key}:certKey={tmp_path}/{certificate}"
    problem = problem_of(f"ssl:8443:{files}{more.replace('{}', str(tmp_path))}")
    assert reason_of(problem).startswith(why.replace("{}", str(tmp_path)))
    assert (problem.hint or "").startswith(hint or "")
    assert (problem.hint is None) == (hint is None)


def test_one_file_may_hold_both(tmp_path: Path) -> None:
    """Key and certificate, after one another; with a chain and a method."""
    key, certificate = make_certificate(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    more = f"extraCertChain={certificate}:sslmethod=TLS_METHOD"
    make_server(f"ssl:8443:privateKey={both}:{more}")
    make_server(f"haproxy:ssl:8443:privateKey={both}")


def test_a_folder_may_hold_certificates_for_many_names(tmp_path: Path) -> None:
    """Each as one file; the folder's path starts at the config file's folder.

    This kind of endpoint came with Twisted 26.10; before, the message says that there is none.
    """
    key, certificate = make_certificate(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    problems = [reason_of(each) for each in check(tmp_path, "tls:folder:8443")]
    kinds = {each.prefix for each in getPlugins(IStreamServerEndpointStringParser)}
    assert problems == ([] if "tls" in kinds else ["there is no kind 'tls'"])


def test_a_folder_of_certificates_must_be_there(tmp_path: Path) -> None:
    """The hint shows the kind of endpoint that takes one certificate."""
    problem = problem_of(f"tls:{tmp_path}/none:8443")
    assert (
        reason_of(problem)
        == f"`tls:` takes a folder of certificates, and {tmp_path}/none is not one"
    )
    assert (problem.hint or "").startswith("write ssl: for one certificate, as in ssl:8443")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS needs packages that an installation may lack (HK110)."""

    def missing(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    problem = problem_of("ssl:8443:privateKey=/key.pem")
    assert (problem.code, problem.hint) == ("HK110", "pip install 'hostkit-framework[tls]'")
