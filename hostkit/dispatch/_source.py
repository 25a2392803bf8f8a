"""Write the Python function that runs one hook's chain.

Two functions are compiled for each hook. The *lean* one has nothing on its happy path that a loop
written by hand would not have. The *timed* one also reads the clock before and after each callback;
the lean one calls it when the global ``_armed`` is set, which is how times are sampled.

All local and global names begin with an underscore, which the names of arguments may not. That goes
for builtins too: `type` is a good name for an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

_INDENT: Final = "    "
_SLOW: Final = 'if _hasattr(_r, "__await__") or _type(_r) is _Generator:'


def write_chain(spec: Hookspec, callbacks: Sequence[Callback], *, timed: bool) -> str:
    """Write one of a chain's two functions, called ``_lean`` and ``_timed``."""
    writer = _Writer(spec, callbacks, timed=timed)
    return "\n".join(writer.lines()) + "\n"


class _Writer:
    """Writes one function; a method for each of its parts."""

    def __init__(self, spec: Hookspec, callbacks: Sequence[Callback], *, timed: bool) -> None:
        self._spec = spec
        self._callbacks = callbacks
        self._timed = timed
        self._await = "await " if spec.is_async else ""
        self._can_deny = "deny" in spec.rule.policies
        self._has_draft = timed or bool(callbacks) or (self._can_deny and spec.has_fallback)
        # With nothing to ask, a plain function is called quicker; see `Chain.bind`.
        self._is_method = timed or bool(callbacks)

    def lines(self) -> Iterator[str]:
        """The whole function."""
        yield self._head()
        yield from _indented(self._body())

    def _head(self) -> str:
        parameters = ["self"] if self._is_method else []
        for parameter in self._spec.signature.parameters.values():
            default = "" if parameter.default is parameter.empty else f"=_default_{parameter.name}"
            parameters.append(parameter.name + default)
        if self._timed:
            parameters += ["*", "_t=None"]
        name = "_timed" if self._timed else "_lean"
        kind = "async def" if self._spec.is_async else "def"
        return f"{kind} {name}({', '.join(parameters)}):"

    def _body(self) -> Iterator[str]:
        if self._timed:
            yield "_s = _a = _now()"
        elif self._callbacks:
            if self._can_deny:
                entries = (f"_entry{index}" for index in range(len(self._callbacks)))
                yield f"global {', '.join(entries)}"
            arguments = "".join(f", {name}" for name in self._spec.arguments)
            yield "if _armed:"
            yield _INDENT + "_open_window()"
            yield _INDENT + f"return {self._await}_timed(self{arguments})"
        if not self._timed and self._has_draft:
            yield "_t = None"
        yield from self._spec.rule.before
        for index, callback in enumerate(self._callbacks):
            yield from self._ask(index, callback)
        if self._timed and self._callbacks:
            yield f"_ended[{len(self._callbacks) - 1}] += 1"
        yield from self._finish()

    def _finish(self) -> Iterator[str]:
        """What is done when no callback ended the chain."""
        after = self._spec.rule.after
        if self._spec.has_fallback:
            yield "_at = None"
            yield from self._guarded(self._fall_back())
        elif any(not line.startswith("@") for line in after):
            yield from self._guarded(self._end(after))
        else:
            yield from self._end(after)

    def _end(self, fragment: Sequence[str]) -> Iterator[str]:
        """Replace the marks in what a rule does last, where only a return can stand."""
        for line in fragment:
            mark, _, rest = line.partition(" ")
            yield from self._return(None, rest) if mark == "@return" else (line,)

    def _fall_back(self) -> Iterator[str]:
        caller = "self" if self._is_method else "_caller"
        arguments = ", ".join((caller, *self._spec.arguments))
        yield f"_r = {self._await}_fallback({arguments})"
        if self._can_deny:
            yield "if _r is not _allow and _t is None:"
            yield _INDENT + "_t = _open()"
        yield from self._return(None, "_r")

    def _guarded(self, lines: Iterable[str]) -> Iterator[str]:
        """Run the host's own code, whose failure is no module's doing."""
        if not self._has_draft:
            yield from lines
            return
        yield "try:"
        yield from _indented(lines)
        yield "except _BaseException as _e:"
        yield _INDENT + "if _t is not None:"
        yield _INDENT * 2 + "_t.abandoned(_e)"
        yield _INDENT + "raise"

    def _ask(self, index: int, callback: Callback) -> Iterator[str]:
        """Call one callback and do what the rule says about its answer."""
        yield f"_at = {index}"
        if not callback.shadow:  # an argument that cannot be copied is no fault of the module's
            copies = list(self._copies(callback))
            yield from copies
            if copies and self._timed:
                yield f"{_readings(index)[0]} = _now()"
        yield "try:"
        yield from _indented(self._call(index, callback))
        yield "except _Exception as _e:"
        yield from _indented(self._clock(index))
        if callback.shadow:
            times = self._times(index)
            yield _INDENT + f"_t = _shadow_failed({index}, _e, _t{times})"
            yield from _indented(self._look_again(index))
            answered = f"_t = _shadow_answered({index}, _r, _t{times})"
            answer = [*self._clock(index), answered, *self._look_again(index)]
            yield "except _BaseException as _e:"
            yield _INDENT + f"_t = _shadow_stopped({index}, _e, _t)"
            yield from _indented(self._clock(index))
        else:
            yield _INDENT + f"_t, _r = _failed({index}, _e, _t{self._times(index)})"
            if self._can_deny:
                yield _INDENT + "if _r is not _CONTINUE:"
                yield from _indented(_indented(self._return(index, "_r")))
            yield from _indented(self._look_again(index))
            answer = [*self._clock(index), *self._expand(index, self._spec.rule.answer)]
            if self._timed or index:
                yield "except _BaseException:"
                yield from _indented(self._cancelled(index))
        if answer:
            yield "else:"
            yield from _indented(answer)

    def _cancelled(self, index: int) -> Iterator[str]:
        if self._timed and index:  # those before were measured
            yield f"_ended[{index - 1}] += 1"
        yield "if _t is not None:"
        yield _INDENT + f"_t.cancelled({index})"
        yield "raise"

    def _copies(self, callback: Callback) -> Iterator[str]:
        for name in callback.fit.names:
            if name in self._spec.copy:
                yield f"_copy_{name} = _deepcopy({name})"
            elif callback.shadow:
                yield f"_copy_{name} = _isolate({name})"

    def _call(self, index: int, callback: Callback) -> Iterator[str]:
        if callback.shadow:
            yield from self._copies(callback)
        copied = callback.fit.names if callback.shadow else self._spec.copy
        arguments = ", ".join(_argument(text, copied) for text in callback.fit.arguments)
        call = f"_c{index}({arguments})"
        if self._spec.is_async and callback.fit.is_async and callback.timeout_seconds is None:
            yield f"_r = await {call}"
            return
        yield f"_r = {call}"
        if not self._spec.is_async:
            yield "if _type(_r) is _Coroutine:"
            yield _INDENT + "_stray(_r)"
        else:
            yield _SLOW
            limited = callback.timeout_seconds is not None
            yield _INDENT + f"_r = await {f'_limit({index}, _r)' if limited else '_settle(_r)'}"

    def _clock(self, index: int) -> Iterator[str]:
        """Read the clock after a callback; two names take turns, however long the chain."""
        if self._timed:
            before, after = _readings(index)
            yield f"{after} = _now()"
            yield f"_seconds[{index}] += {after} - {before}"
            yield "if _t is not None:"
            yield _INDENT + f"_t.seconds[{index}] = {after} - {before}"

    def _look_again(self, index: int) -> Iterator[str]:
        """Read the clock after work of our own, which is not to count for the next callback."""
        if self._timed:
            yield f"{_readings(index)[1]} = _now()"

    def _times(self, index: int) -> str:
        """When the call began, and when its last callback began and ended, as last arguments."""
        if not self._timed or not self._callbacks:
            return ""
        return f", _s, {', '.join(_readings(index))}"

    def _expand(self, index: int, fragment: Sequence[str]) -> Iterator[str]:
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
            elif mark == "@return":
                lines = self._return(index, rest)
            else:
                lines = iter([text])
            yield from (indent + expanded for expanded in lines)

    def _read(self, index: int) -> Iterator[str]:
        yield "_v = _r"
        yield "try:"
        yield _INDENT + "_r = _read(_v)"
        yield "except _Exception as _e:"
        yield _INDENT + f"_t, _r = {self._refused(index, '_v, _e')}"
        yield from self._look_again(index)

    def _kept(self, index: int) -> Iterator[str]:
        if self._timed:
            yield "if _t is not None:"
            yield _INDENT + f"_t.answered({index}, _r)"

    def _refused(self, index: int, what: str) -> str:
        return f"_refused({index}, {what}, _t{self._times(index)})"

    def _deny(self, index: int, condition: str = "") -> Iterator[str]:
        if self._timed:
            lines = [
                f"_ended[{index}] += 1",
                "if _t is None:",
                _INDENT + f"_log((_seat{index}, _r{self._times(index)}))",
                "else:",
                _INDENT + f"_t.decided({index}, _r{self._times(index)})",
            ]
        else:
            # Many modules deny with a constant. It is known from the last time, and so is what to
            # append to the receipts.
            yield f"if _r is _entry{index}[1] and _t is None:"
            yield _INDENT + f"_log(_entry{index})"
            yield _INDENT + "return _r"
            lines = [
                "if _t is None:",
                _INDENT + f"_entry{index} = (_seat{index}, _r)",
                _INDENT + f"_log(_entry{index})",
                "else:",
                _INDENT + f"_t.decided({index}, _r)",
            ]
        lines.append("return _r")
        if condition:
            yield condition + ":"
            yield from _indented(lines)
        else:
            yield from lines

    def _return(self, index: int | None, value: str) -> Iterator[str]:
        last = len(self._callbacks) - 1 if index is None else index
        if self._timed and index is not None:
            yield f"_ended[{index}] += 1"
        if self._has_draft:
            yield "if _t is not None:"
            yield _INDENT + f"_t.decided({index}, {value}{self._times(last)})"
        yield f"return {value}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (_INDENT + line for line in lines)


def _readings(index: int) -> tuple[str, str]:
    """Name the readings of the clock before and after a callback."""
    return ("_b", "_a") if index % 2 else ("_a", "_b")


def _argument(text: str, copied: Collection[str]) -> str:
    """Pass the callback's own copy of an argument where it has one."""
    name, equals, _ = text.partition("=")
    if name not in copied:
        return text
    return f"{name}=_copy_{name}" if equals else f"_copy_{name}"
