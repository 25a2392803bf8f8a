"""A Twisted program that passes every line it receives to its modules."""

from twisted.internet import defer, interfaces, task

from hostkit import Category, Host, ModuleApi, hookimpl, hookspec, rules


class Lines(Category):
    """Callbacks about lines of text."""

    @hookspec(rules.Collect(on_error="continue"))
    async def on_line(self, line: str) -> int:
        """Called for each line; the answers are added up."""


class CountWords:
    """A module whose callback waits for Twisted's clock before it answers."""

    def __init__(self, config: dict[str, interfaces.IReactorTime], api: ModuleApi) -> None:
        self._reactor = config["reactor"]
        api.register_hookimpls(self)

    @hookimpl
    def on_line(self, line: str) -> defer.Deferred[int]:
        """Count the words after a delay."""
        return task.deferLater(self._reactor, 0.01, len, line.split())


async def main(reactor: interfaces.IReactorTime) -> None:
    """Ask about two lines."""
    module = {"module": CountWords, "config": {"reactor": reactor}}
    async with Host.from_config({"modules": [module]}, categories=[Lines]) as host:
        for line in ("one two", "three"):
            print(line, "->", sum(await host.hooks[Lines].on_line(line)))


if __name__ == "__main__":
    task.react(lambda reactor: defer.Deferred.fromCoroutine(main(reactor)))
