from __future__ import annotations

from typing import Any

import pytest

from hostkit import ModuleApi, RegistrationError
from hostkit.testing import Client, MakeClient, MakeHost
from hostkit.web import HttpError, JsonResource, route


class Users(JsonResource):
    @route("/")
    async def all(self, request: Any) -> Any:
        return "all"

    @route("/<name>")
    def show(self, request: Any, name: str) -> Any:
        return ["show", name]

    @route("/<name>", methods=["PUT", "DELETE"])
    async def change(self, request: Any, name: str) -> Any:
        return [request.method.decode(), name]

    @route("/me")
    async def me(self, request: Any) -> Any:
        return "me"

    @route("/<int:number>")
    async def by_number(self, request: Any, number: int) -> Any:
        return number

    @route("/<name>/pictures/<path:rest>")
    @route("/<name>/files/<path:rest>")
    async def files(self, request: Any, name: str, rest: str) -> Any:
        if rest == "gone":
            raise HttpError(410, "gone", "it is gone")
        return {name: rest}


class Both(JsonResource):
    async def on_GET(self, request: Any) -> Any:  # noqa: N802
        return "own"

    @route("/", methods=["POST"])
    async def add(self, request: Any) -> Any:
        return "added"

    @route("/x")
    async def x(self, request: Any) -> Any:
        return "x"


class Pages:
    def __init__(self, config: Any, api: ModuleApi) -> None:
        users: Any = Users
        both: Any = Both
        api.register_web_resource("/users", users())
        api.register_web_resource("/both", both())


@pytest.fixture
def client(hostkit_host: MakeHost, hostkit_client: MakeClient) -> Client:
    """A client of resources with routes."""
    return hostkit_client(hostkit_host([Pages], categories=[]))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/users", "all"),
        ("/users/", "all"),
        ("/users/ann", ["show", "ann"]),
        ("/users/a%2Fb%20%C3%A9", ["show", "a/b é"]),
        ("/users/me", "me"),
        ("/users/42", 42),
        ("/users/-42", ["show", "-42"]),
        ("/users/1234567890123456789", ["show", "1234567890123456789"]),
        ("/users/ann/pictures/a/b.png", {"ann": "a/b.png"}),
        ("/users/ann/files/", {"ann": ""}),
        ("/both", "own"),
        ("/both/x", "x"),
    ],
)
async def test_paths_have_parameters(path: str, answer: Any, client: Client) -> None:
    """What is written in letters goes before numbers, and numbers before anything."""
    assert (await client.get(path)).json == answer
    head = await client.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/users/ann/", "/users//", "/users/ann/pictures", "/users/ann/x/y", "/both/y", "/both/"],
)
async def test_other_paths_are_not_found(path: str, client: Client) -> None:
    """In JSON, as everywhere; a segment is not empty."""
    answer = await client.get(path)
    if path == "/both/":
        assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, POST")
    else:
        assert (answer.status, answer.json["errcode"]) == (404, "not_found")


async def test_methods_belong_to_their_path(client: Client) -> None:
    """Others get 405 with what there is; OPTIONS lists that."""
    assert (await client.request("PUT", "/users/ann")).json == ["PUT", "ann"]
    assert (await client.request("PUT", "/users/me")).json == ["PUT", "me"]
    refused = await client.post("/users/ann", json={})
    assert (refused.status, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PUT")
    options = await client.request("OPTIONS", "/both")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert (await client.post("/both", json={})).json == "added"
    assert (await client.request("DELETE", "/both")).status == 405


async def test_errors_are_answered_as_elsewhere(client: Client) -> None:
    """A route is a handler like any other."""
    assert (await client.get("/users/ann/files/gone")).status == 410


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("users", ["GET"]),
        (7, ["GET"]),
        ("/<a>/<a>", ["GET"]),
        ("/<path:a>/x", ["GET"]),
        ("/<a", ["GET"]),
        ("/<float:a>", ["GET"]),
        ("/a<b>", ["GET"]),
        ("/../x", ["GET"]),
        ("/x?y", ["GET"]),
        ("/x", "GET"),
        ("/x", []),
        ("/x", ["get"]),
    ],
)
def test_malformed_routes_are_refused(path: Any, methods: Any) -> None:
    """Where they are written."""
    with pytest.raises(RegistrationError) as raised:
        route(path, methods=methods)
    assert raised.value.code == "HK547"


def test_functions_take_the_parameters_of_their_routes() -> None:
    """What does not is refused when its class is made."""

    def make() -> type:
        class Page(JsonResource):
            @route("/<a>")
            async def show(self, request: Any, b: str) -> Any:
                return b

        return Page

    with pytest.raises(RegistrationError, match=r"Page\.show cannot be called for the route '/<a>"):
        make()


def test_no_two_routes_are_the_same() -> None:
    """Whatever their parameters are called; another method is another route."""

    def make() -> type:
        class Page(JsonResource):
            @route("/<a>")
            async def one(self, request: Any, a: str) -> Any:
                return a

            @route("/<b>")
            async def two(self, request: Any, b: str) -> Any:
                return b

        return Page

    with pytest.raises(RegistrationError, match=r"Page\.one and two both serve GET /<b>"):
        make()


def test_routes_are_inherited() -> None:
    """And may be taken back, by a method without one."""

    class Fewer(Users):
        async def me(self, request: Any) -> Any:
            return "not routed"

    names = [name for _, _, name in Fewer._hostkit_routes.routes]
    assert "show" in names
    assert "me" not in names
