"""The library's store: one class over SQLite. `Library.open(data_dir)` is the way in."""

from backend.library.store.errors import (
    LeaseLost,
    LibraryDamaged,
    LibraryError,
    LibraryLost,
    LibraryMissing,
    LibraryMoved,
    LibraryTooNew,
    NotFound,
    RootAlreadyAdded,
    RootContainsAnother,
    RootInsideAnother,
    RootNotAFolder,
    RootRefused,
    RootUnreadable,
)
from backend.library.store.items import KnownFile, SeenFile
from backend.library.store.library import LEASE_SECONDS, Library
from backend.library.store.owner import Owner
from backend.library.store.results import IndexResult, Job, NewSegment, Worker
from backend.library.store.rows import ROOT_UNREACHABLE, item_of, segment_of
from backend.library.store.storage import storage_problem

__all__ = [
    "LEASE_SECONDS",
    "ROOT_UNREACHABLE",
    "IndexResult",
    "Job",
    "KnownFile",
    "LeaseLost",
    "Library",
    "LibraryDamaged",
    "LibraryError",
    "LibraryLost",
    "LibraryMissing",
    "LibraryMoved",
    "LibraryTooNew",
    "NewSegment",
    "NotFound",
    "Owner",
    "RootAlreadyAdded",
    "RootContainsAnother",
    "RootInsideAnother",
    "RootNotAFolder",
    "RootRefused",
    "RootUnreadable",
    "SeenFile",
    "Worker",
    "item_of",
    "segment_of",
    "storage_problem",
]
