"""The queue: one job an item, leased with an expiry, so that a worker may die at any moment.

A lease is a row's `owner` and `expires_at`; it ends when the worker finishes, gives it back or dies, or when the item changes.
Every change by a worker names its lease, and fails with LeaseLost when it is no longer the present one.

`expires_at` is of the machine's monotonic clock, which all of its processes share: the time of day may be set to anything at any
moment, and would then give a living worker's file to another, or keep a dead one's for a day. What another start of the machine, or
another machine, has written there means nothing here: an expiry further off than any lease is long is none.
"""

import secrets
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from backend.contract.library import ItemKind, ItemState, ModelId, Problem
from backend.library.store.errors import LeaseLost
from backend.library.store.owner import Owner
from backend.library.store.results import Job, Worker
from backend.library.store.rows import ROOT_UNREACHABLE

MAX_CRASHES = 2
MAX_LOST = 10
LONGEST_LEASE = 3600.0

CRASHES = Problem(
    code="crashes",
    message="Reading this file ended the program twice, so it was skipped.",
    next_step="Open the file to see whether it is damaged, then try again.",
)
NEVER_ENDED = Problem(
    code="never-ended",
    message=f"Reading this file was cut short {MAX_LOST} times, so it was skipped.",
    next_step="Try again. If it is cut short every time, open the file to see whether it is damaged.",
)

_FREE = """
    FROM jobs j JOIN items i ON i.id = j.item_id JOIN roots r ON r.id = i.root_id
    WHERE j.worker = :worker AND j.blocked_on IS NULL AND (j.owner IS NULL OR j.expires_at NOT BETWEEN :now AND :latest)
        AND r.removed_at IS NULL AND (r.problem IS NULL OR json_extract(r.problem, '$.code') <> :unreachable)
"""
_NEXT = f"""
    SELECT j.id, j.item_id, j.worker, j.attempts, j.owner, i.root_id, r.path AS root, i.path, i.name, i.kind, i.size, i.mtime_ns {_FREE}
    ORDER BY j.priority DESC, j.attempts, j.id LIMIT 1
"""


def enqueue(db: sqlite3.Connection, item_id: int, worker: Worker, priority: int = 0) -> None:
    """A job from the start, whatever there was; a present lease ends."""
    db.execute(
        """
        INSERT INTO jobs (item_id, worker, priority) VALUES (:item, :worker, :priority)
        ON CONFLICT (item_id) DO UPDATE SET
            worker = :worker, priority = :priority, attempts = 0, crashes = 0, owner = NULL, expires_at = NULL,
            blocked_on = NULL
        """,
        {"item": item_id, "worker": worker, "priority": priority},
    )


def forget(db: sqlite3.Connection, item_id: int) -> None:
    db.execute("DELETE FROM jobs WHERE item_id = ?", (item_id,))


def any_free(db: sqlite3.Connection, worker: Worker) -> bool:
    """Whether `lease` would find something: an idle worker asks without taking the write lock."""
    return db.execute(f"SELECT 1 {_FREE} LIMIT 1", _free(worker)).fetchone() is not None


def _free(worker: Worker) -> dict[str, str | float]:
    now = time.monotonic()
    return {"worker": worker, "now": now, "latest": now + LONGEST_LEASE, "unreachable": ROOT_UNREACHABLE}


def _expiry(seconds: float) -> float:
    return time.monotonic() + min(seconds, LONGEST_LEASE)


def lease(db: sqlite3.Connection, worker: Worker, owner: Owner, seconds: float) -> Job | None:
    """The next job, free or with an expired lease; None when there is none.

    An item whose lease was lost MAX_LOST times is failed instead, so that one file cannot hold the program up for ever.
    """
    while True:
        row = db.execute(_NEXT, _free(worker)).fetchone()
        if row is None:
            return None
        if row["attempts"] < MAX_LOST:
            break
        set_failed(db, row["item_id"], NEVER_ENDED)
    held = f"{owner}/{secrets.token_hex(8)}"
    # A lease that ran out while its holder lived (a full disk, a sleep of the machine) is no end that the file could be blamed for.
    outlived = row["owner"] is not None and not Owner.parse(row["owner"]).is_dead()
    attempts = row["attempts"] + (0 if outlived else 1)
    db.execute("UPDATE jobs SET owner = ?, expires_at = ?, attempts = ? WHERE id = ?", (held, _expiry(seconds), attempts, row["id"]))
    db.execute("UPDATE items SET state = ? WHERE id = ?", (ItemState.WORKING, row["item_id"]))
    return Job(
        id=row["id"],
        item_id=row["item_id"],
        root_id=row["root_id"],
        worker=Worker(row["worker"]),
        lease=held,
        attempts=attempts,
        root=Path(row["root"]),
        path=Path(row["root"], row["path"]),
        name=row["name"],
        kind=ItemKind(row["kind"]),
        size=row["size"],
        mtime_ns=row["mtime_ns"],
    )


def renew(db: sqlite3.Connection, job: Job, seconds: float) -> bool:
    """False when the lease is no longer ours: stop working on it."""
    return db.execute("UPDATE jobs SET expires_at = ? WHERE id = ? AND owner = ?", (_expiry(seconds), job.id, job.lease)).rowcount == 1


