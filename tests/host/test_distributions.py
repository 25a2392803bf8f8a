"""pluggy's lists of the distributions that modules come from."""

from __future__ import annotations

from hostkit.host import Host

from .conftest import Comments, Site, site

__all__ = ["site"]

LISTENER = """
    class {}:
        def __init__(self, config, api):
            api.register_comments_callbacks(check_comment=self.check)

        async def check(self, author, text): ...
"""


def test_a_module_that_is_installed_has_its_distribution(site: Site) -> None:
    """By whichever form of its name; what is named by a dotted path comes from none."""
    for name in ("one", "two"):
        site.write(f"{name}_pkg.py", LISTENER.format("Words"))
        site.install(
            f"{name}-dist", "hostkit.modules", version="1.5", **{name: f"{name}_pkg:Words"}
        )
    names = ["one", "two-dist:two", "two_pkg.Words"]
    modules = [{"module": name, "name": str(place)} for place, name in enumerate(names)]
    host = Host.from_config({"modules": modules}, categories=[Comments]).build()
    manager = host.plugin_manager
    found = [
        (manager.get_name(plugin), each.project_name, each.version)
        for plugin, each in manager.list_plugin_distinfo()
    ]
    assert found == [("0", "one-dist", "1.5"), ("1", "two-dist", "1.5")]
    assert [each.name for _, each in manager.list_plugin_distributions()] == [
        "one-dist",
        "two-dist",
    ]
