"""`Marks`: what the marks in a rule's fragments stand for, in one of a chain's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

INDENT: Final = "    "
_END: Final = {"@return": "decided", "@allow": "allowed"}
"""What the draft of a receipt is told by the marks that end a chain."""


@final
class Marks:
    """Writes what stands for a mark, in lines of Python; see `hostkit.rules._rule`.

    In its methods, ``index`` is a callback's place in the chain.

    Args:
        length: How many callbacks there are.
        timed: Whether the function reads the clock.
        reads: Whether the rule reads raw answers.
        has_draft: Whether there can be a draft of a receipt.
    """

    def __init__(self, length: int, *, timed: bool, reads: bool, has_draft: bool) -> None:
        self._length = length
        self._timed = timed
        self._reads = reads
        self._has_draft = has_draft

    def clock(self, index: int) -> Iterator[str]:
        """Read the clock after a callback; two names take turns, however long the chain."""
        if self._timed:
            before, after = readings(index)
            yield f"{after} = _now()"
            yield f"_seconds[{index}] += {after} - {before}"
            yield "if _t is not None:"
            yield INDENT + f"_t.seconds[{index}] = {after} - {before}"

    def look_again(self, index: int) -> Iterator[str]:
        """Read the clock after work of our own, which is not to count for the next callback."""
        if self._timed:
            yield f"{readings(index)[1]} = _now()"

    def times(self, index: int) -> str:
        """When the call began, and when its last callback began and ended, as last arguments."""
        if not self._timed or not self._length:
            return ""
        return f", _s, {', '.join(readings(index))}"

    def expand(self, index: int, fragment: Sequence[str]) -> Iterator[str]:
        """Replace the marks in a rule's fragment; see `hostkit.rules._rule`."""
        for line in fragment:
            text = line.lstrip()
            indent = line[: len(line) - len(text)]
            mark, _, rest = text.partition(" ")
            if mark == "@read":
                lines: Iterator[str] = self._read(index)
            elif mark == "@refuse":
                lines = iter([f"_t, _r = {self._refused(index, '_r, None')}"])
            elif mark == "@kept":
                lines = self._kept(index)
            elif mark == "@deny":
                lines = self._deny(index, rest)
            elif mark == "@replace":
                lines = self._replace(index, rest)
            elif mark in ("@return", "@allow"):
                lines = self.end(index, rest, mark)
            else:
                lines = iter([text])
            yield from (indent + expanded for expanded in lines)

    def _read(self, index: int) -> Iterator[str]:
        yield "_v = _r"
        yield "try:"
        yield INDENT + "_r = _read(_v)"
        yield "except _Exception as _e:"
        yield INDENT + f"_t, _r = {self._refused(index, '_v, _e')}"
        yield from self.look_again(index)

    def _replace(self, index: int, name: str) -> Iterator[str]:
        yield "try:"
        yield INDENT + f"{name} = _r.change({name})"
        yield "except _Exception as _e:"
        yield INDENT + f"_t, _r = {self._refused(index, '_v, _e')}"
        yield "else:"
        yield from indented(self._kept(index, "_r.result"))
        yield INDENT + "_allowed = _r.result"
        yield INDENT + "_r = _CONTINUE"
        yield from self.look_again(index)

    def _kept(self, index: int, what: str = "_r") -> Iterator[str]:
        if self._timed:
            yield "if _t is not None:"
            yield INDENT + f"_t.answered({index}, {what})"

    def _refused(self, index: int, what: str) -> str:
        return f"_refused({index}, {what}, _t{self.times(index)})"

    def _deny(self, index: int, condition: str = "") -> Iterator[str]:
        if self._timed:
            lines = [
                f"_ended[{index}] += 1",
                "if _t is None:",
                INDENT + f"_log((_seat{index}, _r{self.times(index)}))",
                "else:",
                INDENT + f"_t.decided({index}, _r{self.times(index)})",
            ]
        else:
            if self._reads:  # a denial that was made by reading is another one each time
                yield "if _r is not _v and _t is None:"
                yield INDENT + f"_log((_seat{index}, _r))"
                yield INDENT + "return _r"
            # Many modules deny with a constant. It is known from the last time, and so is what to
            # append to the receipts.
            yield f"if _r is _entry{index}[1] and _t is None:"
            yield INDENT + f"_log(_entry{index})"
            yield INDENT + "return _r"
            lines = [
                "if _t is None:",
                INDENT + f"_entry{index} = (_seat{index}, _r)",
                INDENT + f"_log(_entry{index})",
                "else:",
                INDENT + f"_t.decided({index}, _r)",
            ]
        lines.append("return _r")
        if condition:
            yield condition + ":"
            yield from indented(lines)
        else:
            yield from lines

    def end(self, index: int | None, value: str, mark: str = "@return") -> Iterator[str]:
        """Return a value, with the answer of a callback or (`None`) with none of them."""
        last = self._length - 1 if index is None else index
        if self._timed and index is not None:
            yield f"_ended[{index}] += 1"
        if self._has_draft:
            yield "if _t is not None:"
            yield INDENT + f"_t.{_END[mark]}({index}, {value}{self.times(last)})"
        yield f"return {value}"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Indent lines once."""
    return (INDENT + line for line in lines)


def readings(index: int) -> tuple[str, str]:
    """Name the readings of the clock before and after a callback."""
    return ("_b", "_a") if index % 2 else ("_a", "_b")
