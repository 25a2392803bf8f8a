"""What is wrong with an endpoint string, in the words of its author."""

from __future__ import annotations

import re
import sys
from ipaddress import ip_address
from typing import Final, final

from hostkit.codes import Code
from hostkit.web._endpoint_kinds import EXAMPLES, KINDS, kind_of
from hostkit.web._endpoint_meant import WEB_KINDS, escape, from_url, guess, write_endpoint
from hostkit.web._twisted_private import parse_endpoint
from hostkit.wording import did_you_mean, either

_VARIABLE: Final = re.compile(r"\$\{(\w[^}]*)\}|!env +(\w+)")
_WRAPPER: Final = "haproxy"
_URL: Final = "this is a URL, which says how to reach a server and not where to listen"
_LARGEST_PORT: Final = 65535
LONGEST_SOCKET_BYTES: Final = 107 if sys.platform == "linux" else 103
"""How long the path of a UNIX socket may be."""


@final
class EndpointError(ValueError):
    """An endpoint string that cannot be listened at.

    Args:
        why: What is wrong.
        expected: What would have been right.
        hint: What was probably meant.
        code: What kind of problem it is.
    """

    def __init__(
        self,
        why: str,
        *,
        expected: str = f"a Twisted endpoint string such as {EXAMPLES['tcp']}",
        hint: str | None = None,
        code: Code = Code.BAD_ENDPOINT,
    ) -> None:
        super().__init__(why)
        self.expected = expected
        self.hint = hint
        self.code = code


def check_endpoint(text: str) -> None:
    """Check an endpoint string, without looking at files.

    Kinds that were added to Twisted by other packages are left to them.

    Args:
        text: The string.

    Raises:
        EndpointError: It is wrong.
    """
    if _VARIABLE.search(text):
        written = _VARIABLE.sub(lambda found: f"${{{found[1] or found[2]}}}", text)
        raise EndpointError(
            "variables are filled in only where the value begins with `!env`",
            hint=f'write !env "{written}"',
        )
    arguments, options = split_endpoint(text)
    kind = arguments[0]
    if kind == "stdio":
        raise EndpointError("standard input and output serve one client, and are the log's")
    if kind == _WRAPPER:
        if split_endpoint(inner_of(text))[0][0] in {"", _WRAPPER}:
            raise EndpointError(
                "haproxy: stands before another endpoint",
                expected=f"{_WRAPPER}:{EXAMPLES['tcp']}",
            )
        check_endpoint(inner_of(text))
    elif kind_of(kind).parts:
        _check_colons(kind, text)
        _check_repeated(kind, text)
        given = _named(kind, arguments[1:], options)
        for name, value in given.items():
            _check_value(kind, name, value)


def split_endpoint(text: str) -> tuple[list[str], dict[str, str]]:
    """Split an endpoint string as `parse_endpoint` does.

    Raises:
        EndpointError: It ends within an escape, or does not begin with its kind.
    """
    try:
        arguments, options = parse_endpoint(text)
    except Exception:  # noqa: BLE001 -- Twisted's own, of no particular kind
        raise EndpointError("it ends with a backslash, which escapes what follows") from None
    if not arguments:
        raise EndpointError("it does not begin with a kind", expected=f"such as {EXAMPLES['tcp']}")
    return arguments, options


def inner_of(text: str) -> str:
    """Return the endpoint string that ``haproxy:`` wraps, or any other one as it is."""
    return text.partition(":")[2] if text.partition(":")[0] == _WRAPPER else text


def parts_of(text: str) -> dict[str, str]:
    """Name the parts of an endpoint string that was checked; ``kind`` is the first one.

    Args:
        text: The string; of one that ``haproxy:`` wraps, the wrapped one counts.
    """
    arguments, options = split_endpoint(inner_of(text))
    kind = arguments[0]
    named = zip(kind_of(kind).parts, arguments[1:], strict=False)
    return {"kind": kind, **dict(named), **options}


def unknown_kind(text: str) -> EndpointError:
    """Say what was probably meant by an endpoint string of a kind that Twisted does not know."""
    kind = split_endpoint(text)[0][0]
    meant = from_url(text)
    if meant is not None:
        return EndpointError(_URL, hint=f"write {meant}")
    if kind in WEB_KINDS:
        keys = ":privateKey=key.pem:certKey=cert.pem" if kind == "https" else ""
        return EndpointError(
            f"there is no kind {kind!r}: HTTP is served at endpoints of every kind",
            hint=f"write {text.replace(kind, WEB_KINDS[kind], 1)}{keys}",
        )
    meant = guess(text)
    if meant is not None:
        return EndpointError("it does not begin with a kind", hint=f"write {meant}")
    kinds = tuple(KINDS)
    return EndpointError(
        f"there is no kind {kind!r}",
        expected=f"{either(kinds)}, as in {EXAMPLES['tcp']}",
        hint=did_you_mean(kind.strip().lower(), kinds),
    )


