from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest

from hostkit.codes import Code
from hostkit.config import Bytes, StructureErrors, load, structure
from hostkit.errors import ConfigErrors

from .conftest import Write


@attrs.frozen
class Config:
    even: int = attrs.field(default=0)
    where: complex = 0j

    @even.validator
    def _is_even(self, _attribute: Any, value: int) -> None:
        if value % 2:
            raise ValueError("must be even")


_LAUGHS = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
_ENTRY = "modules:\n- module: a.B\n  "
_FILES = {
    "HK004": b"a: \xff",
    "HK005": b"a: \x07",
    "HK006": b"a: [",
    "HK007": b"",
    "HK008": b"- a",
    "HK009": b"a: 1\n--- {}\n",
    "HK010": f"{_ENTRY}config: {{x: {'[' * 150}{']' * 150}}}".encode(),
    "HK011": b"modules: []\nmodules: []\n",
    "HK012": b"modules: !x []",
    "HK013": b"modules: 2024-13-45",
    "HK014": b"modules: &a [*a]",
    "HK015": f"a0: &a0 [1]\n{_LAUGHS}{_ENTRY}config: {{x: *a8}}".encode(),
    "HK016": b"hostkit: {[a]: b}",
    "HK017": b"hostkit: {<<: 5}",
    "HK018": "modules:\n\u00a0\u00a0- module: a.B".encode(),
    "HK019": b"hostkit: {receipts: 010}",
    "HK020": b"modules: 5",
    "HK021": f"{_ENTRY}nam: x".encode(),
    "HK022": b"modules: [{}]",
    "HK023": f"{_ENTRY}mode: x".encode(),
    "HK024": f"{_ENTRY}on: x".encode(),
    "HK025": f"{_ENTRY}timeout: 5".encode(),
    "HK027": f"{_ENTRY}timeout: 0s".encode(),
    "HK030": f"{_ENTRY}name: x\n- module: a.B\n  name: x".encode(),
    "HK050": f"{_ENTRY}config: !env".encode(),
    "HK051": f"{_ENTRY}config: !env HOSTKIT_MISSING".encode(),
    "HK055": f"{_ENTRY}config: {{a: !env $x}}".encode(),
    "HK056": b"hostkit: {listeners: [{endpoint: 'unix:/a', serve: [admin]}]}",
    "HK052": f"{_ENTRY}config: !file missing".encode(),
}
_VALUES: dict[str, tuple[Any, Any]] = {
    "HK026": ("5KB", Bytes),
    "HK028": ({"even": 1}, Config),
    "HK029": ({"where": 1}, Config),
    "HK032": ("a", UUID),
}


def _codes_of(name: str) -> set[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(name)
    return {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(("code", "text"), _FILES.items())
def test_each_code_of_a_file_has_a_file(write: Write, code: str, text: bytes) -> None:
    """The file has that one problem."""
    assert _codes_of(write(text)) == {code}


@pytest.mark.parametrize("code", _VALUES)
def test_each_code_of_a_value_has_a_value(code: str) -> None:
    """The value has that one fault."""
    value, cls = _VALUES[code]
    with pytest.raises(StructureErrors) as caught:
        structure(value, cls)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_the_other_codes_need_more_than_a_text(write: Write, tmp_path: Path) -> None:
    """Files that are missing, folders, loops, or not text have codes of their own."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "key").write_bytes(b"\xff")
    assert _codes_of(str(tmp_path / "missing")) == {"HK001"}
    assert _codes_of(str(tmp_path)) == {"HK002"}
    assert _codes_of(str(tmp_path / "loop")) == {"HK003"}
    assert _codes_of(write(f"{_ENTRY}config: !file key")) == {"HK053"}
    assert _codes_of(write("hostkit: {listeners: [{endpoint: x, token: abc}]}")) == {"HK054"}


def test_no_code_is_forgotten() -> None:
    """Every code of this layer is produced by a test above."""
    produced = {*_FILES, *_VALUES, "HK001", "HK002", "HK003", "HK053", "HK054"}
    produced |= {"HK031"}  # needs a module: tests/loading/test_config_kinds.py
    assert produced == {code for code in Code if code.startswith("HK0")}
