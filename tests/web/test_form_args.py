"""Forms in ``request.args``: malformed ones are refused, and none takes long."""

from __future__ import annotations

import ast
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.test_request_forms import LONGEST_FORM_BYTES, Looking, send

if TYPE_CHECKING:
    from hostkit.testing import Answer

MOST_ARGS = 10_000
LINES = {ord(each): " " for each in "\r\n\0"}
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"


def fields(body: bytes, kind: str) -> Any:
    """Post a form, and give its fields."""
    answer = send(Looking(lambda args: repr(dict(args)).encode()), body, kind=kind)
    assert answer.status == 200, answer.body
    return ast.literal_eval(answer.body.decode())


def refused(body: bytes, kind: str) -> Answer:
    """Post a form that is refused before a page sees it."""
    answer = send(Looking(lambda _: b"seen"), body, kind=kind)
    assert answer.json["errcode"] == ("bad_form" if answer.status == 400 else "form_too_large")
    return answer


def part(disposition: str, value: bytes = b"1", *headers: str) -> bytes:
    """Write a part of a form."""
    lines = (f"Content-Disposition: {disposition}", *headers)
    return b"--xx\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + value + b"\r\n"


END = b"--xx--\r\n"


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"a=1&b=%41+c&a=", URLENCODED, {b"a": [b"1", b""], b"b": [b"A c"]}),
        (b"a=1", f"{URLENCODED}; charset=utf-8", {b"a": [b"1"]}),
        (b"a=1", f'{URLENCODED.upper()} ;charset="utf-8";', {b"a": [b"1"]}),
        (part('form-data; name="a"') + END, MULTIPART, {b"a": [b"1"]}),
        (part("form-data; name=a") * 2 + END, MULTIPART, {b"a": [b"1", b"1"]}),
        (
            part('Form-Data; filename="; name=b"; name="a"', b"\r\n--x\xff") + END,
            'Multipart/Form-Data; charset=utf-8; boundary="xx"',
            {b"a": [b"\r\n--x\xff"]},
        ),
        (part('form-data; name="gr\u00fcn \\"x\\" C:\\y"', b"") + END, MULTIPART, None),
        (part('form-data; name="a"', b"1", "Content-Type: text/plain") + END, MULTIPART, None),
        (part("form-data") + END, MULTIPART, {}),
        (part("form-data; name*=utf-8''a") + END, MULTIPART, {}),
        (b"--xx\r\n\r\n1\r\n" + END, MULTIPART, {}),
        (b"before\r\n" + part("form-data; name=a") + END + b"after", MULTIPART, {b"a": [b"1"]}),
        (END, MULTIPART, {}),
        (b"a=1", "text/plain", {}),
        (b"a=1", "multipart", {}),
    ],
)
def test_forms_are_read(body: bytes, kind: str, expected: Any) -> None:
    """As browsers and libraries write them; what has no name is left out."""
    if expected is None:
        expected = (
            {b"a": [b"1"]} if b"text/plain" in body else {'gr\u00fcn "x" C:\\y'.encode(): [b""]}
        )
    assert fields(body, kind) == expected


@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data"])
@pytest.mark.parametrize(
    "rest",
    [
        "((((",
        "; charset*0*",
        "; charset",
        '; charset="x',
        "; =x",
        ";a=b c",
        "; a=b; A=c",
        "/x",
        ",x",
    ],
)
def test_a_malformed_content_type_is_refused(kind: str, rest: str) -> None:
    """Before a page sees it, in JSON; the connection goes on."""
    assert refused(b"a=1", kind + rest).status == 400


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; boundary={'x' * 71}",
        'multipart/form-data; boundary="gr\u00fcn"',
    ],
)
def test_a_form_in_parts_needs_a_boundary(kind: str) -> None:
    """The client is told what is missing."""
    error = refused(END, kind).json["error"]
    assert error == "the form cannot be read: its content type names no boundary"


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense",
        part("form-data; name=a"),
        part("form-data; name=a") + b"--xxx--\r\n",
        b"--xx",
        b"--xx\r\n" + END,
        b"--xx\r\nContent-Disposition: form-data; name=a\r\n" + END,
        part("attachment; name=a") + END,
        part('form-data; name="a') + END,
        part("form-data; name=a; name=b") + END,
        part("form-data name=a") + END,
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    """As it would be guesswork what its fields are."""
    assert refused(body, MULTIPART).status == 400


def nested(depth: int) -> bytes:
    """Write parts in parts, as mail may have them."""
    heads = [
        b"--%s\r\nContent-Type: multipart/x; boundary=y%d\r\n\r\n" % (outer, number)
        for number, outer in enumerate([b"xx", *(b"y%d" % each for each in range(depth))])
    ]
    return (b"".join(heads) + b"\r\n" * LONGEST_FORM_BYTES)[:LONGEST_FORM_BYTES]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (part('form-data; x="' + '\\";' * 60_000) + END, MULTIPART),
        (part("form-data; " + "x=y; " * 50_000) + END, MULTIPART),
        (part("form-data" + ";" * 250_000 + "(") + END, MULTIPART),
        (part("form-data; a" + " " * 250_000) + END, MULTIPART),
        (nested(300), MULTIPART),
        (b"\r\n--xx" * 40_000, MULTIPART),
        (b"--xx\r\n" * 40_000, MULTIPART),
        (b"&" * LONGEST_FORM_BYTES, URLENCODED),
        (b";" * LONGEST_FORM_BYTES, URLENCODED),
        (b"a=&" * 80_000, URLENCODED),
        (b"x", MULTIPART + '; x="' + '\\"' * 7000),
        (b"x", MULTIPART + ";" * 15_000 + "("),
        (b"x", MULTIPART + "; x" + " " * 15_000 + "("),
    ],
)
def test_no_form_takes_long(body: bytes, kind: str) -> None:
    """Twisted's own reader took up to 19 s for these, in which nothing else was served."""
    assert len(body) <= LONGEST_FORM_BYTES
    began = time.process_time()
    assert refused(body, kind).status in {400, 413}
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"&".join([b"a=1"] * MOST_ARGS), URLENCODED),
        (part("form-data; name=a") * MOST_ARGS, MULTIPART.replace("xx", "x" * 1)),
    ],
)
def test_a_form_has_so_many_fields(body: bytes, kind: str) -> None:
    """One more is refused with 413."""
    if kind == URLENCODED:
        assert len(fields(body, kind)[b"a"]) == MOST_ARGS
        assert refused(body + b"&a=1", kind).status == 413
        return
    tiny = b"--x\r\n\r\n\r\n"
    assert fields(tiny * MOST_ARGS + b"--x--", kind) == {}
    assert refused(tiny * (MOST_ARGS + 1) + b"--x--", kind).status == 413


@given(
    st.sampled_from(["multipart/form-data", URLENCODED, ""]),
    st.text(st.characters(max_codepoint=255), max_size=40),
)
def test_any_content_type_is_read_or_refused(kind: str, rest: str) -> None:
    """Nothing is raised."""
    answer = send(Looking(lambda _: b"seen"), b"", kind=(kind + rest).translate(LINES))
    assert answer.status in {200, 400}
