"""What the author of a server declares: the hooks of a site where people write comments."""

from hostkit import Category, Decision, hookspec, rules


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial(on_error="fail"))
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored. A denial is shown to its author."""

    @hookspec(rules.Notify())
    async def on_comment_posted(self, author: str, text: str) -> None:
        """Called after a comment was stored."""
