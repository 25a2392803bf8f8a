"""A reload reads its file beside the event loop."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from hostkit.errors import ConfigErrors, HostkitError
from hostkit.host import Host, build_from_file
from hostkit.loops import in_thread


async def _gaps_while(reload: asyncio.Task[object]) -> list[float]:
    """Measure how long the event loop did nothing else, in seconds, until a reload has ended."""
    gaps = []
    before = time.perf_counter()
    while not reload.done():
        await asyncio.sleep(0)
        gaps.append(-before + (before := time.perf_counter()))
    return gaps


def _write_keys(path: Path, count: int) -> None:
    path.write_text("hostkit:\n" + "".join(f"  key{at}: 1\n" for at in range(count)))


def _reload(path: Path, count: int) -> list[float]:
    path.write_text("modules: []\n")

    async def run() -> list[float]:
        async with Host.from_file(path, categories=[]) as host:
            _write_keys(path, count)
            reload: asyncio.Task[object] = asyncio.ensure_future(host.reload())
            gaps = await _gaps_while(reload)
            with pytest.raises(ConfigErrors):
                await reload
            return gaps

    return asyncio.run(run())


def test_the_event_loop_goes_on_while_a_file_is_read(tmp_path: Path) -> None:
    """A file that takes long to read does not stop what else there is to do."""
    assert len(_reload(tmp_path / "host.yaml", 1000)) > 100


@pytest.mark.hardening
def test_no_request_waits_for_a_very_long_file(tmp_path: Path) -> None:
    """The longest pause while 40,000 keys are read, and refused, is a fraction of that time."""
    gaps = _reload(tmp_path / "host.yaml", 40_000)
    assert max(gaps) < 1
    assert max(gaps) < sum(gaps) / 4


async def test_of_many_reloads_at_once_the_newest_is_done(tmp_path: Path) -> None:
    """Those before it are given up, also while their file is being read."""
    path = tmp_path / "host.yaml"
    path.write_text("modules: []\n")
    async with Host.from_file(path, categories=[]) as host:
        reloads = [host.reload() for _ in range(5)]
        results = await asyncio.gather(*reloads, return_exceptions=True)
    *others, newest = [str(result) for result in results]
    assert others == ["a newer reload has replaced this one"] * 4
    assert newest == "0 new modules, 0 kept, 0 gone"


async def test_a_host_that_stops_meanwhile_is_not_reloaded(tmp_path: Path) -> None:
    """What was read is dropped."""
    path = tmp_path / "host.yaml"
    path.write_text("modules: []\n")
    async with Host.from_file(path, categories=[]) as host:
        reload = asyncio.ensure_future(host.reload())
        await asyncio.sleep(0)
    with pytest.raises(HostkitError):
        await reload


def test_what_a_thread_raises_is_raised_on_the_event_loop() -> None:
    """An exception goes where a result would have gone."""

    def fail() -> None:
        raise KeyError("here")

    with pytest.raises(KeyError, match="here"):
        asyncio.run(in_thread(fail, "test"))


@pytest.mark.parametrize("text", ["server: {modules: [{module: a.B}]}\n", "other: 1\n"])
async def test_a_file_with_nothing_for_hostkit_leads_to_a_warning(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without modules everything is allowed, which must not happen silently."""
    path = tmp_path / "host.yaml"
    path.write_text(text)
    build_from_file(path, categories=[])
    said = f"{path} has neither `modules:` nor `hostkit:` at its top level"
    assert said in caplog.text
    caplog.clear()
    path.write_text("modules: []\n")
    async with Host.from_file(path, categories=[]) as host:
        path.write_text(text)
        await host.reload()
    assert said in caplog.text
    caplog.clear()
    path.write_text("modules: []\n")
    build_from_file(path, categories=[])
    assert not caplog.text
