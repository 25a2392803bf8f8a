"""`Tried`: a module with one config, which is built, started, asked, replaced and stopped."""

from __future__ import annotations

import contextlib
import copy
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

import attrs

from hostkit.dispatch import Outcome
from hostkit.errors import ConfigErrors
from hostkit.testing._asserts import show
from hostkit.testing._blocking import watch_blocking
from hostkit.testing._build import build_host
from hostkit.testing._leaks import LeakWatch
from hostkit.testing._loop import run
from hostkit.testing._samples import collect_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from hostkit.dispatch import Trace
    from hostkit.host import Host
    from hostkit.specs import Category, Hookspec

_FEW: Final = 5
_FAILED: Final = (Outcome.FAILED, Outcome.INVALID, Outcome.TIMEOUT)
_BY_ACCIDENT: Final = re.compile(
    r"failed in \w+: (KeyError|IndexError|TypeError|AttributeError|NameError|UnboundLocalError"
    r"|AssertionError)\b"
)


@final
@attrs.frozen
class Tried:
    """A module with one config.

    Attributes:
        module: The module's class.
        config: The config.
        others: The other configs that it takes.
        categories: The categories of its host.
        arguments: Arguments of hooks, by their names.
        changes: The names of arguments that it is meant to change.
        longest_seconds: How long a single step of the event loop may take.
    """

    module: type
    config: Any
    others: Sequence[Any]
    categories: Sequence[type[Category]] | None
    arguments: Mapping[str, Mapping[str, Any]]
    changes: Collection[str]
    longest_seconds: float

    @property
    def name(self) -> str:
        """The module's name."""
        return self.module.__name__

    def broken(self, message: str, cause: BaseException | None = None) -> NoReturn:
        """Report that a promise is broken.

        Raises:
            AssertionError: Always.
        """
        text = f"{self.name} with the config {self.config!r} {message}"
        raise AssertionError(text) from cause

    def _entry(self, config: Any, name: str) -> Mapping[str, Any]:
        return {"module": self.module, "config": config, "name": name}

    def _build(self) -> Host:
        try:
            return build_host([self._entry(self.config, self.name)], categories=self.categories)
        except ConfigErrors as errors:
            self.broken(f"cannot be built:\n{errors}", errors)

    @contextlib.contextmanager
    def _living(self, *, when: str | None = None) -> Iterator[Host]:
        """Build a host with it, start that, and stop it.

        Args:
            when: How a report begins of what it has left; by default that is only closed.
        """
        watch = LeakWatch()
        watch.begin()
        try:
            host = self._build()
            run(host.start())
            try:
                yield host
            finally:
                run(host.stop())
        finally:
            leaks = watch.end()
        if leaks and when is not None:
            lines = "\n".join(f"  {leak.kind}: {leak}" for leak in leaks)
            self.broken(f"leaves something behind {when}:\n{lines}")

    def _ask_all(
        self,
        host: Host,
        check: Callable[[Hookspec, Mapping[str, Any]], None],
        most: int | None = _FEW,
    ) -> None:
        """Check some calls of all hooks that it listens to; see `Samples.each`."""
        (module,) = host.modules
        specs = {each.spec.name: each.spec for each in module.callbacks}
        known = {name for each in host.categories for name in each.hookspecs}
        given = {
            name: values
            for name, values in self.arguments.items()
            if name in specs or name not in known
        }
        samples = collect_samples(specs.values(), given)
        for name, spec in specs.items():
            samples[name].each(lambda values, spec=spec: check(spec, values), most)  # type: ignore[misc]

    def _ask(self, host: Host, most: int | None = _FEW) -> None:
        self._ask_all(host, lambda spec, values: self._check_answer(host, spec, values), most)

    def _check_answer(self, host: Host, spec: Hookspec, values: Mapping[str, Any]) -> None:
        trace: Trace[Any] = run(host.ask(spec.full_name, values))
        for step in trace.steps:
            if step.outcome in _FAILED:
                called = ", ".join(f"{name}={value!r}" for name, value in values.items())
                message = f"does not answer {spec.name}({called}):\n{show(trace.receipt)}"
                self.broken(message, trace.error)

    # The promises.

    def answers(self) -> None:
        """It is built, started and stopped, and answers its hooks with what they can have."""
        with self._living() as host:
            self._ask(host, most=None)

    def is_refused(self) -> None:
        """It refuses a config, and says why."""
        try:
            build_host([self._entry(self.config, self.name)], categories=self.categories)
        except ConfigErrors as errors:
            if any(_BY_ACCIDENT.search(problem.message) for problem in errors.problems):
                self.broken(f"fails, and does not say what is wrong with it:\n{errors}", errors)
            return
        self.broken("should be refused, but it was built")

    def does_not_block(self) -> None:
        """Nothing that it does holds up the event loop."""
        with watch_blocking(self.longest_seconds) as found, self._living() as host:
            self._ask(host)
        if found:
            lines = "\n".join(f"  {each}" for each in dict.fromkeys(found))
            self.broken(f"holds up the event loop:\n{lines}")

    def leaves_nothing(self) -> None:
        """After its stop nothing of it goes on."""
        with self._living(when="after its stop") as host:
            self._ask(host)

    def survives_reload(self) -> None:
        """It is replaced by another of its kind, which answers, and of which nothing is left."""
        with self._living(when="after a reload") as host:
            for number, config in enumerate([*self.others, self.config], 2):
                entry = self._entry(config, f"{self.name}-{number}")
                try:
                    run(host.reload({"modules": [entry], "hostkit": {"timing": "exact"}}))
                except Exception as error:  # noqa: BLE001 -- whatever it is, it is reported
                    self.broken(f"does not survive a reload with {config!r}: {error}", error)
                self._ask(host)

    def leaves_arguments(self) -> None:
        """What it is asked about is afterwards what it was."""

        def check(spec: Hookspec, values: Mapping[str, Any]) -> None:
            before = {name: _copied(value) for name, value in values.items()}
            run(host.ask(spec.full_name, values))
            for name, value in values.items():
                if before[name] is not None and before[name] != value and name not in self.changes:
                    self.broken(f"changes {name} of {spec.name}: {before[name]!r} is {value!r}")

        with self._living() as host:
            self._ask_all(host, check)


def _copied(value: Any) -> Any:
    """Copy a value, unless it cannot be compared with its copy."""
    with contextlib.suppress(Exception):  # which many things raise
        copied = copy.deepcopy(value)
        if copied == value:
            return copied
    return None
