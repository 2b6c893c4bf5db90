"""Putting another file in the place of the library, so that `kill -9` at any moment leaves the one or the other, and both on the disk.

A database and its log are two files, and no system renames two at once. So what is to be done is written down first; whoever
opens the library next does what is left of it.
"""

import logging
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from backend.durable import sync_folder, write_file

log = logging.getLogger(__name__)

DATABASE = "library.db"
RECORD = "library-replacement.json"
_LOCK = "library-replacement.lock"
# The database last: as long as it is there, so is its record.
_PARTS = ("-wal", "-shm", "")


class _Record(BaseModel):
    """Names of files in the data directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new: str
    kept: str


def replace_library(data_dir: Path, new: Path, kept: Path) -> None:
    """`new`, a whole database without a log in the same folder, becomes the library; the present one, if any, gets the name `kept`.

    Nothing may have either open. Raises OSError: then the next call of `complete_replacement` does the rest.
    """
    write_file(data_dir / RECORD, _Record(new=new.name, kept=kept.name).model_dump_json().encode())
    complete_replacement(data_dir)


def complete_replacement(data_dir: Path) -> None:
    """Do what a replacement that was interrupted has left. Costs one look at the folder when there was none. Raises OSError."""
    if not (data_dir / RECORD).exists():
        return
    (data_dir / "run").mkdir(exist_ok=True)
    # Two that did this at once would move the new library away again.
    with FileLock(data_dir / "run" / _LOCK):
        record = _read(data_dir / RECORD)
        if record is not None and (data_dir / record.new).exists():
            for part in _PARTS:
                present = data_dir / f"{DATABASE}{part}"
                if present.exists():
                    present.rename(data_dir / f"{record.kept}{part}")
            (data_dir / record.new).rename(data_dir / DATABASE)
            sync_folder(data_dir)
        (data_dir / RECORD).unlink(missing_ok=True)
        sync_folder(data_dir)


def _read(path: Path) -> _Record | None:
    try:
        return _Record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        log.exception("%s says nothing that could be done", path)
        return None
