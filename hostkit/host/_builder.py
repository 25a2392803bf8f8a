"""`Builder`: builds a host, and builds it again with what has changed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, final

import attrs

from hostkit.api import Places
from hostkit.background import Threads
from hostkit.caching import Invalidations
from hostkit.errors import ConfigErrors
from hostkit.host._build import build
from hostkit.host._database import make_database, make_limits
from hostkit.host._messages import make_messages
from hostkit.host._missing import load_again
from hostkit.loading import (
    Environment,
    ModuleLoader,
    find_folders,
    importable,
    load_categories,
)
from hostkit.mail import MailService
from hostkit.specs import check_categories

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.api import HostServices, ModuleApi
    from hostkit.config import HostFile
    from hostkit.host._missing import MissingModule
    from hostkit.host._reloaded import Companion
    from hostkit.host._state import HostState
    from hostkit.loops import Protect
    from hostkit.messages import Channel, Messages
    from hostkit.specs import Category


@final
@attrs.frozen
class Builder:
    """Builds a host from config files.

    Attributes:
        clock: Where timeouts are set; see `Host`.
        protect: As for `Chain`.
        module_path: The host's own folders of Python modules.
        channel: Carries messages between processes where the file has no ``redis:``.
        database: The URL of the host's own database.
    """

    clock: IReactorTime | None
    protect: Protect | None
    module_path: tuple[str | os.PathLike[str], ...]
    channel: Channel | None = None
    database: str | None = None

    def first(
        self,
        file: HostFile,
        categories: Sequence[type[Category]] | None,
        services: HostServices,
        make_api: Callable[[Sequence[type[Category]]], type[ModuleApi]],
    ) -> tuple[HostState, Messages]:
        """Build a host for the first time.

        Args:
            file: The config file.
            categories: The host's categories; by default those of the file.
            services: What modules are given.
            make_api: Makes the class that they are given it with.

        Raises:
            ConfigErrors: All that is wrong with categories and modules.
            SpecError: The categories cannot live in one host.
        """
        with self._environment(file) as environment:
            if categories is None:
                categories = load_categories(file, environment)
                check_categories(categories)
            messages, problems = make_messages(file, services.worker.name, self.channel)
            database, others = make_database(file, self.database)
            problems += others
            services = attrs.evolve(
                services,
                categories=tuple(categories),
                threads=Threads(file.settings.threads, file.settings.thread_queue),
                invalidations=Invalidations(messages),
                database=database,
                store=make_limits(file, self.clock),
                places=Places.of(file),
                mail=MailService(clock=self.clock),
            )
            loader = ModuleLoader(file, make_api(categories), services, environment)
            try:
                built = build(loader, self.clock, protect=self.protect)
            except ConfigErrors as errors:
                raise ConfigErrors((*problems, *errors.problems), loader.warnings) from None
            if problems:
                raise ConfigErrors(problems, loader.warnings)
        services.link.hooks = built.hooks
        return built, messages

    def anew(self, file: HostFile, old: HostState, companions: Sequence[Companion]) -> HostState:
        """Build what a new file says; what is wrong with anything is raised in one go.

        Args:
            file: The new file.
            old: What is running.
            companions: What takes over the new file as well.

        Raises:
            ConfigErrors: All that is wrong.
        """
        problems = [problem for each in companions for problem in each.check(file)]
        try:
            with self._environment(file) as environment:
                new = self._again(old, environment, file=file)
        except ConfigErrors as errors:
            problems += errors.problems
            by_position = sorted(problems, key=lambda problem: problem.position)
            raise ConfigErrors(tuple(by_position)) from None
        if problems:
            raise ConfigErrors(tuple(problems))
        return new

    def without(self, state: HostState, missing: Sequence[MissingModule]) -> HostState:
        """Build the same without optional modules that have failed to start.

        Args:
            state: What was built with them.
            missing: The modules.
        """
        known = (*state.missing, *missing)
        return self._again(state, state.loader.environment, missing=known)

    def with_missing(self, state: HostState) -> tuple[HostState, bool]:
        """Try to build the same with optional modules that are missing.

        Args:
            state: What is running.

        Returns:
            What was built, and whether it has more modules; otherwise it is what is running, with
            the reasons of now.

        Raises:
            ConfigErrors: The modules do not go together with the others.
        """
        with self._environment(state.loader.file) as environment:
            loader = state.loader.for_file(state.loader.file, environment)
            found, missing = load_again(loader, state.missing)
            if not found:
                return attrs.evolve(state, missing=tuple(missing)), False
            before = attrs.evolve(state, loaded=(*state.loaded, *found))
            return self._again(before, environment, missing=missing), True

    def _again(
        self,
        before: HostState,
        environment: Environment,
        *,
        file: HostFile | None = None,
        missing: Sequence[MissingModule] = (),
    ) -> HostState:
        loader = before.loader.for_file(file or before.loader.file, environment)
        return build(loader, self.clock, before, missing=missing, protect=self.protect)

    @contextmanager
    def _environment(self, file: HostFile) -> Iterator[Environment]:
        environment = Environment(find_folders(file, self.module_path))
        with importable(environment.folders):
            yield environment
