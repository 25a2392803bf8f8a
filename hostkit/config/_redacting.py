"""`Redactor`: takes the secrets of a file out of texts, whole or in pieces, and however quoted.

Others shorten what they quote: the reprs of long strings, lines of a key file. So it is not enough
to look for a secret as a whole. Every eight characters of it are kept in a set, and wherever eight
characters of a text are found there, they are masked. That takes the same time for one secret as
for thousands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, final
from urllib.parse import SplitResult, unquote, urlsplit

from hostkit.config._quoting import read_base64, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONG: Final = 8
"""So many characters make a secret, or a piece of one; each `1` of a log would be masked else."""

MASK: Final = "[redacted]"
"""What stands where a secret was."""

# Whoever looks at every fifth place of a text for four characters cannot pass over eight.
_SHORT: Final = 4
_STRIDE: Final = LONG - _SHORT + 1
# What has fewer characters of its own, such as dashes and spaces, says nothing.
_FEW: Final = 4
_SPACES: Final = " \n"
# A longer one is not a URL or the like, and what its pieces are not is not looked for.
_LONGEST_WHOLE: Final = 1000
# Of what is longer, not all pieces are kept: that would take a hundred times its size.
_LONGEST_EXACT: Final = 256 * 1024
# Letters and digits, as in no word of any language.
_MIXED: Final = re.compile(r"(?=.*[^\W\d_])(?=.*\d).{6,}", re.DOTALL)
_OPTION: Final = re.compile(r"[?&][\w.-]+=")
COMMON_WORDS: Final = frozenset(
    [
        "127.0.0.1",
        "administrator",
        "anonymous",
        "continue",
        "critical",
        "database",
        "databases",
        "development",
        "disabled",
        "external",
        "hostname",
        "internal",
        "listener",
        "listeners",
        "listening",
        "localdomain",
        "localhost",
        "localhost.localdomain",
        "memcached",
        "optional",
        "password",
        "passwords",
        "postgres",
        "postgresql",
        "production",
        "rabbitmq",
        "reloaded",
        "required",
        "settings",
        "tcp:8080:interface=127.0.0.1",
        "username",
    ]
)
"""Words that logs are full of, and could not be read without; they protect nothing anyway."""


@lru_cache(maxsize=4)
def redactor_of(secrets: frozenset[str]) -> Redactor:
    """Make what takes secrets out of texts, once for a file.

    Args:
        secrets: The secrets.
    """
    return Redactor(secrets)


@final
class Redactor:
    """Takes secrets out of texts.

    A value of at least eight characters is masked wherever it stands: as it is, or as `repr`, JSON,
    URLs or base64 quote it; and so is each piece of it that has eight characters. What is shorter,
    or one of the words that logs are full of, is masked only as a whole value.

    Args:
        secrets: The secrets.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        values = {value for secret in secrets for value in (secret, *_passwords(secret)) if value}
        long = {value for value in values if len(value) >= LONG and value not in COMMON_WORDS}
        grams: set[str] = set()
        quick: set[str] = set()
        sparse: set[str] = set()
        for form in (form for value in long for form in (value, *_in_bytes(value))):
            if len(form) > _LONGEST_EXACT:
                sparse |= _sample(form)
                continue
            grams |= _specific(form)
            quick |= {form[at : at + _SHORT] for at in range(len(form) - _SHORT + 1)}
        self._grams: Final = grams
        self._quick: Final = quick
        self._sparse: Final = sparse
        self._wholes: Final = tuple(
            value
            for value in sorted(long)
            if len(value) <= _LONGEST_WHOLE
            and any(value[at : at + LONG] not in grams for at in range(len(value) - LONG + 1))
        )
        short = sorted(values - long, key=len, reverse=True)
        self._values: Final = re.compile("|".join(map(_as_whole, short))) if short else None
        self._has_spaces: Final = any(" " in value for value in long)
        self._is_idle: Final = not values

    def redact(self, text: str) -> str:
        """Replace every secret in a text, and every piece of one, by ``[redacted]``.

        Args:
            text: The text, as long as it may be: what is cut off before cannot be recognised.
        """
        if self._is_idle:
            return text
        spans = self._find(text)
        for view in unquoted(text, plus_is_space=self._has_spaces):
            spans += [
                (view.starts[start], view.starts[end]) for start, end in self._find(view.text)
            ]
        return _mask(text, spans) if spans else text

    def _find(self, text: str) -> list[tuple[int, int]]:
        spans = list(self._search(text))
        for run in read_base64(text, LONG):
            spans += [(run.start(first), run.end(last)) for first, last in self._search(run.text)]
        return spans

    def _search(self, text: str) -> Iterator[tuple[int, int]]:
        quick, grams = self._quick, self._grams
        near = [at for at in range(0, len(text) - 3, _STRIDE) if text[at : at + _SHORT] in quick]
        for at in near:
            for start in range(max(at - _STRIDE + 1, 0), at + 1):
                if text[start : start + LONG] in grams:
                    yield start, start + LONG
        if self._sparse:
            for start in range(len(text) - LONG + 1):
                if text[start : start + LONG] in self._sparse:  # its neighbours are not known
                    yield max(start - LONG, 0), min(start + 2 * LONG, len(text))
        for value in self._wholes:
            start = text.find(value)
            while start >= 0:
                yield start, start + len(value)
                start = text.find(value, start + len(value))
        if self._values is not None:
            yield from (found.span() for found in self._values.finditer(text))


