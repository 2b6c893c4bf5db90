"""Folders and files that may not be read. Root reads everything, so its scan runs in a process without that right."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .builders import write

REPOSITORY = Path(__file__).resolve().parents[3]
SCAN_TWICE = """
import json, sys
from pathlib import Path
from backend.library.indexer import Indexer
from backend.library.scan.scan import scan
from backend.library.store import Library, RootUnreadable

data_dir, folder = map(Path, sys.argv[1:])

def state(library, report):
    items = {item.name: (item.state, item.problem and item.problem.code) for item in library.items_page().items}
    return {"items": items, "problem": report.problem and report.problem.model_dump(), "available": report.available}

with Library.open(data_dir) as library:
    root = library.add_root(folder)
    indexer = Indexer(library, lambda event: None)
    for change in (lambda: (folder / "closed").chmod(0), lambda: (folder / "locked.txt").chmod(0o600)):
        change()
        report = scan(library, root.id)
        while indexer.work_once():
            pass
        print(json.dumps(state(library, report)), flush=True)
    try:
        library.add_root(folder / "closed")
    except RootUnreadable as refused:
        print(json.dumps(refused.problem.model_dump()))
    (folder / "closed").chmod(0o700)
    indexer.stop()
"""


@pytest.fixture
def states(tmp_path: Path) -> list[dict[str, Any]]:
    data_dir, folder = tmp_path / "data", tmp_path / "files"
    write(folder / "closed" / "inside.txt", "inside")
    write(folder / "open.txt", "open")
    write(folder / "locked.txt", "locked").chmod(0)
    command = [sys.executable, "-c", SCAN_TWICE, str(data_dir), str(folder)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may read everything, and there is no setpriv to take that right away")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_may_not_be_read_is_skipped_named_and_found_when_it_may(states: list[dict[str, Any]]) -> None:
    first, second, refused = states
    assert first["available"]
    assert first["items"] == {"locked.txt": ["failed", "permission-denied"], "open.txt": ["indexed", None]}
    assert first["problem"]["code"] == "partly-read"
    assert "closed" in first["problem"]["message"]
    assert refused["code"] == "unreadable"
    assert second["items"] == {"locked.txt": ["indexed", None], "open.txt": ["indexed", None]}
