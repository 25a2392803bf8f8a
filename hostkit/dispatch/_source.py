"""Write the Python function that runs one hook's chain.

Two functions are compiled for each hook. The *lean* one has nothing on its happy path that a loop
written by hand would not have. The *timed* one also reads the clock before and after each callback;
the lean one calls it when the global ``_armed`` is set, which is how times are sampled.

All local and global names begin with an underscore, which the names of arguments may not. That goes
for builtins too: `type` is a good name for an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.dispatch._marks import INDENT, Marks, indented, readings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

_SLOW: Final = 'if _hasattr(_r, "__await__") or _type(_r) is _Generator:'


def write_chain(spec: Hookspec, callbacks: Sequence[Callback], *, timed: bool) -> str:
    """Write one of a chain's two functions, called ``_lean`` and ``_timed``.

    Where `is_shielded`, another one that runs it apart from its caller follows: ``_shielded``.
    """
    lines = [*_Writer(spec, callbacks, timed=timed).lines()]
    if is_shielded(spec, callbacks):
        name, extra, draft = ("_timed", ["*", "_t=None"], ["_t=_t"]) if timed else ("_lean", [], [])
        arguments = ", ".join([name, "self", *spec.arguments, *draft])
        lines += [_head(spec, "_shielded", *extra), INDENT + f"return await _shield({arguments})"]
    return "\n".join(lines) + "\n"


def is_shielded(spec: Hookspec, callbacks: Sequence[Callback]) -> bool:
    """Tell whether there is a callback that is let finish although the call is cancelled."""
    return spec.shield and bool(callbacks)


def write_switch(spec: Hookspec) -> str:
    """Write the function of a keyed hook, called ``_switch``, which calls the chain of a key."""
    assert spec.keyed is not None  # noqa: S101
    wait = "await " if spec.is_async else ""
    arguments = ", ".join(spec.arguments)
    lines = [
        f"_function = _functions.get({spec.keyed.argument})",
        "if _function is None:",
        INDENT + f"return {wait}_nobody({arguments})",
        f"return {wait}_function(self, {arguments})",
    ]
    return "\n".join([_head(spec, "_switch"), *indented(lines)]) + "\n"


class _Writer:
    """Writes one function; a method for each of its parts."""

    def __init__(self, spec: Hookspec, callbacks: Sequence[Callback], *, timed: bool) -> None:
        self._spec = spec
        self._callbacks = callbacks
        self._timed = timed
        self._await = "await " if spec.is_async else ""
        self._can_deny = spec.rule.denies
        self._has_draft = timed or bool(callbacks) or (self._can_deny and spec.has_fallback)
        self._marks = Marks(
            len(callbacks),
            timed=timed,
            reads=spec.rule.read is not None,
            has_draft=self._has_draft,
        )
        self._is_shielded = is_shielded(spec, callbacks)
        # With nothing to ask, a plain function is called quicker; see `Chain.bind`.
        self._is_method = timed or bool(callbacks)

    def lines(self) -> Iterator[str]:
        """The whole function."""
        extra = [*(("_t=None",) if self._timed else ()), *(("_call",) if self._is_shielded else ())]
        if extra:
            extra.insert(0, "*")
        name = "_timed" if self._timed else "_lean"
        yield _head(self._spec, name, *extra, is_method=self._is_method)
        yield from indented(self._body())

    def _body(self) -> Iterator[str]:
        if self._timed:
            yield "_s = _a = _now()"
        elif self._callbacks:
            if self._can_deny:
                entries = (f"_entry{index}" for index in range(len(self._callbacks)))
                yield f"global {', '.join(entries)}"
            arguments = "".join(f", {name}" for name in self._spec.arguments)
            yield "if _armed:"
            yield INDENT + "_open_window()"
            call = ", _call=_call" if self._is_shielded else ""
            yield INDENT + f"return {self._await}_timed(self{arguments}{call})"
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
            if mark in ("@return", "@allow"):
                yield from self._marks.end(None, rest, mark)
            else:
                yield line

    def _fall_back(self) -> Iterator[str]:
        if self._is_shielded:
            yield "_call.go_on()"
        caller = "self" if self._is_method else "_caller"
        arguments = ", ".join((caller, *self._spec.arguments))
        yield f"_r = {self._await}_fallback({arguments})"
        if self._can_deny:
            yield "if _r is not _allow and _t is None:"
            yield INDENT + "_t = _open()"
        yield from self._marks.end(None, "_r")

    def _guarded(self, lines: Iterable[str], asked: int | None = None) -> Iterator[str]:
        """Run the host's own code, whose failure is no module's doing.

        Args:
            lines: The code.
            asked: How many callbacks were asked by then; by default all.
        """
        if not self._has_draft:
            yield from lines
            return
        yield "try:"
        yield from indented(lines)
        yield "except _BaseException as _e:"
        if self._timed and asked:  # those before were measured
            yield INDENT + f"_ended[{asked - 1}] += 1"
        yield INDENT + "if _t is not None:"
        yield INDENT * 2 + f"_t.abandoned(_e{'' if asked is None else f', {asked}'})"
        yield INDENT + "raise"

    def _ask(self, index: int, callback: Callback) -> Iterator[str]:
        """Call one callback and do what the rule says about its answer."""
        yield f"_at = {index}"
        if self._is_shielded and index:
            yield from self._guarded(["_call.go_on()"], index)
        if not callback.shadow:  # an argument that cannot be copied is no fault of the module's
            copies = list(self._copies(callback))
            if copies:
                yield from self._guarded(copies, index)
            if copies and self._timed:
                yield f"{readings(index)[0]} = _now()"
        yield "try:"
        yield from indented(self._call(index, callback))
        yield "except _Exception as _e:"
        yield from indented(self._marks.clock(index))
        if callback.shadow:
            times = self._marks.times(index)
            yield INDENT + f"_t = _shadow_failed({index}, _e, _t{times})"
            yield from indented(self._marks.look_again(index))
            answered = f"_t = _shadow_answered({index}, _r, _t{times})"
            answer = [*self._marks.clock(index), answered, *self._marks.look_again(index)]
            yield "except _BaseException as _e:"
            yield INDENT + f"_t = _shadow_stopped({index}, _e, _t)"
            yield from indented(self._marks.clock(index))
        else:
            yield INDENT + f"_t, _r = _failed({index}, _e, _t{self._marks.times(index)})"
            if self._can_deny:
                yield INDENT + "if _r is not _CONTINUE:"
                yield from indented(indented(self._marks.end(index, "_r")))
            yield from indented(self._marks.look_again(index))
            answer = [*self._marks.clock(index), *self._marks.expand(index, self._spec.rule.answer)]
            if self._timed or index:
                yield "except _BaseException:"
                yield from indented(self._cancelled(index))
        if answer:
            yield "else:"
            yield from indented(answer)

    def _cancelled(self, index: int) -> Iterator[str]:
        if self._timed and index:  # those before were measured
            yield f"_ended[{index - 1}] += 1"
        yield "if _t is not None:"
        yield INDENT + f"_t.cancelled({index})"
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
            yield INDENT + "_stray(_r)"
        else:
            yield _SLOW
            limited = callback.timeout_seconds is not None
            yield INDENT + f"_r = await {f'_limit({index}, _r)' if limited else '_settle(_r)'}"


def _head(spec: Hookspec, name: str, *extra: str, is_method: bool = True) -> str:
    parameters = ["self"] if is_method else []
    for parameter in spec.signature.parameters.values():
        default = "" if parameter.default is parameter.empty else f"=_default_{parameter.name}"
        parameters.append(parameter.name + default)
    kind = "async def" if spec.is_async else "def"
    return f"{kind} {name}({', '.join([*parameters, *extra])}):"


def _argument(text: str, copied: Collection[str]) -> str:
    """Pass the callback's own copy of an argument where it has one."""
    name, equals, _ = text.partition("=")
    if name not in copied:
        return text
    return f"{name}=_copy_{name}" if equals else f"_copy_{name}"
