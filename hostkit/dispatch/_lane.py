"""The lane: the happy path of one chain, written out and compiled.

It does what a loop written by hand would do and nothing more: it calls one callback after the other
while they answer "continue", and returns a plain denial. Whatever else happens, it leaves for the
loop (`hostkit.dispatch._loop`) at the callback it has reached.

All names of its own begin with an underscore, which the names of arguments may not. That goes for
builtins too: `type` is a good name for an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.rules import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec


def write_lane(spec: Hookspec, callbacks: Sequence[Callback], *, is_exact: bool) -> str:
    """Write the function that the callers of a hook call, named ``_lane``.

    Args:
        spec: The hook.
        callbacks: Its callbacks.
        is_exact: Whether it measures each of them.
    """
    if not callbacks:  # a plain function is called quicker than a method, see `Chain.unheard`
        return _function(spec, "_lane", "", ["_at = 0", *_finish(spec, "_caller", 0)])
    wait = "await " if spec.is_async else ""
    values = f"({''.join(f'{name}, ' for name in spec.arguments)})"
    sample = "_sample_exact" if is_exact else "_sample"
    lines = ["if _armed:", f"    return {wait}{sample}({values})"]
    if spec.copy or spec.shield or any(callback.shadow for callback in callbacks):
        lines.append(f"return {wait}_ask({values}, is_timed={is_exact})")
    else:
        lines += _ask_all(spec, callbacks, is_exact=is_exact)
        answers = "_answers" if spec.rule.gathers else "()"
        times = "(_began, _before, _after)" if is_exact else "None"
        lines += [
            "try:",
            f"    _call = _take_over({values}, _at, _answer, _error, {answers}, {times})",
            "finally:",
            "    _error = None  # its traceback holds this frame",
            "if _call.is_over:",
            "    return _call.result if _call.error is None else _call.outcome()",
            f"return {wait}_go_on(_call)",
        ]
    return _function(spec, "_lane", "self", lines)


def _ask_all(spec: Hookspec, callbacks: Sequence[Callback], *, is_exact: bool) -> Iterator[str]:
    """Ask all callbacks, one after the other; what is left then is for the loop."""
    rule = spec.rule
    count = len(callbacks)
    if is_exact:
        yield "_began = _before = _now()"
    if rule.gathers:
        yield "_answers = []"
    yield "try:"
    yield "    while True:  # left by `break`, to what follows below"
    for index, callback in enumerate(callbacks):
        yield from _indented(2, _ask(spec, index, callback, is_exact=is_exact))
    finish = list(_finish(spec, "self", count, is_exact=is_exact))
    is_apart = spec.has_fallback or rule.gathers  # as that runs the host's own code
    yield from _indented(2, [f"_at = {count}", "break"] if is_apart else finish)
    yield "except _BaseException as _raised:"
    yield "    _answer, _error = None, _raised"
    if is_exact:
        yield "    _after = _now()"
    yield "else:"
    if is_apart:
        yield f"    if _at == {count}:"
        yield from _indented(2, finish)
    if rule.plain_denial is not None:
        yield from _indented(1, _deny(is_exact=is_exact))
    yield "    _error = None"


def _ask(spec: Hookspec, index: int, callback: Callback, *, is_exact: bool) -> Iterator[str]:
    """Ask one callback, and do what its answer means."""
    call = f"_c{index}({', '.join(callback.fit.arguments)})"
    yield f"_at = {index}"
    if not spec.is_async:
        yield f"_answer = {call}"
        yield "if _type(_answer) is _Coroutine:"
        yield "    _refuse(_answer)"
    elif callback.is_coroutine:
        yield f"_answer = await {call}"
    else:
        yield f"_answer = {call}"
        yield 'if _hasattr(_answer, "__await__") or _type(_answer) is _Generator:'
        yield "    _answer = await _settle(_answer)"
    if is_exact:
        yield "_after = _now()"
        yield f"_seconds[{index}] += _after - _before"
    if not spec.rule.ignores:
        has_pass = spec.rule.passes is not NO_ANSWER
        if has_pass and spec.rule.gathers:
            yield "if _answer is _pass:"
            yield "    _answers.append(_LEFT_OUT)"
            yield "else:"
        elif has_pass:
            yield "if _answer is not _pass:"
        yield from _indented(int(has_pass), _hear(spec, index, is_exact=is_exact))
    if is_exact:
        yield "_before = _after"


def _hear(spec: Hookspec, index: int, *, is_exact: bool) -> Iterator[str]:
    """Do what an answer means that does not let the next callback be asked at once."""
    rule = spec.rule
    end = [f"_ended[{index}] += 1"] if is_exact else []
    if rule.plain_denial is not None:
        yield "break"
        return
    if rule.reader is None:
        yield "_meaning = _answer"
        if spec.is_async:
            yield "if _type(_answer) is _Coroutine:"
            yield "    break  # an `await` is missing"
    else:
        yield "try:"
        yield "    _meaning = _read(_answer)"
        yield "except _Exception:"
        yield "    break  # the loop reads it again, and refuses it"
    if rule.gathers:
        if rule.reader is not None:
            passes = "" if rule.passes is NO_ANSWER else " or _meaning is _pass"
            yield f"if _meaning is _CONTINUE{passes}:"
            yield "    _answers.append(_LEFT_OUT)"
        yield f"{'el' if rule.reader is not None else ''}if _ends(_meaning):"
    else:
        passes = "" if rule.passes is NO_ANSWER else " and _meaning is not _pass"
        yield f"if _meaning is not _CONTINUE{passes}:"
    if rule.replaced is not None:
        yield "    if _type(_meaning) is _Replace:"
        yield "        break"
    if rule.denies:
        times = ", _began, _before, _after" if is_exact else ""
        end.append(f"_keep((_seats[{index}], _meaning{times}))")
    yield from _indented(1, [*end, "return _meaning"])
    if rule.gathers:
        yield "else:"
        yield "    _answers.append(_meaning)"


def _deny(*, is_exact: bool) -> Iterator[str]:
    """Return a denial that is one as it is, which the callback asked last has answered."""
    if is_exact:
        yield "if _type(_answer) is _Deny:"
        yield "    _ended[_at] += 1"
        yield "    _keep((_seats[_at], _answer, _began, _before, _after))"
        yield "    return _answer"
        return
    # Many modules deny with a constant. What was appended for it the last time is at hand.
    yield "_entry = _entries[_at]"
    yield "if _answer is _entry[1]:"
    yield "    _log(_entry)"
    yield "    return _answer"
    yield "if _type(_answer) is _Deny:"
    yield "    _entries[_at] = _keep((_entry[0], _answer))"
    yield "    return _answer"


def _finish(spec: Hookspec, caller: str, count: int, *, is_exact: bool = False) -> Iterator[str]:
    """Return the result when all callbacks have answered and none of them ended the call."""
    end = [f"_ended[{count - 1}] += 1"] if is_exact else []
    if spec.has_fallback:
        wait = "await " if spec.is_async else ""
        yield from end
        yield f"_answer = {wait}_fallback({', '.join([caller, *spec.arguments])})"
        if spec.rule.denies:
            yield "if _is_denial(_answer):"
            yield f"    _keep((_seats[{count}], _answer))"
        yield "return _answer"
    elif not spec.rule.gathers:
        yield from [*end, "return _result"]
    elif not count:
        yield "return _finish([])"
    else:
        skips = spec.rule.reader is not None or spec.rule.passes is not NO_ANSWER
        given = "_each for _each in _answers if _each is not _LEFT_OUT" if skips else "*_answers"
        yield "try:"
        yield f"    _result = _finish([{given}])"
        yield "except _INTERRUPTS:"
        yield "    raise"
        yield "except _BaseException:"
        yield "    _answer = None  # the loop finds out whose answer does not fit"
        yield "else:"
        yield from _indented(1, [*end, "return _result"])


def _indented(levels: int, lines: Iterable[str]) -> Iterator[str]:
    return ("    " * levels + line for line in lines)


def write_switch(spec: Hookspec) -> str:
    """Write the function of a keyed hook, named ``_switch``, which calls the chain of a key."""
    assert spec.keyed is not None  # noqa: S101
    wait = "await " if spec.is_async else ""
    arguments = ", ".join(spec.arguments)
    lines = [
        f"_function = _functions.get({spec.keyed.argument})",
        "if _function is None:",
        f"    return {wait}_nobody({arguments})",
        f"return {wait}_function(self, {arguments})",
    ]
    return _function(spec, "_switch", "self", lines)


def _function(spec: Hookspec, name: str, first: str, lines: Iterable[str]) -> str:
    parameters = [first] if first else []
    for parameter in spec.signature.parameters.values():
        default = "" if parameter.default is parameter.empty else f"=_default_{parameter.name}"
        parameters.append(parameter.name + default)
    head = f"{'async ' if spec.is_async else ''}def {name}({', '.join(parameters)}):"
    return "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"
