"""What the double serves, by path: bytes or a file, with its validators."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Resource:
    """`location` makes the answer a redirect; `headers` are the hub's own."""

    content: bytes | Path
    etag: str
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def open(self) -> BinaryIO:
        return BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")


def resource(content: bytes | Path) -> Resource:
    """A plain file, as OpenAI or tfhub's storage serves it."""
    if isinstance(content, bytes):
        return Resource(content, f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')
    facts = os.stat(content)
    return Resource(content, f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"')
