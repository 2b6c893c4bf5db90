"""What has to outlast a power failure."""

import os
import secrets
from pathlib import Path


def write_file(target: Path, content: bytes) -> None:
    """`target` holds what it held before or `content`, whatever happens in between. Raises OSError."""
    # A name of its own: two processes may write the same file at once.
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Make what somebody else has written into `path` last. Raises OSError."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make new names and renames in `folder` last, where the system has a way to. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
