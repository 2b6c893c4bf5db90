"""The marker that says "these files were read to the end and their digests were right"."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backend.durable import write_file
from backend.models.manifest import FileSet, Model, ModelFile

MARKERS = ".verified"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Marker:
    """The edition that was verified, and size and SHA-256 of each of its files by path."""

    edition: str
    files: dict[str, tuple[int, str]]

    def covers(self, files: FileSet) -> bool:
        return self.files == {file.path: (file.size, file.sha256) for file in files.files}


def marker_path(layer: Path, model: Model) -> Path:
    return layer / MARKERS / f"{model.id}.json"


def read_marker(layer: Path, model: Model) -> Marker | None:
    """The model's marker in that layer, or None when there is none that can be read as one."""
    try:
        document = json.loads(marker_path(layer, model).read_text(encoding="utf-8"))
        files = {entry["path"]: (int(entry["size"]), str(entry["sha256"])) for entry in document["files"]}
        return Marker(str(document["edition"]), files)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        # A half-written or foreign marker vouches for nothing; the model then counts as not verified.
        return None


def write_marker(layer: Path, model: Model, files: FileSet, at: datetime | None = None) -> Path:
    """Record `files` as verified, now or `at`. The caller has compared every digest just before; this is the last step."""
    target = marker_path(layer, model)
    target.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "model": model.id,
        "edition": files.edition,
        "verified_at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
        "files": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in files.files],
    }
    write_file(target, json.dumps(document, indent=2).encode())
    # Whatever the umask is: the bundle of an installed app is read by other users.
    target.chmod(0o644)
    return target


def remove_marker(layer: Path, model: Model) -> None:
    marker_path(layer, model).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """SHA-256 of the file in hex, read in pieces of a mebibyte."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def digest_problem(layer: Path, file: ModelFile) -> str | None:
    """What is wrong with the content of one file, or None."""
    path = layer / file.path
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return f"{file.path} is missing"
    if size != file.size:
        return f"{file.path} has {size} bytes instead of {file.size}"
    if sha256_of(path) != file.sha256:
        return f"{file.path} has the right size but other content"
    return None
