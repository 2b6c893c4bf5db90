"""Takes named files out of a gzipped tar that nobody vouches for.

Nothing is written outside the target, and not more than the caller expects: members are read in one pass, each must be
a plain file or folder at a plain relative path, and what the archive unpacks to is counted before it is believed.
"""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from backend.models.archive.bounded_stream import BoundedStream, TooMuch
from backend.models.problems import ModelError

MAX_MEMBERS = 1_000
OVERHEAD = 4 << 20
COPY_SIZE = 1 << 20


def unpack(archive: Path, wanted: Mapping[str, tuple[Path, int]], check: Callable[[], None] = lambda: None) -> None:
    """Write each wanted member (path in the archive -> target and size in bytes); `check` is called between pieces.

    Members that are not wanted are checked and skipped. Raises ModelError (`unsafe-archive`, `bad-archive`), OSError
    from the disk, and whatever `check` raises.
    """
    limit = 2 * sum(size for _, size in wanted.values()) + OVERHEAD
    missing = set(wanted)
    try:
        with gzip.open(archive) as plain, tarfile.open(mode="r|", fileobj=BoundedStream(plain, limit)) as contents:
            for number, member in enumerate(contents):
                _refuse_unsafe(member, number)
                name = str(PurePosixPath(member.name))
                if not member.isfile() or name not in missing:
                    continue
                target, size = wanted[name]
                if member.size != size:
                    raise bad_archive(f"{name} has {member.size} bytes instead of {size}")
                missing.discard(name)
                _write(contents.extractfile(member), target, check)
    except TooMuch as error:
        raise _unsafe(f"it unpacks to more than {limit} bytes") from error
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, UnicodeError) as error:
        raise bad_archive(str(error)) from error
    if missing:
        raise bad_archive(f"it lacks {', '.join(sorted(missing))}")


def _refuse_unsafe(member: tarfile.TarInfo, number: int) -> None:
    if number >= MAX_MEMBERS:
        raise _unsafe(f"it has more than {MAX_MEMBERS} members")
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name or "\0" in member.name:
        raise _unsafe(f"it has a member at {member.name!r}")
    if not (member.isfile() or member.isdir()):
        raise _unsafe(f"{member.name!r} is a link or a device")
    try:
        tarfile.data_filter(member, "/nowhere")
    except tarfile.FilterError as error:
        raise _unsafe(str(error)) from error


def _write(source: IO[bytes] | None, target: Path, check: Callable[[], None]) -> None:
    if source is None:
        raise bad_archive("a member without content")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        while piece := source.read(COPY_SIZE):
            check()
            stream.write(piece)


def _unsafe(why: str) -> ModelError:
    return ModelError(
        "unsafe-archive",
        f"The archive was refused, since it could do harm: {why}.",
        "Do not use this source; download it again from another network or mirror.",
    )


def bad_archive(why: str) -> ModelError:
    return ModelError("bad-archive", f"The archive is not the published one: {why}.", "Download it again, or use another source.")
