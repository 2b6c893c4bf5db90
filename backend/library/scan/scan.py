"""One pass over a root: makes the library equal to the disk, and indexes again only what changed."""

import logging
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from backend.contract.library import Item, ItemState, Problem
from backend.library.hashing import content_hash
from backend.library.scan.walk import Walk
from backend.library.store import KnownFile, Library, SeenFile
from backend.library.store.roots import unreachable

log = logging.getLogger(__name__)

BATCH = 200
PERMISSION_DENIED = "permission-denied"


class ScanStopped(Exception):
    """Asked to stop: what was found so far is in the library, nothing was deleted."""


@dataclass(slots=True)
class ScanReport:
    """What a scan found. `put` counts new and changed files."""

    put: int = 0
    touched: int = 0
    moved: int = 0
    gone: int = 0
    available: bool = True
    problem: Problem | None = None


@dataclass(slots=True)
class _Batch:
    put: list[SeenFile] = field(default_factory=list)
    touched: dict[int, int] = field(default_factory=dict)
    moved: dict[int, SeenFile] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.put) + len(self.touched) + len(self.moved)


class Scan:
    """Compares by size and time, then by content: a touched file keeps its segments, and so does a moved one.

    A file is moved when it is new, its content equals that of an indexed file of the same kind, and that one is no longer there.
    """

    def __init__(self, library: Library, root_id: int, stop: Event | None = None) -> None:
        self._library = library
        self._root_id = root_id
        self._root = library.root_path(root_id)
        self._stop = stop or Event()
        self._report = ScanReport()
        self._batch = _Batch()
        self._moved_from: set[str] = set()

    def run(self, on_changed: Callable[[list[Item]], None], on_removed: Callable[[list[int]], None]) -> ScanReport:
        """Callbacks get what each transaction changed. Raises ScanStopped, NotFound when the root is removed meanwhile."""
        with self._library.scanning(self._root_id):
            known = self._library.known_files(self._root_id)
            walk = Walk(self._root, excluded=(self._library.data_dir,))
            try:
                device = str(self._root.stat().st_dev)
                missing = self._compare(walk, known, on_changed)
            except OSError as error:
                return self._unreachable(error)
            self._flush(on_changed)
            if not self._is_still_there(walk, known, device):
                return self._unreachable(None)
            gone = [file.id for file in missing if not _is_below(file.path, walk.skipped)]
            for start in range(0, len(gone), BATCH):
                self._library.apply_scan(self._root_id, gone=gone[start : start + BATCH])
                on_removed(gone[start : start + BATCH])
            self._report.gone = len(gone)
            self._report.problem = _problem_of(walk)
            self._library.set_root_scanned(self._root_id, device, self._report.problem)
        return self._report

    def _compare(self, walk: Walk, known: dict[str, KnownFile], on_changed: Callable[[list[Item]], None]) -> list[KnownFile]:
        """The known files that were not met."""
        by_size: defaultdict[int, list[KnownFile]] = defaultdict(list)
        for file in known.values():
            if file.content_hash is not None and file.state is ItemState.INDEXED and file.size > 0:
                by_size[file.size].append(file)
        met: set[str] = set()
        for seen in walk.files():
            self._pause_point()
            met.add(seen.path)
            before = known.get(seen.path)
            if before is not None:
                self._compare_known(before, seen)
            elif (source := self._moved_source(seen, by_size[seen.size])) is not None:
                self._moved_from.add(source.path)
                self._batch.moved[source.id] = seen
            else:
                self._batch.put.append(seen)
            if len(self._batch) >= BATCH:
                self._flush(on_changed)
        return [file for path, file in known.items() if path not in met and path not in self._moved_from]

    def _compare_known(self, before: KnownFile, seen: SeenFile) -> None:
        if before.path in self._moved_from:
            # Its item went to another path in this very scan, so this is a new file.
            self._batch.put.append(seen)
        elif (before.size, before.mtime_ns, before.kind) == (seen.size, seen.mtime_ns, seen.kind):
            if before.problem_code == PERMISSION_DENIED and os.access(self._root / seen.path, os.R_OK):
                self._batch.put.append(seen)
        elif before.size == seen.size and before.content_hash is not None and self._hash(seen) == before.content_hash:
            self._batch.touched[before.id] = seen.mtime_ns
        else:
            self._batch.put.append(seen)

    def _moved_source(self, seen: SeenFile, candidates: list[KnownFile]) -> KnownFile | None:
        vanished = [
            file
            for file in candidates
            if file.kind is seen.kind and file.path not in self._moved_from and not os.path.lexists(self._root / file.path)
        ]
        if not vanished:
            return None
        digest = self._hash(seen)
        return next((file for file in vanished if file.content_hash == digest), None)

    def _hash(self, seen: SeenFile) -> str | None:
        try:
            return content_hash(self._root / seen.path, self._pause_point)
        except OSError as error:
            log.info("cannot compare the content of %s: %s", seen.path, error)
            return None

    def _flush(self, on_changed: Callable[[list[Item]], None]) -> None:
        batch, self._batch = self._batch, _Batch()
        if not len(batch):
            return
        changed = self._library.apply_scan(self._root_id, put=batch.put, touched=batch.touched, moved=batch.moved)
        self._report.put += len(batch.put)
        self._report.touched += len(batch.touched)
        self._report.moved += len(batch.moved)
        if changed:
            on_changed(changed)

    def _is_still_there(self, walk: Walk, known: dict[str, KnownFile], device: str) -> bool:
        """False when the disk went away during the scan, or when the folder is the empty place where its disk was."""
        try:
            if str(self._root.stat().st_dev) != device:
                return False
        except OSError:
            return False
        before = self._library.root_device(self._root_id)
        return bool(walk.entries) or not known or before in (None, device)

    def _unreachable(self, error: OSError | None) -> ScanReport:
        log.warning("root %d cannot be reached: %s", self._root_id, error or "its disk is not there")
        self._report.available = False
        self._report.problem = unreachable(self._root)
        self._library.set_root_problem(self._root_id, self._report.problem)
        return self._report

    def _pause_point(self) -> None:
        if self._stop.is_set():
            raise ScanStopped()


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _problem_of(walk: Walk) -> Problem | None:
    sentences = []
    if walk.skipped:
        what = f"“{walk.skipped[0]}”" if len(walk.skipped) == 1 else f"{len(walk.skipped)} folders or files"
        sentences.append(f"{what} could not be read and {'was' if len(walk.skipped) == 1 else 'were'} skipped.")
    if walk.unnameable:
        names = "1 name" if walk.unnameable == 1 else f"{walk.unnameable} names"
        sentences.append(f"{names} could not be read as text, so these files were skipped.")
    if not sentences:
        return None
    return Problem(
        code="partly-read",
        message=" ".join(sentences),
        next_step="Check that you may open them, then scan the folder again." if walk.skipped else "Rename them, then scan again.",
        detail="\n".join(walk.skipped[:20]) or None,
    )


def scan(
    library: Library,
    root_id: int,
    *,
    on_changed: Callable[[list[Item]], None] = lambda _: None,
    on_removed: Callable[[list[int]], None] = lambda _: None,
    stop: Event | None = None,
) -> ScanReport:
    """Scan a root once. Raises ScanStopped; NotFound when the root is not, or no longer, in the library."""
    return Scan(library, root_id, stop).run(on_changed, on_removed)