def _mask(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    masked = 0  # up to here the text is written
    for start, end in sorted(spans):
        if start >= masked:
            parts += (text[masked:start], MASK)
        masked = max(masked, end)
    return "".join((*parts, text[masked:]))


def _as_whole(value: str) -> str:
    """Write a pattern for a short value: in quotes, behind an equals sign, or alone."""
    plain = re.escape(value)
    if _MIXED.fullmatch(value) and value not in COMMON_WORDS:
        return plain
    forms = [rf"(?<=')(?:{plain})(?=')", rf'(?<=")(?:{plain})(?=")', rf"\A(?:{plain})\Z"]
    forms.append(rf"(?<==)(?:{plain})(?!\w)")
    return "|".join(forms)


def _in_bytes(value: str) -> Iterator[str]:
    """Write what is not ASCII as the bytes that URLs and base64 have of it."""
    if not value.isascii():
        yield value.encode("utf-8", "surrogatepass").decode("latin-1")


def _specific(value: str) -> set[str]:
    """List the pieces of a value, without those that give nothing away."""
    pieces = {value[at : at + LONG] for at in range(len(value) - LONG + 1)}
    specific = {each for each in pieces if len({*each, *_SPACES}) >= _FEW + len(_SPACES)} or pieces
    public = _public(value)
    if public:
        specific = {each for each in specific if not any(each in part for part in public)}
    return specific


def _sample(value: str) -> set[str]:
    """List every ninth piece of the lines of a very long value, so that they take little memory.

    Any sixteen characters of it contain one of them, and so does any whole line of eight.
    """
    found: set[str] = set()
    for line in value.splitlines():
        last = len(line) - LONG
        found |= {line[at : at + LONG] for at in (*range(0, last + 1, LONG + 1), last) if at >= 0}
    return {each for each in found if len({*each, *_SPACES}) >= _FEW + len(_SPACES)}


def _public(value: str) -> tuple[str, ...]:
    """Name the parts of a value that give nothing away, which are common words; or those of a URL.

    Scheme, user and host of a URL can be seen, and the names of its options.
    """
    words = tuple(word for word in COMMON_WORDS if len(word) >= LONG and word in value)
    url = _split(value)
    if url is None or not url.netloc:
        return words
    user, at, host = url.netloc.rpartition("@")
    name = user.partition(":")[0]
    start = f"{url.scheme}://{f'{name}:' if at else host}"
    return (*words, start, f"{at}{host}/", *_OPTION.findall(value))


def _passwords(secret: str) -> tuple[str, ...]:
    url = _split(secret)
    password = None if url is None else url.password
    return () if password is None else (password, unquote(password))


def _split(value: str) -> SplitResult | None:
    try:
        return urlsplit(value)
    except ValueError:  # not a URL
        return None
