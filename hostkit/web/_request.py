"""`HostRequest`: one request, and what answers it."""

from __future__ import annotations

import inspect
import time
from contextvars import copy_context
from functools import lru_cache
from http import HTTPStatus
from os import SEEK_END
from typing import TYPE_CHECKING, Any, AnyStr, Final
from urllib.parse import unquote_to_bytes

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure
from twisted.web.error import UnsupportedMethod
from twisted.web.http import datetimeToString
from twisted.web.resource import EncodingResourceWrapper, getChildForRequest
from twisted.web.server import NOT_DONE_YET, Request, version

from hostkit.presenting import presentable
from hostkit.web._conditions import drop_bad_date, drop_bad_ranges
from hostkit.web._content_type import is_form
from hostkit.web._form_args import LONGEST_FORM_BYTES, UnreadForm, read_args
from hostkit.web._json_resource import HttpError, give_up, log_failure, write_http_error
from hostkit.web._pages import lacks_head, refuse_method, render_methods, send
from hostkit.web._traces import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from twisted.internet.interfaces import IAddress
    from twisted.web.resource import IResource

    from hostkit.web._proxies import Proxies

_OWN: Final = b"/_hostkit/"
_JSON: Final = b"application/json"


class HostRequest(Request):
    """A request to a host: what Twisted would answer with a page in HTML is answered in JSON.

    Give it to the site: ``Site(Router(...), requestFactory=HostRequest)``. What a resource answers
    by itself, be it an error, is left as it is. A site's own ``getResourceFor`` is not asked.

    Attributes:
        module: The name of the module that the resource for this request belongs to.
        redact: Takes secrets out of what is answered to an `HttpError`.
    """

    module: str | None = None
    redact: Callable[[str], str] | None = None
    _reads_forms = False

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Take a request that has arrived."""
        if command == b"POST":
            # Twisted would read forms as mail, which may raise anything, and take long.
            # What is our own takes JSON, and no one needs to be let in to have a form read.
            self._reads_forms = self._parsePOSTFormSubmission and not path.startswith(_OWN)
            self._parsePOSTFormSubmission = False
        super().requestReceived(command, path, version)  # type: ignore[no-untyped-call]

    def process(self) -> None:
        """Find the resource and ask it, within the trace that the request belongs to."""
        if (trace := trace_of(self)) is None:
            self._process()
        else:
            copy_context().run(trace.within, self._process)

    def _process(self) -> None:
        """Do what Twisted does, with less work on the way."""
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
            if self._reads_forms:
                self._take_form()
            elif self.method == b"GET":
                drop_bad_ranges(self.requestHeaders)
            self.sitepath: list[bytes] = []  # cookies are named after it
            resource: Any = getChildForRequest(site.resource, self)
            if isinstance(resource, EncodingResourceWrapper):
                self._encoder = resource.getEncoder(self)
            self.render(resource)
        except BaseException as error:  # noqa: BLE001 -- it is logged, whatever it is
            self.processingFailed(Failure(presentable(error)))

    def getHeader(self, key: AnyStr) -> AnyStr | None:
        """Return the value of a header of the request; of several, the last one.

        Args:
            key: Its name. For a string the value is a string as well.

        Raises:
            HttpError: 400, a string is wanted, and the header is not UTF-8.
        """
        try:
            return super().getHeader(key)
        except UnicodeDecodeError:
            error = f"the header {key!r} is not UTF-8"
            raise HttpError(HTTPStatus.BAD_REQUEST, "bad_header", error) from None

    def getClientAddress(self) -> IAddress:
        """Return the address of the client, also of one for whom a trusted proxy asks."""
        proxies = self._proxies()
        peer: IAddress = self.client
        return peer if proxies is None else proxies.client_of(peer, self.requestHeaders)

    def isSecure(self) -> bool:
        """Whether the client uses HTTPS, also towards a trusted proxy that asks for it."""
        proxies = self._proxies()
        if proxies is not None and proxies.is_secure(self.client, self.requestHeaders):
            return True
        return bool(super().isSecure())  # type: ignore[no-untyped-call]

    def _proxies(self) -> Proxies | None:
        # A request that is refused, or whose client has left, has one of the two only.
        site = getattr(self, "site", None) or getattr(self.channel, "site", None)
        return getattr(site, "proxies", None)  # a program's own site has none

    def setLastModified(self, when: float) -> Any:
        """Say when what is answered was changed; see `twisted.web.http.Request`."""
        drop_bad_date(self.requestHeaders)
        return super().setLastModified(when)  # type: ignore[no-untyped-call]

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
        # If the client has left, its call was cancelled, which is expected.
        is_waiting = getattr(self, "channel", None) is not None
        if isinstance(reason.value, HttpError) and is_waiting and not self.startedWriting:
            self._encoder = None
            body = write_http_error(self, reason.value)
            if body is not None:
                send(self, body)
                return reason
        elif is_waiting or not reason.check(CancelledError, HttpError):
            log_failure(self, "failed to answer", reason.value)
        self._encoder = None
        give_up(self)
        return reason

    def _take_form(self) -> None:
        """Add the fields of a form to those of the query; only a small form is read."""
        kinds = self.requestHeaders.getRawHeaders(b"content-type")
        if not kinds or kinds[0].startswith(_JSON) or not is_form(kinds[0]):
            return
        args, content = self.args, self.content
        assert args is not None  # noqa: S101 -- set when the request had arrived
        assert content is not None  # noqa: S101 -- there is one since the headers came
        length = content.seek(0, SEEK_END)
        content.seek(0)
        if length > LONGEST_FORM_BYTES:
            self.args = UnreadForm(args)
        elif length:
            args.update(read_args(kinds[0], content))
            content.seek(0)

    def _refuse(self, resource: IResource, listed: Collection[bytes]) -> Any:
        if self.method != b"HEAD" or b"GET" not in listed:
            return refuse_method(self, render_methods(resource, listed))
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
            body.close()  # or Python would warn that it was never awaited
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
