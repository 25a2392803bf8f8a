"""What all workers of a server answer, as one answer."""

from __future__ import annotations

import platform
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostkit._version import __version__
from hostkit.workers import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hostkit.workers import Fleet, Version


def merge_status(
    fleet: Fleet,
    last: Mapping[str, Any] | None,
    answers: Sequence[dict[str, Any]],
    began: float,
    now: float,
) -> dict[str, Any]:
    """Describe a server of several workers with the keys of one without.

    Args:
        fleet: The workers.
        last: What the last reload came to, if there was one.
        answers: How the workers that serve describe themselves.
        began: When the supervisor has begun, in seconds since 1970.
        now: The time now.
    """
    version = fleet.version
    first = answers[0] if answers else {}
    return {
        "ok": True,
        "hostkit": __version__,
        "python": platform.python_version(),
        "worker": None,
        "state": _state(fleet),
        "began": _write_time(began),
        "uptime_seconds": round(now - began, 3),
        "generation": None if version is None else version.generation,
        "file": _file(version),
        "modules": first.get("modules", {}),
        "listeners": first.get("listeners", []),
        "loops": [loop for answer in answers for loop in answer["loops"]],
        "background": _sum_rows([answer["background"] for answer in answers], "module"),
        "threads": _sum([answer["threads"] for answer in answers])
        or {"busy": 0, "waiting": 0, "most": 0},
        "caches": first.get("caches", []),
        "cached": _sum_rows([answer["cached"] for answer in answers], "name"),
        "redis": first.get("redis", False),
        "messages": _sum([answer["messages"] for answer in answers]),
        "receipts": _sum([answer["receipts"] for answer in answers]) or {"kept": 0, "limit": 0},
        "last_reload": None if last is None else {"ok": last["ok"], "message": last["message"]},
        "switched": [] if version is None else [*version.switches.values()],
        "drill": None,
        "workers": _workers(fleet),
    }


def _state(fleet: Fleet) -> str:
    if fleet.is_stopping:
        return "stopping"
    return "running" if fleet.ready else "starting"


def _workers(fleet: Fleet) -> list[dict[str, Any]]:
    now = fleet.seconds()
    return [
        {
            "worker": worker.name,
            "state": "not answering" if _is_silent(worker.serving) else str(worker.state),
            "ends": worker.ends,
            "last_end": worker.last_end,
            "processes": [{**describe(member, now)} for member in worker.members],
        }
        for worker in fleet.workers
    ]


def _is_silent(member: Any) -> bool:
    return member is not None and member.is_silent


def _file(version: Version | None) -> dict[str, Any]:
    if version is None:
        return {"name": None, "sha256": None}
    return {"name": version.file.name, "sha256": version.file.sha256, "differs_since": None} | (
        _on_disk(version)
    )


def _on_disk(version: Version) -> dict[str, Any]:
    """Find out since when there is another file on disk than the one that runs."""
    path = Path(version.file.name)
    try:
        text = path.read_text("utf-8-sig")
        changed = path.stat().st_mtime
    except (OSError, ValueError):
        return {}
    return {} if text == version.file.text else {"differs_since": _write_time(changed)}


def _write_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _sum(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add numbers by their keys, in blocks within blocks, too."""
    total: dict[str, Any] = {}
    for each in found:
        for key, value in each.items():
            if isinstance(value, dict):
                total[key] = dict(Counter(total.get(key, {})) + Counter(value))
            else:
                total[key] = total.get(key, 0) + value
    return total


def _sum_rows(tables: Sequence[Sequence[Mapping[str, Any]]], named: str) -> list[dict[str, Any]]:
    """Add the numbers of rows with the same name.

    Args:
        tables: The rows of each worker. A number that is not known is `None`.
        named: The key of the name.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for table in tables:
        for row in table:
            rows.setdefault(row[named], []).append(row)
    return [
        {key: name if key == named else _sum_known([row[key] for row in those]) for key in those[0]}
        for name, those in rows.items()
    ]


def _sum_known(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def merge_modules(answers: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Describe the modules of all workers as those of one.

    Args:
        answers: How each worker describes its modules.
    """
    merged: dict[str, dict[str, Any]] = {}
    for rows in answers:
        for row in rows:
            known = merged.setdefault(
                row["name"],
                {**row, "measured": 0, "mean_seconds": 0.0} | (dict.fromkeys(_COUNTED, 0)),
            )
            seconds = (known["mean_seconds"] or 0) * known["measured"]
            seconds += (row["mean_seconds"] or 0) * row["measured"]
            known["measured"] += row["measured"]
            known["mean_seconds"] = seconds / known["measured"] if known["measured"] else None
            for key in _COUNTED:
                known[key] += row[key]
            known["loops"] = [*{**dict.fromkeys(known["loops"]), **dict.fromkeys(row["loops"])}]
    return [*merged.values()]


_COUNTED = ("denied", "failed", "left_behind")
