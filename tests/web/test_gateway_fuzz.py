"""Calls that a program makes up from the OpenAPI document, right ones and wrong ones."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypedDict

import attrs
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from werkzeug.wrappers import Request, Response

from hostkit import ALLOW, Category, Decision, Deny, ModuleApi, hookspec, rules
from hostkit.testing import build_host
from hostkit.web import Gateway, Router
from tests.web.conftest import ask


@attrs.frozen
class Point:
    x: int
    y: int | None = None


class Event(Protocol):
    @property
    def sender(self) -> str:
        """The sender."""


class Profile(TypedDict):
    name: str


class Fuzzed(Category):
    """Hooks with arguments of many kinds."""

    @hookspec(rules.FirstDenial(on_error="deny"))
    async def check_text(self, text: str, tags: set[str], size: float = 1.0) -> Decision:
        """Called for strings."""

    @hookspec(rules.FirstResult())
    async def find(self, point: Point, mode: Literal["near", "far"], more: dict[str, int]) -> Any:
        """Called for a place."""

    @hookspec(rules.Notify())
    async def on_event(self, event: Event, profile: Profile, pairs: list[tuple[int, str]]) -> None:
        """Called after an event."""


class Module:
    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(Fuzzed, check_text=self.check, find=lambda point, mode, more: [point, more])

    def check(self, text: str, tags: set[str], size: float) -> Decision:
        """Deny some."""
        return Deny("long", f"{size} times", tags=tags) if len(text) > 5 else ALLOW


ROOT = Router(
    Gateway(
        build_host([Module], categories=[Fuzzed]),
        token=None,
    ).resources
)


@Request.application
def application(request: Request) -> Response:
    """Give a WSGI request to the gateway, without a network."""
    headers = {name: value for name, value in request.headers if name != "Content-Length"}
    path = f"{request.environ['REQUEST_URI']}?{request.environ['QUERY_STRING']}"
    answer = ask(ROOT, request.method, path, request.get_data(), **headers)
    return Response(answer.body, answer.status, answer.headers)


schema = schemathesis.openapi.from_wsgi("/_hostkit/openapi.json", application)


@schema.parametrize()
@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_described(case: schemathesis.Case[Any]) -> None:
    """Right calls are answered, wrong ones refused, each in the way that the document says."""
    case.call_and_validate()
