"""`HostRequest`: a request whose errors are told in JSON, and logged by their module's name."""

from __future__ import annotations

import inspect
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure
from twisted.web.error import UnsupportedMethod
from twisted.web.http import datetimeToString
from twisted.web.resource import EncodingResourceWrapper, getChildForRequest
from twisted.web.server import NOT_DONE_YET, Request, version

from hostkit.web._json_resource import give_up, log_failure
from hostkit.web._methods import lacks_head, refuse_method, render_methods
from hostkit.web._pages import send

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.resource import IResource

LONGEST_FORM_BYTES: Final = 256 * 1024
"""How long a body may be that is read as a form into ``request.args``, which nothing else can run
meanwhile. What is longer, such as a file that is uploaded, a resource reads itself."""

_JSON: Final = b"application/json"
_OWN: Final = b"/_hostkit/"


class HostRequest(Request):
    """A request to a host: what Twisted would answer with a page in HTML is answered in JSON.

    Give it to the site: ``Site(Router(...), requestFactory=HostRequest)``. What a resource answers
    by itself, be it an error, is left as it is. A site's own ``getResourceFor`` is not asked.

    Attributes:
        module: The name of the module that the resource for this request belongs to.
    """

    module: str | None = None

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Take a request that has arrived; only what may be a small form is read as one."""
        kinds = self.requestHeaders.getRawHeaders(b"content-type")
        assert self.content is not None  # noqa: S101 -- there is one since the headers came
        if kinds and (
            # Twisted would read the header as that of a mail, longer than all else takes.
            kinds[0].startswith(_JSON)
            or path.startswith(_OWN)
            or self.content.tell() > LONGEST_FORM_BYTES
        ):
            self._parsePOSTFormSubmission = False
        super().requestReceived(command, path, version)  # type: ignore[no-untyped-call]

    def process(self) -> None:
        """Find the resource and ask it, as Twisted does, with less work on the way."""
        if self.path == b"*":
            super().process()  # type: ignore[no-untyped-call]
            return
        channel: Any = self.channel
        self.site = site = channel.site
        headers = self.responseHeaders
        headers.setRawHeaders(b"server", [version])
        headers.setRawHeaders(b"date", [_date()])
        segments = self.path[1:].split(b"/")
        self.prepath = []
        self.postpath = list(map(unquote_to_bytes, segments)) if b"%" in self.path else segments
        try:
            self.sitepath: list[bytes] = []  # cookies are named after it
            resource: Any = getChildForRequest(site.resource, self)
            if isinstance(resource, EncodingResourceWrapper):
                self._encoder = resource.getEncoder(self)
            self.render(resource)
        except BaseException:  # noqa: BLE001 -- what it is is told where it is logged
            self.processingFailed(Failure())

    def render(self, resrc: IResource) -> None:
        """Ask a resource for its answer, and send it."""
        try:
            if self.method == b"HEAD" and lacks_head(resrc):
                body: Any = refuse_method(self, render_methods(resrc))
            else:
                body = resrc.render(self)
        except UnsupportedMethod as error:
            body = self._refuse(resrc, error.allowedMethods)
        if body is NOT_DONE_YET:
            return
        if isinstance(body, bytes):
            send(self, body)
        else:
            self._refuse_nonsense(body)

    def processingFailed(self, reason: Failure) -> Failure:
        """Answer for a resource that raised; modules may use it as an errback."""
        # That a call was cancelled is no news if its client is gone.
        is_waiting = getattr(self, "channel", None) is not None
        if is_waiting or not reason.check(CancelledError):
            log_failure(self, "failed to answer", reason.value)
        self._encoder = None
        give_up(self)
        return reason

    def _refuse(self, resource: IResource, told: Collection[bytes]) -> Any:
        if self.method != b"HEAD" or b"GET" not in told:
            return refuse_method(self, render_methods(resource, told))
        # It answers GET, so HEAD is the same without the body, which `write` knows to leave out.
        self.method = b"GET"
        self._inFakeHead = True
        try:
            return resource.render(self)
        finally:
            self._inFakeHead = False
            self.method = b"HEAD"

    def _refuse_nonsense(self, body: object) -> None:
        hint = "a resource returns bytes, or NOT_DONE_YET to answer later"
        if inspect.iscoroutine(body):
            body.close()  # Python would warn that nobody awaited it
            hint = "write `async` methods in a hostkit.web.JsonResource"
        elif isinstance(body, Deferred):
            body.addErrback(lambda _: None).cancel()
        log_failure(self, f"gave {type(body).__name__} ({hint}) for")
        self._encoder = None
        give_up(self)


def _date() -> bytes:
    """Write the time as the header ``Date`` does, once a second."""
    return _date_of(int(time.time()))


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    date: bytes = datetimeToString(second)
    return date
