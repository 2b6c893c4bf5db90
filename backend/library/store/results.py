"""What a worker gets and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.contract.library import ImageFacts, ItemKind, ModelId, SegmentKind


class Worker(StrEnum):
    """Which process works on a job: `extract` search_server, `audio` audioprocessor."""

    EXTRACT = "extract"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Job:
    """A leased job. `lease` is new for each lease: an old holder can never pass for the present one."""

    id: int
    item_id: int
    root_id: int
    worker: Worker
    lease: str
    attempts: int
    root: Path
    path: Path
    name: str
    kind: ItemKind
    size: int
    mtime_ns: int

    @property
    def extension(self) -> str:
        """Lower case, without the dot."""
        return self.path.suffix[1:].lower()


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment before it has an id; its place in `IndexResult.segments` becomes its ordinal, from 1."""

    kind: SegmentKind
    text: str
    page: int | None = None
    line: int | None = None
    start: float | None = None
    end: float | None = None
    language: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexResult:
    """Everything that indexing found out about one item. `happened_at` (Unix seconds) only if the file says it itself."""

    segments: Sequence[NewSegment] = ()
    duration: float | None = None
    pages: int | None = None
    language: str | None = None
    image: ImageFacts | None = None
    happened_at: float | None = None
    has_thumbnail: bool = False
    needs: tuple[ModelId, ...] = ()
