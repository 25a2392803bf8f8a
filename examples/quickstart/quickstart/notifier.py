"""Show the latest comments on a page."""

import json
from collections import deque

import attrs
from twisted.web.resource import Resource
from twisted.web.server import Request

from hostkit import ModuleApi


class Notifier:
    """Remembers the latest comments and serves them as JSON."""

    @attrs.frozen
    class Config:
        """Where the page is, and how many comments it shows."""

        path: str
        keep: int = 10

    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._latest: deque[dict[str, str]] = deque(maxlen=config.keep)
        self._logger = api.logger
        api.register_comments_callbacks(on_comment_posted=self.remember)
        api.register_web_resource(config.path, LatestPage(self._latest))

    async def remember(self, author: str, text: str) -> None:
        """Keep the comment for the page."""
        self._latest.append({"author": author, "text": text})
        self._logger.info("%s posted a comment", author)


class LatestPage(Resource):
    """The page."""

    isLeaf = True

    def __init__(self, latest: deque[dict[str, str]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._latest = latest

    def render_GET(self, request: Request) -> bytes:
        """List the latest comments, the last one first."""
        request.setHeader(b"content-type", b"application/json")
        return json.dumps(list(reversed(self._latest))).encode()
