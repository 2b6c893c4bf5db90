"""A file that is not whole yet, and the side record that says which bytes these are.

`<name>.part` holds the first bytes of the file, `<name>.part.json` the address they came from, its validators (ETag,
Last-Modified), the size and digest that were promised. The digest so far is not stored: it is taken again from the
bytes on disk when a download is resumed, which also finds damage that a stored state would hide.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class SideRecord:
    url: str
    etag: str | None
    last_modified: str | None
    size: int | None
    sha256: str | None

    @property
    def validator(self) -> str | None:
        """What If-Range may hold: a strong ETag, else the date (RFC 9110, 13.1.5); None when the server gave neither."""
        if self.etag is not None and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class PartFile:
    """Append-only file; `length` bytes of it are here. Every piece is handed to the system at once: `kill -9` loses none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_path = path.with_name(f"{path.name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        self.length = os.fstat(self._descriptor).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._descriptor)

    def append(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            written = os.write(self._descriptor, view)
            view = view[written:]
            self.length += written

    def restart(self) -> None:
        """Drop all bytes and the record."""
        self.record_path.unlink(missing_ok=True)
        os.ftruncate(self._descriptor, 0)
        self.length = 0

    def sync(self) -> None:
        """Bring the bytes to the disk, before a rename makes them count."""
        os.fsync(self._descriptor)

    def read_record(self) -> SideRecord | None:
        """The side record, or None when there is none that can be read: the bytes then belong to nothing known."""
        try:
            return SideRecord(**json.loads(self.record_path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_record(self, record: SideRecord) -> None:
        temporary = self.record_path.with_name(f"{self.record_path.name}.new")
        temporary.write_text(json.dumps(asdict(record)), encoding="utf-8")
        os.replace(temporary, self.record_path)


def finish(part: Path, target: Path) -> None:
    """The part file is whole and right: give it its name, then drop the record."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(part, target)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
