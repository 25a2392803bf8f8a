"""An asyncio program that asks its modules before it stores a comment."""

import asyncio

from hostkit import ALLOW, Category, Decision, Deny, Host, ModuleApi, hookspec, rules


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial())
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""


class NoShouting:
    """A module: denies comments in capital letters."""

    def __init__(self, _config: object, api: ModuleApi) -> None:
        api.register(Comments, check_comment=self.check)

    async def check(self, _author: str, text: str) -> Decision:
        """Look at the letters."""
        return Deny("shouting", "we can hear you") if text.isupper() else ALLOW


async def main() -> None:
    """Ask about two comments."""
    config = {"modules": [{"module": NoShouting, "name": "calm"}]}
    async with Host.from_config(config, categories=[Comments]) as host:
        for text in ("hello", "HELLO"):
            print(text, "->", await host.hooks[Comments].check_comment("ann", text))
        print(await host.explain("comments.check_comment", "ann", "HELLO"))


if __name__ == "__main__":
    asyncio.run(main())
