"""The HTTP API of search_server: requests and responses. Every call carries `Authorization: Bearer <secret>`.

| call | answer |
|---|---|
| GET /health | Health |
| GET /status | Status |
| GET /roots | LibrarySummary |
| POST /roots AddRoot | 201 Root; 400 not-a-folder, unreadable; 409 already-added, inside-another, contains-another |
| DELETE /roots/{id} | Root, hidden at once, its rows deleted after REMOVAL_GRACE seconds or at the next start |
| POST /roots/{id}/restore | Root, within that time |
| POST /roots/{id}/rescan | Root; only what changed is indexed again |
| POST /roots/{id}/reindex | Root; everything is indexed again |
| POST /processing SetPaused | QueueSummary; kept over restarts |
| GET /items?root&state&kind&name&sort&order&offset&limit | ItemPage |
| GET /items/{id} | Item |
| GET /items/{id}/segments?kind&offset&limit&around | SegmentPage |
| GET /items/{id}/location | Location, for main only: the relay does not pass it on |
| GET /items/{id}/thumbnail | image/jpeg or 404 |
| POST /items/{id}/retry | Item |
| GET /search?q&kind&root&item&after&before&offset&limit&typing | SearchResponse |

In /search `after` and `before` are Unix seconds, compared with the item's date (EXIF, else modified); `item` keeps to one file and gives
up to 200 of its moments, for "12 more moments".

A failure is `{"problem": Problem}` with status 400, 401, 403, 404, 405, 409, 413, 414, 422, 431 or 503.
"""

from enum import StrEnum

from pydantic import Field, StrictBool

from backend.contract.library import (
    Contract,
    EngineStatus,
    Item,
    ItemKind,
    LibrarySummary,
    ModelId,
    Problem,
    Segment,
    SegmentKind,
)

REMOVAL_GRACE = 30.0


class Failure(Contract):
    problem: Problem


class Health(Contract):
    ok: bool
    uptime: float


class Status(Contract):
    version: str
    pid: int
    engines: list[EngineStatus]
    library: LibrarySummary


class AddRoot(Contract):
    path: str


class SetPaused(Contract):
    # Not 0, 1 or "yes", which the schema does not promise.
    paused: StrictBool


class ItemSort(StrEnum):
    NAME = "name"
    STATE = "state"
    SIZE = "size"
    MODIFIED = "modified"


class SortOrder(StrEnum):
    ASCENDING = "asc"
    DESCENDING = "desc"


class ItemPage(Contract):
    items: list[Item]
    total: int
    offset: int


class SegmentPage(Contract):
    """With `around` (a segment id) the page is the one that holds that segment."""

    segments: list[Segment]
    total: int
    offset: int


class Location(Contract):
    """`root`: the folder that a person added. Whoever opens the file makes sure that it is still below it."""

    path: str
    root: str
    media_type: str
    size: int


class Why(StrEnum):
    """Why a moment matched: its words, its meaning, its sound, or the file's name."""

    WORDS = "words"
    MEANING = "meaning"
    SOUND = "sound"
    NAME = "name"


class Moment(Contract):
    """One place in a file. `marks` are [start, end) offsets in UTF-16 code units of `snippet`, for highlighting."""

    segment_id: int
    kind: SegmentKind
    snippet: str
    marks: list[tuple[int, int]]
    why: list[Why]
    score: float
    page: int | None = None
    line: int | None = None
    start: float | None = None
    end: float | None = None


class FileHit(Contract):
    """A file and its best moments, best first; `moment_count` counts all that matched."""

    item: Item
    root_path: str
    score: float
    moments: list[Moment]
    moment_count: int


class MeaningState(StrEnum):
    """Whether search by meaning took part: READY yes; WARMING not yet, ask again when the engine is ready."""

    READY = "ready"
    WARMING = "warming"
    MISSING = "missing"
    FAILED = "failed"
    NOT_NEEDED = "not-needed"


class Unsearchable(Contract):
    """What could match but cannot be searched yet."""

    waiting: int = Field(description="items that wait to be indexed")
    waiting_for: dict[ModelId, int]
    failed: int


class SearchResponse(Contract):
    query: str
    hits: list[FileHit]
    total_files: int
    offset: int
    meaning: MeaningState
    took: float = Field(description="seconds")
    unsearchable: Unsearchable
    kind_counts: dict[ItemKind, int] = Field(description="matching files by kind, before the kind filter")
