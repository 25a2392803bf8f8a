from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from typing import Any

import pytest

from hostkit import Host
from hostkit.config import from_mapping
from hostkit.loading import MODULES

from .conftest import CLASS, Site, class_of, problem_of


def _no_equals_sign(info: Path) -> None:
    (info / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[hostkit.modules]\nnothing\n")


def _no_equals_sign_elsewhere(info: Path) -> None:
    (info / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\nnothing\n")


def _not_utf8(info: Path) -> None:
    (info / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_bytes(b"[hostkit.modules]\nw\xe9 = a:B\n")


def _metadata_not_utf8(info: Path) -> None:
    (info / "METADATA").write_bytes(b"Name: broken\nVersion: 1.0\nAuthor: Jos\xe9\n")


def _empty(info: Path) -> None:
    assert info.is_dir()


@pytest.mark.parametrize(
    "spoil", [_no_equals_sign, _no_equals_sign_elsewhere, _not_utf8, _metadata_not_utf8, _empty]
)
@pytest.mark.parametrize("module", ["words", "good_pkg.Words"])
def test_a_broken_package_is_a_warning(
    lonely_site: Site, caplog: pytest.LogCaptureFixture, spoil: Any, module: str
) -> None:
    """It is named once, and everything else is found."""
    info = lonely_site.folder / "broken-1.0.dist-info"
    info.mkdir()
    spoil(info)
    lonely_site.write("good_pkg.py", CLASS.format("Words"))
    lonely_site.install("good", MODULES, words="good_pkg:Words")
    host = Host.from_config({"modules": [{"module": module}]}).build()
    assert [each.name for each in host.modules] == [module]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(info) in record.getMessage()


@pytest.mark.parametrize(
    "metadata", [None, b"Name: half\nAuthor: Jos\xe9\n", b"Summary: nameless\n"]
)
def test_without_metadata_the_folder_names_a_package(two: Site, metadata: bytes | None) -> None:
    """Entry points that can be read are used, though the metadata cannot."""
    info = two.folder / "half-3.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[hostkit.modules]\nwords = one_pkg:One\n")
    if metadata is not None:
        (info / "METADATA").write_bytes(metadata)
    assert "half 3.0 offers one_pkg:One" in problem_of("words").details
    assert class_of("half:words") == "One"


def test_leftovers_are_not_used(two: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What an interrupted uninstallation leaves behind is named and left out."""
    two.install("~ther", MODULES, version="2.0", words="one_pkg:One", gone="one_pkg:One")
    assert class_of("other:words") == "Other"
    (record,) = caplog.records
    assert "left over from an interrupted installation" in record.getMessage()


def test_a_package_that_is_there_twice_counts_once(
    two: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one on the path hides the second, as it does for imports."""
    monkeypatch.syspath_prepend(str(tmp_path / "first"))
    info = tmp_path / "first" / "OTHER-3.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: Other\nVersion: 3.0\n")
    two.install("more", MODULES)
    assert class_of("words") == "One"


def test_packages_in_the_old_form_are_found(two: Site) -> None:
    """Such as what ``setup.py develop`` has written, without a version or with one."""
    old = two.folder / "old_form-0.9-py3.11.egg-info"
    old.mkdir()
    (old / "PKG-INFO").write_text("Name: old-form\nVersion: 0.9\n")
    (old / "entry_points.txt").write_text("[hostkit.modules]\nold = one_pkg:One\n")
    (two.folder / "plain.egg-info").write_text("Name: plain\nVersion: 1.0\n")
    assert class_of("old-form:old") == "One"


class _Unnamed(Distribution):
    """What another finder than Python's own may give."""

    def __init__(self, text: str | None) -> None:
        self._text = text

    def read_text(self, filename: str) -> str | None:
        if filename == "entry_points.txt":
            return "[hostkit.modules]\nfound = one_pkg:One\n"
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError


class _Finder(DistributionFinder):
    def __init__(self, *found: Distribution) -> None:
        self._found = found

    def find_spec(self, *_: Any) -> None:
        return None

    def find_distributions(self, context: Any = None) -> Iterator[Distribution]:
        return iter(self._found)


def test_packages_of_other_finders_are_found(
    two: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A distribution without a folder is known by its metadata; one without a name is broken."""
    finder = _Finder(_Unnamed("Name: zipped\nVersion: 1.0\n"), _Unnamed("Version: 1.0\n"))
    monkeypatch.setattr("sys.meta_path", [*sys.meta_path, finder])
    two.install("more", MODULES)
    assert class_of("zipped:found") == "One"
    (record,) = caplog.records
    assert "the package has no name" in record.getMessage()


async def test_a_reload_finds_what_was_installed_meanwhile(two: Site) -> None:
    """What is installed is read again, so a new package needs no restart."""
    async with Host.from_config({"modules": [{"module": "mine"}]}, categories=[]) as host:
        two.install("late", MODULES, late="other_pkg:Other")
        await host.reload(from_mapping({"modules": [{"module": "mine"}, {"module": "late"}]}))
        assert [module.name for module in host.modules] == ["mine", "late"]
