"""The time of day is set while files are worked on: by a day, forward and back."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.library import Item, ItemState, Root
from backend.library.scan.kinds import kind_of, worker_of
from backend.library.store import Job, Library, Owner, SeenFile, Worker
from backend.library.store.jobs import LONGEST_LEASE

DAY = 86_400.0
CHECKOUT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
from backend.library.store import Library
library = Library.open(Path(sys.argv[1]))
library.lease("audio")
print("leased", flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=[DAY, -DAY], ids=["forward", "back"])
def set_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As seen by this process: the time of day, and the time of boot that the system derives from it."""

    def jump() -> None:
        now, boot = time.time, psutil.boot_time
        monkeypatch.setattr(time, "time", lambda: now() + request.param)
        if sys.platform == "linux":
            monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot() + request.param)

    return jump


@pytest.fixture
def holder(library: Library, root: Root) -> Iterator[subprocess.Popen[str]]:
    """A real process that holds the one lease."""
    put(library, root, "a.mp3")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(library.data_dir)], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "leased\n"
    yield process
    process.kill()
    process.communicate()


def put(library: Library, root: Root, name: str) -> Item:
    [item] = library.apply_scan(root.id, put=[SeenFile(name, kind_of(name), worker_of(kind_of(name)), 1, 1)])
    return item


def leased(library: Library, seconds: float = 60.0) -> Job:
    job = library.lease(Worker.AUDIO, lease_seconds=seconds)
    assert job is not None
    return job


def expire_at(library: Library, when: float) -> None:
    with library.transaction() as db:
        db.execute("UPDATE jobs SET expires_at = ?", (when,))


def test_a_lease_is_not_stolen_from_a_living_worker(library: Library, holder: subprocess.Popen[str], set_clock: Callable[[], None]) -> None:
    set_clock()
    assert library.release_dead_owners() == []
    assert library.lease(Worker.AUDIO) is None
    assert not library.owner.is_dead()
    with Library.open(library.data_dir) as opened_later:
        assert opened_later.lease(Worker.AUDIO) is None
        assert not opened_later.owner.is_dead()
    assert holder.poll() is None


def test_the_lease_of_a_dead_worker_does_not_block(library: Library, holder: subprocess.Popen[str], set_clock: Callable[[], None]) -> None:
    set_clock()
    holder.kill()
    holder.wait()
    assert [item.state for item in library.release_dead_owners()] == [ItemState.WAITING]
    assert leased(library).attempts == 2


def test_a_lease_that_nobody_keeps_runs_out(library: Library, root: Root, set_clock: Callable[[], None]) -> None:
    put(library, root, "a.mp3")
    old = leased(library, seconds=0.0)
    set_clock()
    assert leased(library).lease != old.lease


@pytest.mark.parametrize(
    "written", [time.time(), time.monotonic() + LONGEST_LEASE + DAY, 1.0], ids=["time of day", "longer boot", "earlier boot"]
)
def test_an_expiry_of_another_clock_holds_nobody_up(library: Library, root: Root, written: float) -> None:
    """Of an older app, of another machine, or of this one before it was started again."""
    put(library, root, "a.mp3")
    old = leased(library)
    expire_at(library, written)
    assert leased(library).lease != old.lease


def test_no_lease_is_longer_than_another_waits_for_it(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    job = leased(library, seconds=DAY)
    assert library.lease(Worker.AUDIO) is None
    assert library.renew(job, DAY)
    assert library.lease(Worker.AUDIO) is None


def test_an_owner_is_the_same_after_the_clock_was_set(set_clock: Callable[[], None]) -> None:
    before = Owner.of_process()
    set_clock()
    assert Owner.of_process() == before
    assert not before.is_dead()


def test_a_removed_folder_goes_also_when_the_clock_was_set(library: Library, root: Root, set_clock: Callable[[], None]) -> None:
    library.remove_root(root.id)
    set_clock()
    assert library.purge_removed(DAY / 2) == 1
    assert Path(root.path).is_dir()


def test_a_clock_that_is_put_right_by_a_second_takes_no_undo_away(library: Library, root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    library.remove_root(root.id)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 1.0)
    assert library.purge_removed(30.0) == 0
    assert library.restore_root(root.id).id == root.id
