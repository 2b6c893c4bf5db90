"""The sidecar line protocol: one JSON object a line on stdout, one of `SidecarEvent`; commands come as lines on stdin.

stdout carries nothing else; logs go to stderr. End of file on stdin means that the parent is gone and the child stops.
The JSON Schema and the TypeScript types of the shell are generated from this module (`npm run codegen`).
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from backend.contract.library import Contract, EngineStatus, Item, LibrarySummary, ModelId, Problem

PROTOCOL_VERSION = 1


class SidecarName(StrEnum):
    SEARCH_SERVER = "search-server"
    AUDIO_PROCESSOR = "audio-processor"


class JobStage(StrEnum):
    EXTRACTING = "extracting"
    DECODING = "decoding"
    LISTENING = "listening"
    TRANSCRIBING = "transcribing"
    EMBEDDING = "embedding"


class ProgressUnit(StrEnum):
    SECONDS = "seconds"
    PAGES = "pages"
    SEGMENTS = "segments"


class Ready(Contract):
    """First event of a started process. `port` is the loopback port that it bound itself, if it serves HTTP."""

    type: Literal["ready"] = "ready"
    sidecar: SidecarName
    pid: int
    port: int | None = None
    version: str
    protocol: int = PROTOCOL_VERSION


class Heartbeat(Contract):
    """Every two seconds, from a thread that only runs while the process is able to work."""

    type: Literal["heartbeat"] = "heartbeat"
    uptime: float = Field(description="seconds")
    memory: int = Field(description="resident set size, bytes")


class JobProgress(Contract):
    """At most four a second and item. Long files say seconds done of seconds total."""

    type: Literal["job-progress"] = "job-progress"
    item_id: int
    name: str
    stage: JobStage
    done: float
    total: float | None = None
    unit: ProgressUnit
    seconds_left: float | None = None


class ItemChanged(Contract):
    type: Literal["item-changed"] = "item-changed"
    item: Item


class ItemRemoved(Contract):
    type: Literal["item-removed"] = "item-removed"
    item_id: int


class LibraryChanged(Contract):
    """The whole summary, at most four a second; only search_server sends it."""

    type: Literal["library-changed"] = "library-changed"
    library: LibrarySummary


class EngineChanged(Contract):
    type: Literal["engine-changed"] = "engine-changed"
    status: EngineStatus


class ModelDownloadProgress(Contract):
    """The first before the first byte, then at least two a second, also while it waits, verifies or installs."""

    type: Literal["model-download-progress"] = "model-download-progress"
    model: ModelId
    progress: float | None = Field(description="percent, 0 to 100; null while the total is not known")
    message: str = Field(description="what happens now, in a short sentence")
    bytes: int = Field(description="bytes of the model that are here, those of an earlier attempt included")
    total: int | None = Field(description="bytes to fetch in all")
    rate: float | None = Field(default=None, description="bytes a second over the last seconds; null while nothing arrives")
    seconds_left: float | None = None


class ModelState(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    DAMAGED = "damaged"


class ModelStatusEvent(Contract):
    """One model as the downloader's `status` and `verify` find it."""

    type: Literal["model-status"] = "model-status"
    model: ModelId
    title: str
    state: ModelState
    size: int = Field(description="bytes")
    licence: str
    enables: str
    homepage: str
    required: bool = Field(description="one that the app's main functions need")
    bundled: bool = Field(description="it came with the app and cannot be removed by itself")
    partial: int = Field(default=0, description="bytes that an interrupted download left here; the next one goes on from them")
    problem: str | None = None


class ModelDownloadOutcome(StrEnum):
    INSTALLED = "installed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ModelDownloadEnded(Contract):
    """The one last event of each model that was asked for. `problem` is set when, and only when, it failed."""

    type: Literal["model-download-ended"] = "model-download-ended"
    model: ModelId
    outcome: ModelDownloadOutcome
    message: str
    problem: Problem | None = None


class ModelExportProgress(Contract):
    """The first before the first byte, then at least two a second; an export has no other event, its exit code says the end."""

    type: Literal["model-export-progress"] = "model-export-progress"
    bytes: int
    total: int


class CareTask(StrEnum):
    BACKUP = "backup"
    RESTORE = "restore"
    RECOVER = "recover"


class LibraryCareProgress(Contract):
    """The first before any work, then at least two a second while the task goes on."""

    type: Literal["library-care-progress"] = "library-care-progress"
    task: CareTask
    done: int = Field(description="bytes")
    total: int | None = Field(description="bytes; null while not known")


class CareOutcome(StrEnum):
    DONE = "done"
    NOTHING_TO_DO = "nothing-to-do"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LibraryCareEnded(Contract):
    """The one last event of a task. `problem`: why it failed; of a recovery that is done, what had happened to the library."""

    type: Literal["library-care-ended"] = "library-care-ended"
    task: CareTask
    outcome: CareOutcome
    problem: Problem | None = None
    file: str | None = Field(default=None, description="absolute path: the backup written, or where the former library is kept")
    folders: int = Field(default=0, description="folders of the library as it is now")
    kept: int = Field(default=0, description="files of a recovered library whose results were read whole and need no second indexing")


class ErrorEvent(Contract):
    """Something failed that belongs to no item. The process goes on, unless it says that it is `final`."""

    type: Literal["error"] = "error"
    problem: Problem
    final: bool = Field(default=False, description="the process ends for this reason, and would again if it were just started again")


class Bye(Contract):
    """Last event of an orderly stop."""

    type: Literal["bye"] = "bye"
    reason: str


SidecarEvent = Annotated[
    Ready
    | Heartbeat
    | JobProgress
    | ItemChanged
    | ItemRemoved
    | LibraryChanged
    | EngineChanged
    | ModelDownloadProgress
    | ModelDownloadEnded
    | ModelStatusEvent
    | ModelExportProgress
    | LibraryCareProgress
    | LibraryCareEnded
    | ErrorEvent
    | Bye,
    Field(discriminator="type"),
]
sidecar_event: TypeAdapter[SidecarEvent] = TypeAdapter(SidecarEvent)


class Shutdown(Contract):
    """Finish the current window, put the job back, say bye, exit 0."""

    type: Literal["shutdown"] = "shutdown"


SidecarCommand = Shutdown
sidecar_command: TypeAdapter[SidecarCommand] = TypeAdapter(SidecarCommand)