def _check_colons(kind: str, text: str) -> None:
    """Find a value with a colon that is not escaped."""
    for part in re.split(r":(?=[A-Za-z]\w*=)", text)[1:]:
        name, _, value = part.partition("=")
        if name not in KINDS[kind].parts or not re.search(r"(?<!\\):", value):
            continue
        before, _, port = value.rpartition(":")
        if name == "interface" and port.isdecimal() and before and ":" not in before:
            raise EndpointError(
                f"{name}: {value!r} has a port, which stands right after the kind",
                hint=f"write {write_endpoint('tcp', before, port)}",
            )
        raise EndpointError(
            f"{name}: a colon begins the next part, unless a backslash stands before it",
            hint=f"write {name}={escape(value.strip('[]'))}",
        )
    if "=" not in text and kind in {"tcp", "tcp6"}:
        rest = text.partition(":")[2]
        if rest.startswith("//"):
            meant = from_url(f"http:{rest}")
            raise EndpointError(_URL, hint=meant and f"write {meant}")
        address = re.fullmatch(r"(\[.+\]|[\w.-]*[A-Za-z.][\w.-]*):(\d+)", rest)
        if address is not None:
            raise EndpointError(
                "the port stands first", hint=f"write {write_endpoint(kind, *address.groups())}"
            )


def _check_repeated(kind: str, text: str) -> None:
    """Find an option that stands there twice, or without a value."""
    parts = re.split(r"(?<!\\):", text)[1:]
    options = (re.split(r"(?<!\\)=", part, maxsplit=1) for part in parts)
    names = [name for name, *value in options if value]
    for name in names:
        if names.count(name) > 1:
            raise EndpointError(f"{kind}: {name} stands there twice", expected=EXAMPLES[kind])
    for number, part in enumerate(parts[1:], 1):
        if part in KINDS[kind].parts:
            value = parts[number + 1] if number + 1 < len(parts) else "VALUE"
            raise EndpointError(
                f"{kind}: {part} has no value",
                expected=EXAMPLES[kind],
                hint=f"write {part}={value}",
            )


def _named(kind: str, arguments: list[str], options: dict[str, str]) -> dict[str, str]:
    """Give each part of an endpoint its name."""
    names = KINDS[kind].parts
    example = f"as in {EXAMPLES[kind]}"
    for name in options:
        if name in names:
            continue
        if kind == "tls" and name in KINDS["ssl"].parts:
            raise EndpointError(
                f"`tls:` takes a folder of certificates, and no {name}",
                expected=EXAMPLES["tls"],
                hint=f"write ssl: instead of tls:, as in {EXAMPLES['ssl']}",
            )
        raise EndpointError(
            f"{kind}: there is no option {name!r}",
            expected=f"{either(names)}, {example}",
            hint=did_you_mean(name, names),
        )
    if len(arguments) > len(names):
        raise EndpointError(
            f"{kind}: {arguments[len(names)]!r} is one part more than there are",
            expected=f"{either(names)}, {example}",
            hint="a colon that belongs to a value is written as \\:",
        )
    given = dict(zip(names, arguments, strict=False))
    twice = next(iter(given.keys() & options.keys()), None)
    if twice is not None:
        raise EndpointError(
            f"{kind}: {twice} stands there twice, as {given[twice]!r} and {options[twice]!r}",
            expected=EXAMPLES[kind],
        )
    given |= options
    needed = names[0]
    if not given.get(needed):
        raise EndpointError(f"{kind}: the {needed} is missing", expected=EXAMPLES[kind])
    return given


def _check_value(kind: str, name: str, value: str) -> None:
    if name == "port":
        _check_port(value)
    elif name == "backlog" and not re.fullmatch(r"[0-9]{1,9}", value):
        raise EndpointError(f"backlog: {value!r} is not a number")
    elif name == "mode" and not re.fullmatch(r"(0o?)?[0-7]{1,4}", value):
        raise EndpointError(
            f"mode: {value!r} is not an octal number such as 660",
            expected=EXAMPLES["unix"],
            hint="a colon that belongs to the path is written as \\:"
            if not value.isdigit()
            else None,
        )
    elif name == "lockfile" and value not in {"0", "1"}:
        raise EndpointError(f"lockfile: {value!r} is neither 0 nor 1")
    elif name == "interface" and value:
        _check_interface(kind, value)
    elif kind == "unix" and name == "address":
        if "\0" in value:
            raise EndpointError("the path of the socket has a NUL", expected=EXAMPLES["unix"])
        length = len(value.encode())
        if length > LONGEST_SOCKET_BYTES:
            raise EndpointError(
                f"the path of the socket has {length} bytes, and systems take "
                f"{LONGEST_SOCKET_BYTES}",
                expected="a shorter path; a relative one starts at the config file's folder",
            )


def _check_port(value: str) -> None:
    if not re.fullmatch(r"[0-9]{1,99}", value.strip()):
        hint = None
        if re.fullmatch(r"(?![0-9][0-9A-Za-z_]*$)[\w.-]*[A-Za-z.][\w.-]*|\*", value):
            hint = f"the port stands first, as in {write_endpoint('tcp', value, '8080')}"
        raise EndpointError(f"the port {value!r} is not a number", hint=hint)
    if int(value) > _LARGEST_PORT:
        raise EndpointError(
            f"the port {value.strip()} is too large", expected=f"a port from 0 to {_LARGEST_PORT}"
        )


def _check_interface(kind: str, value: str) -> None:
    try:
        version = ip_address(value.partition("%")[0]).version
    except ValueError:
        if re.fullmatch(r"[0-9.]+", value) or not re.fullmatch(r"[\w.-]+", value):
            raise EndpointError(
                f"interface: {value!r} is not an address of a network interface",
                expected=f"an IP address, as in {EXAMPLES['tcp']} or {EXAMPLES['tcp6']}",
            ) from None
        return
    if kind == "tcp6" and version == 4:  # noqa: PLR2004
        raise EndpointError(
            f"interface: tcp6 listens on IPv6, and {value} is not an address of it",
            hint="write tcp: instead of tcp6:",
        )
