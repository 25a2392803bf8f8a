"""Certificates and keys of TLS listeners: whether they can be used, and their renewal."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.interfaces import IOpenSSLContextFactory
from zope.interface import implementer

from hostkit.codes import Code
from hostkit.files import read_plain
from hostkit.web._endpoint_faults import EndpointError
from hostkit.web._endpoint_kinds import DEFAULT_KEY, EXAMPLES
from hostkit.web._twisted_private import contexts_of, use_contexts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.interfaces import IStreamServerEndpoint

_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_KINDS: Final = frozenset({"ssl", "tls"})
_MOST_BYTES: Final = 1024**2


def check_tls(parts: Mapping[str, str]) -> None:
    """Check what an endpoint with TLS needs; others need nothing.

    Args:
        parts: The endpoint's parts, with absolute paths.

    Raises:
        EndpointError: Packages are not installed (HK110), or a file is missing or not what it
            should be.
    """
    if parts["kind"] not in _KINDS:
        return
    try:
        importlib.import_module("twisted.internet.ssl")
    except ImportError as error:
        raise EndpointError(
            f"TLS needs packages that are not installed ({error})",
            expected="the extra `tls` of hostkit",
            hint="pip install 'hostkit-framework[tls]'",
            code=Code.EXTRA_MISSING,
        ) from None
    if parts["kind"] == "tls":
        _check_folder(parts["path"])
    else:
        _check_files(parts)


def _check_folder(path: str) -> None:
    if not Path(path).is_dir():
        raise EndpointError(
            f"`tls:` takes a folder of certificates, and {path} is not one",
            expected=EXAMPLES["tls"],
            hint=f"write ssl: for one certificate, as in {EXAMPLES['ssl']}",
        )


def _check_files(parts: Mapping[str, str]) -> None:
    key_path = parts.get("privateKey", DEFAULT_KEY)
    key = _read("privateKey", key_path, "PRIVATE KEY")
    certificate = _read("certKey", parts.get("certKey", key_path), "CERTIFICATE")
    for name, block in (("extraCertChain", "CERTIFICATE"), ("dhParameters", "DH PARAMETERS")):
        if name in parts:
            _read(name, parts[name], block)
    if b"ENCRYPTED" in key:
        raise EndpointError(
            f"privateKey: {key_path} is encrypted, and no passphrase can be given",
            expected="a private key without a passphrase",
            hint=f"openssl pkey -in {key_path} -out plain.pem",
        )
    _check_pair(certificate, key)
    method = parts.get("sslmethod")
    if method is not None and not hasattr(importlib.import_module("OpenSSL.SSL"), method):
        raise EndpointError(
            f"sslmethod: there is no method {method!r}",
            expected="TLS_METHOD, or none",
            hint="leave it out: the newest is used",
        )


def _read(name: str, path: str, block: str) -> bytes:
    """Read a file of PEM blocks."""
    try:
        content = read_plain(path, _MOST_BYTES)
    except OSError as error:
        raise EndpointError(
            f"{name}: {path} cannot be read: {error.strerror}",
            expected=f"a file, as in {EXAMPLES['ssl']}",
        ) from None
    blocks = [found.decode() for found in _BLOCK.findall(content)]
    if any(found.endswith(block) for found in blocks):
        return content
    found = f"it holds {' and '.join(blocks)}" if blocks else "it holds nothing of that form"
    what = {"PRIVATE KEY": "private key", "CERTIFICATE": "certificate"}.get(block, block)
    hint = None
    if blocks and name in {"privateKey", "certKey"}:
        hint = "were privateKey and certKey interchanged?"
    elif content.startswith(b"\x30"):
        tool = "x509" if block == "CERTIFICATE" else "pkey"
        hint = f"this may be DER: openssl {tool} -inform der -in {path} -out {what}.pem"
    raise EndpointError(
        f"{name}: {path} has no {what} in PEM form; {found}",
        expected=f"a file with a line -----BEGIN {block}-----",
        hint=hint,
    )


def _check_pair(certificate: bytes, key: bytes) -> None:
    """Check that a key is that of a certificate."""
    from cryptography import x509  # noqa: PLC0415 -- belongs to an extra
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    try:
        certified = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        raise EndpointError(
            "certKey: the certificate is damaged", expected="a certificate in PEM form"
        ) from None
    try:
        own = load_pem_private_key(key, None).public_key()
    except (ValueError, TypeError):
        raise EndpointError(
            "privateKey: the key is damaged", expected="a private key in PEM form"
        ) from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certified.public_bytes(*form) != own.public_bytes(*form):
        raise EndpointError(
            "the key under privateKey is not that of the certificate under certKey",
            expected=f"a key and its certificate, as in {EXAMPLES['ssl']}",
            hint="a certificate is renewed together with its key, or keeps it",
        )


@final
@implementer(IOpenSSLContextFactory)
class Certificates:
    """The certificate and key of a listener: each new connection gets what is there then.

    Args:
        contexts: Twisted's `CertificateOptions`.
    """

    def __init__(self, contexts: Any) -> None:
        self._contexts = contexts

    def getContext(self) -> Any:
        """Return the context of OpenSSL for the next connection."""
        return self._contexts.getContext()

    def renew(self, other: Certificates) -> bool:
        """Use another listener's from now on; return whether they differ."""
        before, self._contexts = self._contexts, other._contexts
        return _fingerprint(before) != _fingerprint(self._contexts)


def hold_certificates(endpoint: IStreamServerEndpoint) -> None:
    """Make the certificate of an endpoint, if it has one, such that it can be renewed.

    Args:
        endpoint: The endpoint, which does not listen yet.

    Raises:
        EndpointError: OpenSSL refuses it, such as for a key that is too short.
    """
    contexts = contexts_of(endpoint)
    if contexts is None:
        return
    from OpenSSL.SSL import Error  # noqa: PLC0415 -- there only is a certificate where it is

    try:
        contexts.getContext()  # which Twisted would call for the first connection
    except Error as error:
        reasons = ", ".join(str(reason[-1]) for reason in error.args[0])
        raise EndpointError(f"its certificate cannot be used: {reasons}") from error
    use_contexts(endpoint, Certificates(contexts))


def renew(endpoint: IStreamServerEndpoint, other: IStreamServerEndpoint) -> bool:
    """Have an endpoint use the certificate of another one, for connections to come.

    Args:
        endpoint: The endpoint, which listens.
        other: What was made of the same string later.

    Returns:
        Whether the certificate is another one.
    """
    current, new = contexts_of(endpoint), contexts_of(other)
    return isinstance(current, Certificates) and current.renew(new)


def _fingerprint(contexts: Any) -> bytes:
    fingerprint: bytes = contexts.certificate.digest("sha256")
    return fingerprint
