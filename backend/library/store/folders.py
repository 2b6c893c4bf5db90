"""`folders.json` beside the database: the folders that a person added, so that a lost or damaged library can be made again."""

import sqlite3
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.durable import write_file

FILE = "folders.json"


class Folder(BaseModel):
    """`id` is the one in the table `roots`: what can still be read of a damaged library is told apart by it."""

    model_config = ConfigDict(frozen=True)

    id: int
    path: str
    added_at: float


class _File(BaseModel):
    folders: list[Folder]


class FoldersUnreadable(ValueError):
    """There is a list of folders and it cannot be understood."""


def read(data_dir: Path) -> list[Folder] | None:
    """The list as it was written last; None when there is none. Raises FoldersUnreadable, OSError."""
    try:
        return _File.model_validate_json((data_dir / FILE).read_bytes()).folders
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise FoldersUnreadable(f"{FILE} cannot be understood: {error}") from error


def write(data_dir: Path, folders: list[Folder]) -> None:
    """Either the old list or the new one is on the disk, whatever happens in between. Raises OSError."""
    write_file(data_dir / FILE, _File(folders=folders).model_dump_json(indent=2).encode())


def of_library(db: sqlite3.Connection) -> list[Folder]:
    """Those of the table `roots`, without the removed ones."""
    rows = db.execute("SELECT id, path, added_at FROM roots WHERE removed_at IS NULL ORDER BY added_at, id")
    return [Folder(id=row["id"], path=row["path"], added_at=row["added_at"]) for row in rows]
