"""What the library is made of, as it crosses every boundary: HTTP, line protocol and UI.

Times of day are Unix seconds (UTC); positions in recordings are seconds from the start; pages and lines count from 1.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Contract(BaseModel):
    """Base of everything that crosses a boundary: unknown fields are an error, not a guess. Defaults are always sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class ItemKind(StrEnum):
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    IMAGE = "image"
    OTHER = "other"


class ItemState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    NEEDS_MODEL = "needs-model"
    INDEXED = "indexed"
    FAILED = "failed"


class SegmentKind(StrEnum):
    NAME = "name"
    TEXT = "text"
    SPEECH = "speech"
    SOUND = "sound"


class ModelId(StrEnum):
    MINILM = "minilm"
    WHISPER = "whisper-base"
    YAMNET = "yamnet"


class EngineState(StrEnum):
    MISSING = "missing"
    UNLOADED = "unloaded"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class Problem(Contract):
    """A failure in words a person can act on. `detail` is for "More"; it may hold technical text."""

    code: str
    message: str
    next_step: str | None = None
    detail: str | None = None


class RootCounts(Contract):
    total: int = 0
    waiting: int = 0
    working: int = 0
    needs_model: int = 0
    indexed: int = 0
    failed: int = 0


class Root(Contract):
    """A folder that the person added. `available` is false while its disk or folder cannot be read."""

    id: int
    path: str
    added_at: float
    scanning: bool
    available: bool
    problem: Problem | None = None
    counts: RootCounts


class ImageFacts(Contract):
    width: int
    height: int
    taken_at: float | None = None
    camera: str | None = None


class Item(Contract):
    """One file. `reduced` names models whose absence left part of an indexed file unsearchable."""

    id: int
    root_id: int
    name: str
    folder: str = Field(description="Path of the containing folder, relative to the root; empty at its top")
    kind: ItemKind
    extension: str
    size: int = Field(description="bytes")
    modified_at: float
    state: ItemState
    needs: list[ModelId] = Field(default_factory=list, description="Models this item waits for or is reduced without")
    problem: Problem | None = None
    duration: float | None = Field(default=None, description="seconds, audio and video")
    pages: int | None = None
    language: str | None = Field(default=None, description="ISO 639-1 of the speech")
    image: ImageFacts | None = None
    has_thumbnail: bool = False
    indexed_at: float | None = None


class Segment(Contract):
    """The smallest thing that can be found. Text: page or line. Speech and sound: start and end."""

    id: int
    item_id: int
    ordinal: int
    kind: SegmentKind
    text: str
    page: int | None = None
    line: int | None = None
    start: float | None = None
    end: float | None = None
    language: str | None = None
    score: float | None = Field(default=None, description="confidence 0 to 1 of a sound")


class QueueSummary(Contract):
    """Counts over all roots. `waiting_for` counts items per missing model."""

    paused: bool
    waiting: int
    working: int
    indexed: int
    failed: int
    needs_model: int
    waiting_for: dict[ModelId, int] = Field(default_factory=dict)
    to_embed: int = Field(description="segments not yet searchable by meaning")
    embedded: int


class LibrarySummary(Contract):
    roots: list[Root]
    queue: QueueSummary


class EngineStatus(Contract):
    engine: ModelId
    state: EngineState
    problem: Problem | None = None
