import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from backend.contract.library import Item, ItemState, ModelId, Problem, Root, SegmentKind
from backend.library.scan.kinds import kind_of, worker_of
from backend.library.store import IndexResult, Job, LeaseLost, Library, NewSegment, Owner, SeenFile, Worker
from backend.library.store.jobs import MAX_LOST

RESULT = IndexResult(segments=[NewSegment(SegmentKind.SPEECH, "hello", start=0.0, end=1.0)])


def put(library: Library, root: Root, *names: str, size: int = 1) -> list[Item]:
    return library.apply_scan(root.id, put=[SeenFile(n, kind_of(n), worker_of(kind_of(n)), size, 1) for n in names])


def leased(library: Library, worker: Worker = Worker.AUDIO, seconds: float = 60.0) -> Job:
    job = library.lease(worker, lease_seconds=seconds)
    assert job is not None
    return job


def content(library: Library, item_id: int) -> list[str]:
    return [segment.text for segment in library.segments_page(item_id).segments]


def test_jobs_come_in_order_to_their_worker_once(library: Library, root: Root) -> None:
    put(library, root, "a.mp3", "b.txt", "c.mp4", "d.png", "e.zip")
    assert [leased(library).name, leased(library).name] == ["a.mp3", "c.mp4"]
    assert [leased(library, Worker.EXTRACT).name, leased(library, Worker.EXTRACT).name] == ["b.txt", "d.png"]
    assert library.lease(Worker.AUDIO) is None
    assert library.lease(Worker.EXTRACT) is None
    assert library.summary().queue.working == 4


def test_a_job_tells_the_worker_what_it_needs(library: Library, root: Root) -> None:
    [item] = put(library, root, "sub/Über.MP3")
    job = leased(library)
    assert (job.item_id, job.worker, job.extension, job.attempts) == (item.id, Worker.AUDIO, "mp3", 1)
    assert str(job.path) == f"{root.path}/sub/Über.MP3"
    assert library.item(item.id).state is ItemState.WORKING


