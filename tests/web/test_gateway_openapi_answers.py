"""Answers in the OpenAPI document: tokens, denials, failures and traces."""

from __future__ import annotations

from hostkit import Category, Decision, Deny, hookspec, rules
from tests.web.conftest import call, make_host

from .test_gateway_openapi import Shapes, document_of, either


def test_answers_that_ask_for_a_token_are_described() -> None:
    """Every path has 401 and a bearer token, which a listener may or may not ask for."""
    document = document_of(Shapes)
    assert document["security"] == [{"token": []}, {}]
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path in document["paths"].values():
        for operation in path.values():
            answer = operation["responses"]["401"]["content"]["application/json"]["schema"]
            assert answer == {"$ref": "#/components/schemas/Error"}


def test_denials_and_failures_have_a_module_and_a_receipt() -> None:
    """A refusal of the gateway itself, with the same status, has neither."""
    document = document_of(Shapes)
    decided = document["components"]["schemas"]["Decided"]
    assert decided["required"] == ["errcode", "error", "module", "receipt"]
    responses = document["paths"]["/_hostkit/hooks/shapes/check_point"]["post"]["responses"]
    for status in ("403", "503"):
        assert responses[status]["content"]["application/json"]["schema"] == either(
            {"$ref": "#/components/schemas/Decided"}, {"$ref": "#/components/schemas/Error"}
        )
    for status in ("400", "405", "415", "500"):
        assert responses[status]["content"]["application/json"]["schema"] == {
            "$ref": "#/components/schemas/Error"
        }


def test_a_trace_is_described_with_its_key() -> None:
    """All fields of a receipt are there, and those of each step."""
    schemas = document_of(Shapes)["components"]["schemas"]
    assert schemas["Trace"]["properties"]["key"] == {}
    assert "key" in schemas["Trace"]["required"]
    assert schemas["Trace"]["properties"]["steps"]["items"] == {"$ref": "#/components/schemas/Step"}
    assert "outcome" in schemas["Step"]["required"]


def test_a_denial_is_as_described() -> None:
    """`Deny` itself can be a result, where all decisions are collected."""

    class Asked(Category):
        @hookspec(rules.Collect())
        async def ask_all(self) -> Decision:
            """Called for the opinions of all modules."""

    answer = call(make_host(Asked, ask_all=Deny("no", "never", why=5)), "asked.ask_all")
    assert answer.json == {"result": [{"code": "no", "reason": "never", "extra": {"why": 5}}]}
