"""The library of one data directory: the only way to `library.db`."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from backend.contract.api import ItemPage, ItemSort, SegmentPage, SortOrder
from backend.contract.library import (
    Item,
    ItemKind,
    ItemState,
    LibrarySummary,
    ModelId,
    Problem,
    QueueSummary,
    Root,
    SegmentKind,
)
from backend.library.hashing import content_hash
from backend.library.scan import kinds
from backend.library.store import crash_record, folders, items, jobs, opening, roots, segments, settings, summary
from backend.library.store.connection import ConnectionPool, OnLost
from backend.library.store.errors import LibraryLost
from backend.library.store.owner import Owner
from backend.library.store.replacement import DATABASE
from backend.library.store.results import IndexResult, Job, Worker

log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0


class Library:
    """Thread-safe. Any number of processes may have one open on the same directory; what one commits the others see."""

    def __init__(self, data_dir: Path, opener: str, on_lost: OnLost) -> None:
        self.data_dir = data_dir
        self.owner = Owner.of_process()
        self._opener = opener
        self._pool = ConnectionPool(data_dir / DATABASE, on_lost)
        self.freed: list[Item] = []
        """Items that dead processes had in hand when this was opened: waiting again, or failed for their crashes."""
        self._kept_folders: list[folders.Folder] | None = None
        self._folders_lock = Lock()
        self._scanning: frozenset[int] = frozenset()
        self._scanning_changes = 0

    @classmethod
    def open(cls, data_dir: Path, on_lost: OnLost = lambda _: None) -> Self:
        """Create or migrate `library.db` and free the leases of processes that died.

        When the last run did not close it, the whole file is checked first. `on_lost` is called once, from whichever thread meets it,
        when the library turns out to be damaged or moved away later. Raises LibraryTooNew (nothing is touched), LibraryDamaged,
        LibraryMissing; OSError and sqlite3.OperationalError when the disk or folder does not allow it now.
        """
        data_dir = data_dir.resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        opener = f"{Owner.of_process()}/{os.urandom(4).hex()}"
        freed = opening.prepare(data_dir, opener)
        library = cls(data_dir, opener, on_lost)
        library.keep_folders()
        library.freed = list(library.items_by_id(freed).values())
        return library

    def close(self) -> None:
        """Orderly end; the next `open` needs no check. Other calls fail afterwards."""
        try:
            with self._pool.write() as db:
                settings.mark_closed(db, self._opener)
        except LibraryLost:
            log.info("a library that is lost is not marked as closed")
        except sqlite3.Error:
            # A full disk, for one: the next opening takes it for an unclean end and checks the file.
            log.exception("the library could not be marked as closed")
        self._pool.close()

    def require_in_place(self) -> None:
        """Raises LibraryMoved when `library.db` is no longer the file that is open here."""
        self._pool.require_in_place()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Own SQL, for search and embeddings

    def read_connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """`with library.read_connection() as db`: sqlite3.Row rows, cannot write, one unchanging state of the library within."""
        return self._pool.read()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """`with library.transaction() as db`: one IMMEDIATE transaction; an exception rolls it back. Keep it short."""
        return self._pool.write()

    def data_version(self) -> int:
        """Changes whenever anything that `summary` shows may have, in any process; cheap enough to ask many times a second."""
        return self._pool.data_version() + self._scanning_changes

    # Roots

    def add_root(self, path: str | os.PathLike[str]) -> Root:
        """Raises RootNotAFolder, RootUnreadable, RootAlreadyAdded, RootInsideAnother, RootContainsAnother."""
        folder = roots.resolve(path)
        with self._changing_folders() as db:
            return summary.root(db, roots.add(db, folder), self._scanning)

    def remove_root(self, root_id: int) -> Root:
        """Hidden at once, leases on its jobs ended; its rows go with `purge_removed`. Raises NotFound."""
        with self._changing_folders() as db:
            roots.remove(db, root_id)
            return summary.root(db, root_id, self._scanning)

    def restore_root(self, root_id: int) -> Root:
        """Raises NotFound once purged, RootInsideAnother and RootContainsAnother."""
        with self._changing_folders() as db:
            roots.restore(db, root_id)
            return summary.root(db, root_id, self._scanning)

    def keep_folders(self) -> None:
        """Bring the list of folders outside the database up to date. Cheap when it is; one that cannot be written now waits."""
        with self._folders_lock:
            try:
                with self._pool.read() as db:
                    present = folders.of_library(db)
                if self._kept_folders is None:
                    self._kept_folders = self._folders_on_disk()
                if self._kept_folders == present:
                    return
                # Under the write lock, so that no other process's older list comes after this one.
                with self._pool.write() as db:
                    present = folders.of_library(db)
                    folders.write(self.data_dir, present)
                self._kept_folders = present
            except (OSError, sqlite3.OperationalError):
                log.exception("the list of folders could not be written")

    def _folders_on_disk(self) -> list[folders.Folder] | None:
        try:
            return folders.read(self.data_dir)
        except folders.FoldersUnreadable as error:
            log.warning("written anew: %s", error)
            return None

    @contextmanager
    def _changing_folders(self) -> Iterator[sqlite3.Connection]:
        with self._pool.write() as db:
            yield db
        self.keep_folders()

    def purge_removed(self, grace: float) -> int:
        """Delete what was removed more than `grace` seconds ago, in short transactions; the number of roots deleted."""
        with self._pool.read() as db:
            due = roots.purgeable(db, grace)
        for root_id in due:
            while True:
                with self._pool.write() as db:
                    gone = roots.purge_batch(db, root_id)
                self._forget_thumbnails(gone)
                if not gone:
                    break
        return len(due)

    def roots(self) -> list[Root]:
        with self._pool.read() as db:
            return summary.roots(db, self._scanning)

    def root(self, root_id: int) -> Root:
        """Raises NotFound."""
        with self._pool.read() as db:
            return summary.root(db, root_id, self._scanning)

    def root_path(self, root_id: int) -> Path:
        """Raises NotFound."""
        with self._pool.read() as db:
            return roots.path_of(db, root_id)

    @contextmanager
    def scanning(self, root_id: int) -> Iterator[None]:
        """The root counts as being scanned within; only in this process."""
        self._scanning |= {root_id}
        self._scanning_changes += 1
        try:
            yield
        finally:
            self._scanning -= {root_id}
            self._scanning_changes += 1

    def set_root_problem(self, root_id: int, problem: Problem | None) -> None:
        """With code `root-unreachable` the root is not available and its jobs rest."""
        with self._pool.write() as db:
            roots.set_problem(db, root_id, problem)

    def root_device(self, root_id: int) -> str | None:
        with self._pool.read() as db:
            return roots.device_of(db, root_id)

    def set_root_scanned(self, root_id: int, device: str, problem: Problem | None) -> None:
        with self._pool.write() as db:
            roots.set_scanned(db, root_id, device)
            roots.set_problem(db, root_id, problem)

    def reindex_root(self, root_id: int) -> Root:
        """A new job for every file of the root; what is indexed stays findable until its job is done. Raises NotFound."""
        with self._pool.write() as db:
            roots.path_of(db, root_id)
            items.reindex(db, root_id)
            return summary.root(db, root_id, self._scanning)

    # Items

    def item(self, item_id: int) -> Item:
        """Raises NotFound."""
        with self._pool.read() as db:
            return items.get(db, item_id)

    def items_by_id(self, item_ids: Iterable[int]) -> dict[int, Item]:
        """Those that are there, by id."""
        with self._pool.read() as db:
            return items.get_many(db, item_ids)

    def items_page(
        self,
        *,
        root: int | None = None,
        state: ItemState | None = None,
        kind: ItemKind | None = None,
        name: str | None = None,
        sort: ItemSort = ItemSort.NAME,
        order: SortOrder = SortOrder.ASCENDING,
        offset: int = 0,
        limit: int = 100,
    ) -> ItemPage:
        """`name` matches anywhere in the path below the root, whatever its case."""
        with self._pool.read() as db:
            return items.page(db, root=root, state=state, kind=kind, name=name, sort=sort, order=order, offset=offset, limit=limit)

    def location(self, item_id: int) -> Path:
        """Absolute path, whether or not the file is there now. Raises NotFound."""
        with self._pool.read() as db:
            return items.location(db, item_id)

    def retry(self, item_id: int) -> Item:
        """Index a file again, ahead of the others. Raises NotFound."""
        with self._pool.write() as db:
            return items.retry(db, item_id)

    def segments_page(
        self,
        item_id: int,
        *,
        kind: SegmentKind | None = None,
        around: int | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> SegmentPage:
        """Segments in order, without the name's. Raises NotFound for an unknown item, or `around` that is not of it."""
        with self._pool.read() as db:
            items.get(db, item_id)
            return segments.page(db, item_id, kind, around, offset, limit)

    def thumbnail_path(self, item_id: int) -> Path:
        """Where the thumbnail is, or would be; a cache that may be deleted."""
        return self.data_dir / "thumbnails" / f"{item_id}.jpg"

    # What a scan saw

    def known_files(self, root_id: int) -> dict[str, items.KnownFile]:
        with self._pool.read() as db:
            return items.known(db, root_id)

    def apply_scan(
        self,
        root_id: int,
        *,
        put: Iterable[items.SeenFile] = (),
        touched: Mapping[int, int] | None = None,
        moved: Mapping[int, items.SeenFile] | None = None,
        gone: Iterable[int] = (),
    ) -> list[Item]:
        """One transaction: new and changed files, item ids to new times (ns), item ids to new paths, ids of vanished files.

        Answers the items that are new, changed or moved. Raises NotFound when the root was removed meanwhile.
        """
        removed = list(gone)
        with self._pool.write() as db:
            roots.path_of(db, root_id)
            # Vanished first: a file may take the path of one that went elsewhere.
            items.delete(db, removed)
            changed = items.move(db, moved or {})
            for item_id, mtime_ns in (touched or {}).items():
                items.touch(db, item_id, mtime_ns)
            changed += [items.put(db, root_id, seen) for seen in put]
            answer = list(items.get_many(db, changed).values())
        self._forget_thumbnails(removed)
        return answer

    # Jobs

    def lease(self, worker: Worker | str, owner: Owner | None = None, lease_seconds: float = LEASE_SECONDS) -> Job | None:
        """The next job for this worker, its item then WORKING; None when there is none or the person paused."""
        with self._pool.read() as db:
            if settings.paused(db) or not jobs.any_free(db, Worker(worker)):
                return None
        with self._pool.write() as db:
            return jobs.lease(db, Worker(worker), owner or self.owner, lease_seconds)

    def renew(self, job: Job, lease_seconds: float = LEASE_SECONDS) -> bool:
        """False when the lease is lost (file changed, root removed, taken over): stop working on it."""
        with self._pool.write() as db:
            return jobs.renew(db, job, lease_seconds)

    def release(self, job: Job) -> Item | None:
        """Give the job back unfinished; it counts as not tried. None when it was no longer ours."""
        with self._pool.write() as db:
            return items.get(db, job.item_id) if jobs.release(db, job) else None

    def finish(self, job: Job, result: IndexResult, blocked_on: ModelId | None = None) -> Item:
        """The item's content becomes `result`, in one transaction with the end of the job.

        With `blocked_on` the job stays until `unblock`, and the item counts as indexed, reduced without that model.
        Raises LeaseLost: nothing was written.
        """
        digest = self._hash_of(job)
        needs = tuple(dict.fromkeys((*result.needs, *((blocked_on,) if blocked_on else ()))))
        with self._pool.write() as db:
            jobs.require(db, job)
            segments.replace(db, job.item_id, result.segments)
            items.set_indexed(db, job.item_id, result, needs, digest)
            jobs.finish(db, job, blocked_on)
            return items.get(db, job.item_id)

    def fail(self, job: Job, problem: Problem) -> Item:
        """The item failed, its job is gone until the file changes or `retry`. Raises LeaseLost."""
        with self._pool.write() as db:
            jobs.require(db, job)
            jobs.set_failed(db, job.item_id, problem)
            return items.get(db, job.item_id)

    def reader_crashed(self, job: Job, problem: Problem) -> Item:
        """The process that read the file ended: it is tried once more, behind the others, and then fails. Raises LeaseLost."""
        with self._pool.write() as db:
            jobs.require(db, job)
            jobs.reader_crashed(db, job, problem)
            return items.get(db, job.item_id)

    def block(self, job: Job, *models: ModelId) -> Item:
        """Nothing can be done without one of `models`: the job waits for `unblock` of any of them. Raises LeaseLost."""
        with self._pool.write() as db:
            jobs.require(db, job)
            jobs.finish(db, job, models[0])
            items.set_needs_model(db, job.item_id, models)
            return items.get(db, job.item_id)

    def vanished(self, job: Job) -> Item | None:
        """The file is not there: the item goes (None), or waits when the whole root is out of reach. Raises LeaseLost."""
        reachable = job.root.is_dir()
        with self._pool.write() as db:
            jobs.require(db, job)
            if not reachable:
                roots.set_problem(db, job.root_id, roots.unreachable(job.root))
                jobs.release(db, job)
                return items.get(db, job.item_id)
            items.delete(db, [job.item_id])
        self._forget_thumbnails([job.item_id])
        return None

    def unblock(self, model: ModelId) -> list[Item]:
        """A model is there: what waited for it or was indexed without it gets its job; these items.

        Cheap when there is none, so a worker may call it for each present model whenever it is idle; that also meets a model
        that arrived between a worker's look and its `block`.
        """
        with self._pool.read() as db:
            if not jobs.waiting_for(db, model):
                return []
        with self._pool.write() as db:
            return list(items.get_many(db, jobs.unblock(db, model, kinds.WORKERS)).values())

    def release_dead_owners(self) -> list[Item]:
        """Free the leases of processes of this machine that are no longer there; `open` does it too. Cheap when there are none."""
        with self._pool.read() as db:
            if not jobs.dead_owners(db):
                return []
        with self._pool.write() as db:
            owners, freed = opening.release_dead(db, self.data_dir)
            items_freed = list(items.get_many(db, freed).values())
        crash_record.forget(self.data_dir, owners)
        return items_freed

    def release_owner(self, owner: Owner) -> list[Item]:
        """Free all leases of a process that is known to have ended."""
        with self._pool.write() as db:
            return list(items.get_many(db, jobs.release_owner(db, owner)).values())

    def paused(self) -> bool:
        with self._pool.read() as db:
            return settings.paused(db)

    def set_paused(self, paused: bool) -> QueueSummary:
        """Kept over restarts. Workers give their jobs back soon after."""
        with self._pool.write() as db:
            settings.set_paused(db, paused)
            return summary.queue(db)

    def summary(self) -> LibrarySummary:
        with self._pool.read() as db:
            return summary.summary(db, self._scanning)

    def _hash_of(self, job: Job) -> str | None:
        """Hash of the content that was indexed; None when the file is no longer the one that was leased."""
        renewed = time.monotonic()

        def keep_lease() -> None:
            nonlocal renewed
            if time.monotonic() - renewed > LEASE_SECONDS / 4:
                renewed = time.monotonic()
                self.renew(job)

        try:
            digest = content_hash(job.path, keep_lease)
            now = job.path.stat()
        except OSError as error:
            log.info("no content hash for item %d: %s", job.item_id, error)
            return None
        return digest if (now.st_size, now.st_mtime_ns) == (job.size, job.mtime_ns) else None

    def _forget_thumbnails(self, item_ids: Iterable[int]) -> None:
        for item_id in item_ids:
            try:
                self.thumbnail_path(item_id).unlink(missing_ok=True)
            except OSError as error:
                log.warning("thumbnail of item %d stays: %s", item_id, error)
