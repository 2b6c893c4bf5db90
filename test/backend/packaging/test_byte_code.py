"""Byte code of the installed app: the same bytes wherever and whenever it is made, and records that name what is there."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = REPOSITORY / "scripts" / "package" / "python" / "byte_code.py"
SOURCES = {
    "one.py": "NAMES = {'beta', 'alpha', 'gamma'}\ndef found(name):\n    return name in {'x', 'y', 'z', 'beta'}\n",
    "pack/__init__.py": "from pack.two import VALUE\n",
    "pack/two.py": "VALUE = ('beta', 'shared constant', 'shared constant')\n",
    "broken.py": "this is a template: {{ name }}\n",
}


def run(root: Path, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-P", "-s", "-B", str(PROGRAM), str(root), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def compiled(root: Path, mtime: int) -> dict[str, bytes]:
    for name, text in SOURCES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
        os.utime(root / name, (mtime, mtime))
    for number in ("0", "1"):
        result = run(root, number, "2")
        assert result.returncode == 0, result.stderr
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.pyc"))}


def test_the_same_bytes_from_two_folders_at_two_times(tmp_path: Path) -> None:
    first, second = compiled(tmp_path / "first", 1_000_000_000), compiled(tmp_path / "elsewhere" / "second", 1_500_000_000)
    assert first == second
    tag = sys.implementation.cache_tag
    assert sorted(first) == [f"__pycache__/one.{tag}.pyc", f"pack/__pycache__/__init__.{tag}.pyc", f"pack/__pycache__/two.{tag}.pyc"]
    for content in first.values():
        # PEP 552: bit 0 says that a hash stands in place of the time, bit 1 that the source is looked at.
        assert content[:8] == importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
        assert str(tmp_path).encode() not in content


@pytest.mark.parametrize("seed", ["random", "1"])
def test_another_hash_seed_is_refused(tmp_path: Path, seed: str) -> None:
    assert "PYTHONHASHSEED" in run(tmp_path, "0", "1", seed=seed).stderr


def test_records_name_the_files_that_are_there_and_no_others(tmp_path: Path) -> None:
    info = tmp_path / "site" / "sample-1.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "site" / "sample.py").touch()
    (info / "METADATA").touch()
    lines = [
        "sample.py,sha256=abc,1",
        "sample/tests/test_it.py,sha256=def,2",
        "../../bin/sample,sha256=ghi,3",
        "sample-1.dist-info/METADATA,,",
    ]
    (info / "RECORD").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(tmp_path, "records").returncode == 0
    assert (info / "RECORD").read_text(encoding="utf-8") == "sample-1.dist-info/METADATA,,\nsample.py,,\n"