def test_finishing_ends_the_job(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    job = leased(library)
    item = library.finish(job, RESULT)
    assert (item.state, item.problem, content(library, item.id)) == (ItemState.INDEXED, None, ["hello"])
    calls: list[Callable[[], object]] = [
        lambda: library.finish(job, RESULT),
        lambda: library.fail(job, Problem(code="x", message="y")),
    ]
    for late in calls:
        with pytest.raises(LeaseLost):
            late()
    assert library.item(item.id).state is ItemState.INDEXED
    assert not library.renew(job)
    assert library.release(job) is None


def test_an_expired_lease_is_anybodys_and_its_old_holder_changes_nothing(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    old = leased(library, seconds=0.0)
    new = leased(library)
    assert new.lease != old.lease
    assert not library.renew(old)
    assert library.release(old) is None
    calls: list[Callable[[], object]] = [
        lambda: library.finish(old, IndexResult(segments=[NewSegment(SegmentKind.SPEECH, "old")])),
        lambda: library.fail(old, Problem(code="x", message="y")),
        lambda: library.block(old, ModelId.WHISPER),
        lambda: library.vanished(old),
    ]
    for late in calls:
        with pytest.raises(LeaseLost):
            late()
    library.finish(new, RESULT)
    assert content(library, item.id) == ["hello"]


def test_an_expired_lease_that_nobody_took_is_still_good(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    library.finish(leased(library, seconds=0.0), RESULT)
    assert content(library, item.id) == ["hello"]


def test_renewing_keeps_a_lease(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    job = leased(library, seconds=0.0)
    assert library.renew(job, 60.0)
    assert library.lease(Worker.AUDIO) is None


def test_a_job_given_back_counts_as_not_tried(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    for _ in range(2 * MAX_LOST):
        job = leased(library)
        assert job.attempts == 1
        item = library.release(job)
        assert item is not None
        assert item.state is ItemState.WAITING


def test_a_lease_that_outlasts_its_time_is_not_held_against_the_file(library: Library, root: Root) -> None:
    """A full disk, or a sleep of the machine: its holder lives, and could not write."""
    [item] = put(library, root, "a.mp3")
    for _ in range(2 * MAX_LOST):
        assert leased(library, seconds=0.0).attempts == 1
    assert library.item(item.id).state is ItemState.WORKING


def test_a_file_that_changes_while_it_is_worked_on_is_done_again(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    job = leased(library)
    put(library, root, "a.mp3", size=2)
    assert not library.renew(job)
    with pytest.raises(LeaseLost):
        library.finish(job, RESULT)
    again = leased(library)
    assert (again.item_id, again.size, again.attempts) == (item.id, 2, 1)


def test_failing_says_why_and_forgets_the_old_content(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    library.finish(leased(library), RESULT)
    library.retry(item.id)
    failed = library.fail(leased(library), Problem(code="damaged", message="Torn.", detail="at 7"))
    assert (failed.state, failed.problem) == (ItemState.FAILED, Problem(code="damaged", message="Torn.", detail="at 7"))
    assert content(library, item.id) == []
    assert library.lease(Worker.AUDIO) is None


def test_without_any_model_a_job_waits_for_either(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    blocked = library.block(leased(library), ModelId.WHISPER, ModelId.YAMNET)
    assert (blocked.state, blocked.needs) == (ItemState.NEEDS_MODEL, [ModelId.WHISPER, ModelId.YAMNET])
    assert library.lease(Worker.AUDIO) is None
    assert library.summary().queue.waiting_for == {ModelId.WHISPER: 1, ModelId.YAMNET: 1}
    assert library.unblock(ModelId.MINILM) == []
    assert [i.id for i in library.unblock(ModelId.YAMNET)] == [item.id]
    reduced = library.finish(leased(library), RESULT, blocked_on=ModelId.WHISPER)
    assert (reduced.state, reduced.needs) == (ItemState.INDEXED, [ModelId.WHISPER])
    assert library.lease(Worker.AUDIO) is None
    assert [i.state for i in library.unblock(ModelId.WHISPER)] == [ItemState.WAITING]
    assert content(library, item.id) == ["hello"]
    whole = library.finish(leased(library), RESULT)
    assert (whole.state, whole.needs, library.unblock(ModelId.WHISPER)) == (ItemState.INDEXED, [], [])
    assert library.summary().queue.waiting_for == {}


def test_what_was_indexed_without_a_model_is_done_again_when_it_arrives(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    library.finish(leased(library), IndexResult(needs=(ModelId.YAMNET,)))
    assert library.lease(Worker.AUDIO) is None
    assert [i.id for i in library.unblock(ModelId.YAMNET)] == [item.id]
    assert leased(library).item_id == item.id


def test_pausing_is_kept_over_restarts(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    assert library.set_paused(True).paused
    assert library.lease(Worker.AUDIO) is None
    with Library.open(library.data_dir) as other:
        assert other.paused()
        assert not other.set_paused(False).paused
    assert library.lease(Worker.AUDIO) is not None


def test_jobs_of_an_unreachable_root_rest(library: Library, root: Root) -> None:
    put(library, root, "a.mp3")
    library.set_root_problem(root.id, Problem(code="root-unreachable", message="Gone."))
    assert library.lease(Worker.AUDIO) is None
    assert not library.roots()[0].available
    library.set_root_problem(root.id, Problem(code="partly-read", message="Some."))
    assert library.roots()[0].available
    assert library.lease(Worker.AUDIO) is not None


def test_a_vanished_file_goes_but_not_with_its_whole_root(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    os.rename(root.path, f"{root.path} unplugged")
    waiting = library.vanished(leased(library))
    assert waiting is not None
    assert waiting.state is ItemState.WAITING
    assert not library.roots()[0].available
    os.rename(f"{root.path} unplugged", root.path)
    library.set_root_problem(root.id, None)
    assert library.vanished(leased(library)) is None
    assert library.items_by_id([item.id]) == {}


def test_the_leases_of_a_dead_process_are_free_at_the_next_opening(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.mp3")
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner.of_process(sleeper.pid)
    assert library.lease(Worker.AUDIO, owner, 3600.0) is not None
    assert library.release_dead_owners() == []
    sleeper.kill()
    sleeper.wait()
    with Library.open(library.data_dir):
        assert library.item(item.id).state is ItemState.WAITING
    assert leased(library).attempts == 2
    assert [i.id for i in library.release_owner(library.owner)] == [item.id]


def test_owners_are_told_apart() -> None:
    here = Owner.of_process()
    assert Owner.parse(str(here)) == here
    assert Owner.parse(f"{here}/lease") == here
    assert not here.is_dead()
    assert Owner(here.host, here.pid, here.started_at - 100).is_dead()
    assert not Owner("another-host", 2**22 + 1, time.time()).is_dead()
