"""Content hashes: tell a touched file from a changed one, and a moved file from a new one."""

import hashlib
from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 20


def content_hash(path: Path, on_chunk: Callable[[], None] | None = None) -> str:
    """128-bit BLAKE2b of the file's bytes, read in pieces; `on_chunk` is called for each MiB. Raises OSError."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            if on_chunk is not None:
                on_chunk()
    return digest.hexdigest()
