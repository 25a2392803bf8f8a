"""A client that is generated from the OpenAPI document has the types of the hooks."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.web.conftest import ask
from tests.web.shop import ROOT

if TYPE_CHECKING:
    from pathlib import Path

USE = """
from typing import assert_type

from hooks_client import AuthenticatedClient, Client
from hooks_client.api.shop import (
    shop_check_order,
    shop_find_price,
    shop_find_stock,
    shop_labels,
    shop_notify,
)
from hooks_client.models import (
    Decided,
    Error,
    Order,
    Price,
    ShopCheckOrderBody,
    ShopCheckOrderResponse200,
    ShopFindPriceBody,
    ShopFindPriceResponse200,
    ShopFindStockBody,
    ShopFindStockBodyShelvesItem,
    ShopFindStockResponse200,
    ShopLabelsBody,
    ShopLabelsResponse200,
)


def check(client: AuthenticatedClient | Client, order: Order) -> str | None:
    answer = shop_check_order.sync(client=client, body=ShopCheckOrderBody(order=order))
    if isinstance(answer, Decided):
        assert_type(answer.receipt, str)
        assert_type(answer.module, str | None)
        return answer.module
    if isinstance(answer, Error):
        assert_type(answer.errcode, str)
        return answer.errcode
    assert_type(answer, ShopCheckOrderResponse200 | None)
    return None


def find(client: Client) -> float | None:
    answer = shop_find_price.sync(client=client, body=ShopFindPriceBody(item="tea"))
    if isinstance(answer, ShopFindPriceResponse200):
        assert_type(answer.result, Price | None)
        return None if answer.result is None else answer.result.amount
    return None


def label(client: Client) -> list[str]:
    answer = shop_labels.sync(client=client, body=ShopLabelsBody(item="tea"))
    assert isinstance(answer, ShopLabelsResponse200)
    assert_type(answer.result, list[str])
    return answer.result


def stock(client: Client, order: Order) -> dict[tuple[int | str, ...], float]:
    shelf = ShopFindStockBodyShelvesItem(key=["north", 5], value=order)
    answer = shop_find_stock.sync(client=client, body=ShopFindStockBody(shelves=[shelf]))
    assert isinstance(answer, ShopFindStockResponse200)
    return {tuple(each.key): each.value.amount for each in answer.result}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate a client, and give the folder that it is in."""
    folder = tmp_path_factory.mktemp("client")
    document = ask(ROOT, "GET", "/_hostkit/openapi.json").body
    (folder / "openapi.json").write_bytes(document)
    command = "generate --path openapi.json --meta none --output-path hooks_client"
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *command.split(), "--fail-on-warning"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "WARNING" in done.stdout + done.stderr) == (0, False), done
    return folder


def test_a_generated_client_type_checks(folder: Path) -> None:
    """Arguments, results, denials and errors have the types that the host knows."""
    (folder / "use.py").write_text(USE, "utf-8")
    # The generator's own `client.py` is not strict, so only what the document says is checked.
    command = "-m mypy --strict --config-file= --follow-imports=silent use.py hooks_client/models"
    done = subprocess.run(
        [sys.executable, *command.split(), "hooks_client/api"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_generated_client_reads_the_answers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the gateway answers are values of the generated classes."""

    def answer(request: httpx.Request) -> httpx.Response:
        answered = ask(ROOT, request.method, request.url.path, request.content)
        return httpx.Response(answered.status, json=answered.json)

    monkeypatch.syspath_prepend(str(folder))
    transport = httpx.MockTransport(answer)
    made: Any = importlib.import_module("hooks_client").Client("http://host")
    client = made.set_httpx_client(httpx.Client(base_url="http://host", transport=transport))
    models: Any = importlib.import_module("hooks_client.models")
    calls: Any = importlib.import_module("hooks_client.api.shop")
    for name in ("check_order", "find_price", "find_stock", "labels"):
        importlib.import_module(f"hooks_client.api.shop.shop_{name}")
    order = models.Order(item="tea", count=6)
    denied = calls.shop_check_order.sync(client=client, body=models.ShopCheckOrderBody(order))
    assert (type(denied), denied.errcode, denied.module) == (models.Decided, "many", "shop")
    price = calls.shop_find_price.sync(client=client, body=models.ShopFindPriceBody("tea"))
    assert price.result == models.Price(2.5, "EUR")
    found = calls.shop_labels.sync(client=client, body=models.ShopLabelsBody("tea"))
    assert (found.result, json.dumps(found.to_dict())) == (["TEA"], '{"result": ["TEA"]}')
    shelf = models.ShopFindStockBodyShelvesItem(key=["north", 5], value=order)
    body = models.ShopFindStockBody(shelves=[shelf])
    (found,) = calls.shop_find_stock.sync(client=client, body=body).result
    assert (found.key, found.value) == (["north", 5], models.Price(1.5, "EUR"))
