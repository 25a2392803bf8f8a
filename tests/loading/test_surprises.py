from __future__ import annotations

from typing import Any

import attrs
import pytest

from hostkit.config import load

from .conftest import Site, build

MODULES = """\
    import attrs
    from typing import Any

    class Raw:
        def __init__(self, config, api):
            self.config = config

    class Parses(Raw):
        @staticmethod
        def parse_config(config):
            return config

    class Typed(Raw):
        @attrs.frozen
        class Config:
            number: float = 0
            anything: Any = None
"""


def _config(site: Site, name: str, config: str) -> Any:
    site.write("surprises.py", MODULES)
    path = site.folder / "host.yaml"
    path.write_text(f"modules:\n- module: surprises.{name}\n  name: m\n  config: {config}\n")
    return build(load(path)).instance.config


@pytest.mark.parametrize("name", ["Raw", "Parses"])
def test_a_raw_mapping_is_as_pyyaml_reads_it(
    site: Site, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Published modules get what they always got, and the log says what may surprise in it."""
    config = _config(site, name, "{a: [1e3, 010, 12:30, yes, 2, x], b: 08}")
    assert config == {"a": ["1e3", 8, 750, True, 2, "x"], "b": "08"}
    got = "HK019 module 'm' got a value as YAML 1.1 reads it"
    do = "put it in quotes, or write the number that is meant"
    assert [message.partition("host.yaml:")[2] for message in caplog.messages] == [
        f"4:16: {got}: 1e3 is the string '1e3' in YAML 1.1, but the number 1000.0 in YAML 1.2; "
        + do,
        f"4:21: {got}: 010 is the number 8 in YAML 1.1, but the number 10 in YAML 1.2; {do}",
        f"4:26: {got}: 12:30 is the number 750 in YAML 1.1, but the string '12:30' in YAML 1.2; "
        + do,
        f"4:48: {got}: 08 is the string '08' in YAML 1.1, but the number 8 in YAML 1.2; {do}",
    ]


def test_a_field_that_takes_anything_is_raw_too(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Only what a field asked for is read as it asks."""
    config = _config(site, "Typed", "{number: 1e3, anything: 1e3}")
    assert attrs.astuple(config) == (1000.0, "1e3")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "4:35: HK019" in caplog.text


def test_many_surprises_are_summed_up(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A long list of such values is no flood."""
    _config(site, "Raw", f"{{a: [{'010, ' * 25}]}}")
    assert len(caplog.records) == 11
    assert caplog.messages[-1] == "module 'm' got 15 more such values"
