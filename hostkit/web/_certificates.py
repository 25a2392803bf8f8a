"""`Certificates`: the certificate of a listener, which can be renewed while it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from twisted.internet.interfaces import IOpenSSLContextFactory
from zope.interface import implementer

from hostkit.web._endpoint_faults import EndpointError
from hostkit.web._twisted_private import contexts_of, use_contexts

if TYPE_CHECKING:
    from twisted.internet.interfaces import IStreamServerEndpoint


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
