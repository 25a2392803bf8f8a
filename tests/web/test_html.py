from __future__ import annotations

from typing import Any

import pytest

from hostkit import ModuleApi
from hostkit.testing import Client, MakeClient, MakeHost, capture_logs
from hostkit.web import HtmlResource, HttpError, route


class Page(HtmlResource):
    async def on_GET(self, request: Any) -> Any:  # noqa: N802
        return "<p>grüß dich</p>"

    def on_POST(self, request: Any) -> Any:  # noqa: N802
        request.setResponseCode(201)
        return "<p>made</p>"

    async def on_PUT(self, request: Any) -> None:  # noqa: N802
        return None

    async def on_PATCH(self, request: Any) -> Any:  # noqa: N802
        return {"not": "a page"}

    @route("/<name>")
    async def show(self, request: Any, name: str) -> Any:
        raise HttpError(int(name) if name.isdigit() else 404, "no_user", f"no user <{name}>")


class Pages:
    def __init__(self, config: Any, api: ModuleApi) -> None:
        page: Any = Page
        api.register_web_resource("/page", page())


@pytest.fixture
def client(hostkit_host: MakeHost, hostkit_client: MakeClient) -> Client:
    """A client of a page."""
    return hostkit_client(hostkit_host([{"module": Pages, "name": "pages"}], categories=[]))


async def test_pages_are_html(client: Client) -> None:
    """In UTF-8, and browsers are not to take them for anything else."""
    answer = await client.get("/page")
    assert (answer.status, answer.text) == (200, "<p>grüß dich</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await client.post("/page")).status == 201
    nothing = await client.request("PUT", "/page")
    assert (nothing.status, nothing.body) == (204, b"")


async def test_errors_are_pages(client: Client) -> None:
    """What they say is escaped; a status may be one that HTTP has no name for."""
    answer = await client.get("/page/ann&bob")
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>404 Not Found</h1>\n<p>no user &lt;ann&amp;bob&gt;</p>" in answer.text
    assert "<title>499</title>" in (await client.get("/page/499")).text


async def test_what_is_no_page_is_a_failure(client: Client) -> None:
    """Of the module, which the log names."""
    with capture_logs("pages") as logs:
        answer = await client.request("PATCH", "/page")
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    assert "a page is a str, not dict" in str(logs.records[0].exc_info)


async def test_what_hostkit_answers_stays_json(client: Client) -> None:
    """As everywhere."""
    assert (await client.get("/page/a/b")).json["errcode"] == "not_found"
    assert (await client.request("DELETE", "/page")).json["errcode"] == "method_not_allowed"