def require(db: sqlite3.Connection, job: Job) -> None:
    """Raises LeaseLost. An expired lease that nobody took over still counts."""
    if db.execute("SELECT 1 FROM jobs WHERE id = ? AND owner = ?", (job.id, job.lease)).fetchone() is None:
        raise LeaseLost()


def release(db: sqlite3.Connection, job: Job) -> bool:
    """Give a job back unfinished, as if it had not been leased; False when it was no longer ours."""
    released = db.execute(
        "UPDATE jobs SET owner = NULL, expires_at = NULL, attempts = attempts - 1 WHERE id = ? AND owner = ?",
        (job.id, job.lease),
    ).rowcount
    if released:
        set_state(db, job.item_id, ItemState.WAITING)
    return bool(released)


def reader_crashed(db: sqlite3.Connection, job: Job, problem: Problem) -> None:
    """Give the job back with a crash on its record; at MAX_CRASHES the item fails with `problem`."""
    row = db.execute(
        "UPDATE jobs SET owner = NULL, expires_at = NULL, crashes = crashes + 1 WHERE id = ? RETURNING crashes", (job.id,)
    ).fetchone()
    if row["crashes"] < MAX_CRASHES:
        set_state(db, job.item_id, ItemState.WAITING)
    else:
        set_failed(db, job.item_id, problem)


def finish(db: sqlite3.Connection, job: Job, blocked_on: ModelId | None) -> None:
    """The job is done, or done as far as it goes without `blocked_on`."""
    if blocked_on is None:
        db.execute("DELETE FROM jobs WHERE id = ?", (job.id,))
    else:
        db.execute(
            "UPDATE jobs SET owner = NULL, expires_at = NULL, attempts = 0, crashes = 0, blocked_on = ? WHERE id = ?",
            (blocked_on, job.id),
        )


def waiting_for(db: sqlite3.Connection, model: ModelId) -> list[int]:
    """Items that wait for `model` or were indexed without it."""
    rows = db.execute(
        "SELECT id FROM items i WHERE state IN (?, ?) AND needs <> '[]' AND EXISTS (SELECT 1 FROM json_each(i.needs) WHERE value = ?)",
        (ItemState.NEEDS_MODEL, ItemState.INDEXED, model),
    )
    return [row["id"] for row in rows]


def unblock(db: sqlite3.Connection, model: ModelId, workers: Mapping[ItemKind, Worker]) -> list[int]:
    """Everything that `waiting_for` names gets a job that may run, also when it needs a second model; the ids of these items."""
    found = waiting_for(db, model)
    for item_id in found:
        row = db.execute(
            """
            UPDATE items SET state = ?, needs = (SELECT json_group_array(value) FROM json_each(needs) WHERE value <> ?)
            WHERE id = ? RETURNING kind
            """,
            (ItemState.WAITING, model, item_id),
        ).fetchone()
        enqueue(db, item_id, workers[ItemKind(row["kind"])])
    return found


def dead_owners(db: sqlite3.Connection) -> list[Owner]:
    """Processes of this host that hold a lease and are no longer there."""
    owners = {Owner.parse(row["owner"]) for row in db.execute("SELECT owner FROM jobs WHERE owner IS NOT NULL")}
    return [owner for owner in owners if owner.is_dead()]


def release_owner(db: sqlite3.Connection, owner: Owner, *, crashed: bool = False) -> list[int]:
    """Free the leases of a process that ended without giving them back; the ids of their items. They stay counted as tries.

    An item whose process `crashed` MAX_CRASHES times is failed.
    """
    lost = db.execute("SELECT id, item_id FROM jobs WHERE owner >= ? AND owner < ?", (f"{owner}/", f"{owner}0")).fetchall()
    for row in lost:
        job = db.execute(
            "UPDATE jobs SET owner = NULL, expires_at = NULL, crashes = crashes + ? WHERE id = ? RETURNING crashes", (crashed, row["id"])
        ).fetchone()
        if job["crashes"] < MAX_CRASHES:
            set_state(db, row["item_id"], ItemState.WAITING)
        else:
            set_failed(db, row["item_id"], CRASHES)
    return [row["item_id"] for row in lost]


def forget_leases(db: sqlite3.Connection) -> None:
    """In a copy, which no process works on: every job is free, and counts as not tried where it was being worked on."""
    db.execute("UPDATE jobs SET owner = NULL, expires_at = NULL, attempts = max(0, attempts - 1) WHERE owner IS NOT NULL")
    db.execute("UPDATE items SET state = ? WHERE state = ?", (ItemState.WAITING, ItemState.WORKING))


def set_state(db: sqlite3.Connection, item_id: int, state: ItemState) -> None:
    db.execute("UPDATE items SET state = ? WHERE id = ?", (state, item_id))


def set_failed(db: sqlite3.Connection, item_id: int, problem: Problem) -> None:
    """The item failed and has no job; what an older version of the file said is no longer found."""
    db.execute("DELETE FROM segments WHERE item_id = ? AND kind <> 'name'", (item_id,))
    db.execute("DELETE FROM jobs WHERE item_id = ?", (item_id,))
    db.execute(
        "UPDATE items SET state = ?, problem = ?, needs = '[]' WHERE id = ?",
        (ItemState.FAILED, problem.model_dump_json(), item_id),
    )
