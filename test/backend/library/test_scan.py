import os
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from backend.contract.library import Item, ItemKind, ItemState, Root, SegmentKind
from backend.library.scan.scan import ScanReport, ScanStopped, scan
from backend.library.store import IndexResult, Library, NewSegment, NotFound, Worker

from .builders import write

Rescan = Callable[[], ScanReport]


def paths(library: Library) -> list[str]:
    return sorted(f"{item.folder}/{item.name}".lstrip("/") for item in library.items_page(limit=10_000).items)


def item_at(library: Library, path: str) -> Item:
    [item] = [item for item in library.items_page(limit=10_000).items if f"{item.folder}/{item.name}".lstrip("/") == path]
    return item


def work_off(library: Library) -> list[str]:
    """What a worker would index, as its content says."""
    done = []
    for worker in Worker:
        while (job := library.lease(worker)) is not None:
            library.finish(job, IndexResult(segments=[NewSegment(SegmentKind.TEXT, job.path.read_text())]))
            done.append(job.path.relative_to(job.root).as_posix())
    return sorted(done)


def test_files_are_told_by_their_kind(library: Library, folder: Path, rescan: Rescan) -> None:
    for name in ("a.TXT", "b/c.mp3", "b/d.mkv", "b/e/f.jpeg", "g.exe", "README", "empty.pdf"):
        write(folder / name, "" if name == "empty.pdf" else name)
    assert rescan().put == 7
    kinds = {item.name: item.kind for item in library.items_page().items}
    assert kinds == {
        "a.TXT": ItemKind.DOCUMENT,
        "c.mp3": ItemKind.AUDIO,
        "d.mkv": ItemKind.VIDEO,
        "f.jpeg": ItemKind.IMAGE,
        "g.exe": ItemKind.OTHER,
        "README": ItemKind.OTHER,
        "empty.pdf": ItemKind.DOCUMENT,
    }
    assert not rescan().put


def test_hidden_and_system_files_are_left_out(library: Library, folder: Path, rescan: Rescan) -> None:
    for name in (
        ".hidden.txt", ".git/config.txt", "node_modules/x/readme.md", "Thumbs.db", "~$letter.docx", "film.mp4.part", "a.crdownload", "a.txt"
    ):  # fmt: skip
        write(folder / name, name)
    os.mkfifo(folder / "pipe.txt")
    rescan()
    assert paths(library) == ["a.txt"]


def test_only_what_changed_is_indexed_again(library: Library, folder: Path, rescan: Rescan) -> None:
    for name in ("same.txt", "touched.txt", "edited.txt", "swapped.txt", "deleted.txt"):
        write(folder / name, f"this is {name}")
    rescan()
    assert len(work_off(library)) == 5
    os.utime(folder / "touched.txt", (1, 1))
    write(folder / "edited.txt", "this is edited.txt, more")
    write(folder / "swapped.txt", "THIS is swapped.txt")
    os.utime(folder / "swapped.txt", (2, 2))
    (folder / "deleted.txt").unlink()
    report = rescan()
    assert (report.put, report.touched, report.moved, report.gone) == (2, 1, 0, 1)
    assert item_at(library, "touched.txt").modified_at == 1
    assert item_at(library, "touched.txt").state is ItemState.INDEXED
    assert work_off(library) == ["edited.txt", "swapped.txt"]
    assert paths(library) == ["edited.txt", "same.txt", "swapped.txt", "touched.txt"]
    again = rescan()
    assert (again.put, again.touched, again.gone) == (0, 0, 0)


def test_a_moved_file_keeps_its_segments_and_is_found_by_its_new_name(library: Library, folder: Path, rescan: Rescan) -> None:
    write(folder / "old.txt", "the words")
    rescan()
    work_off(library)
    before = item_at(library, "old.txt")
    segments = library.segments_page(before.id)
    (folder / "deep").mkdir()
    (folder / "old.txt").rename(folder / "deep" / "new.txt")
    report = rescan()
    assert (report.put, report.moved, report.gone) == (0, 1, 0)
    after = item_at(library, "deep/new.txt")
    assert (after.id, after.state, after.name, after.folder) == (before.id, ItemState.INDEXED, "new.txt", "deep")
    assert library.segments_page(after.id) == segments
    with library.read_connection() as db:
        found = db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH ?", ("new",)).fetchone()[0]
        lost = db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH ?", ("old",)).fetchone()[0]
    assert (found, lost) == (1, 0)


def test_a_moved_folder_and_a_copy(library: Library, folder: Path, rescan: Rescan) -> None:
    for number in range(5):
        write(folder / "one" / f"{number}.txt", f"text number {number}")
    rescan()
    work_off(library)
    (folder / "one").rename(folder / "two")
    shutil.copy2(folder / "two" / "3.txt", folder / "two" / "3 copy.txt")
    report = rescan()
    assert (report.put, report.moved, report.gone) == (1, 5, 0)
    assert len(work_off(library)) == 1
    assert len(paths(library)) == 6


def test_a_file_moved_away_and_another_in_its_place(library: Library, folder: Path, rescan: Rescan) -> None:
    write(folder / "a.txt", "first words")
    rescan()
    work_off(library)
    (folder / "a.txt").rename(folder / "b.txt")
    write(folder / "a.txt", "quite other words")
    rescan()
    work_off(library)
    assert library.segments_page(item_at(library, "a.txt").id).segments[0].text == "quite other words"
    assert library.segments_page(item_at(library, "b.txt").id).segments[0].text == "first words"


def test_a_file_that_changed_while_it_was_indexed_is_never_taken_for_unchanged(library: Library, folder: Path, rescan: Rescan) -> None:
    path = write(folder / "growing.txt", "half")
    rescan()
    job = library.lease(Worker.EXTRACT)
    assert job is not None
    write(path, "half and the rest")
    library.finish(job, IndexResult(segments=[NewSegment(SegmentKind.TEXT, "half")]))
    assert rescan().put == 1
    assert work_off(library) == ["growing.txt"]
    assert library.segments_page(item_at(library, "growing.txt").id).segments[0].text == "half and the rest"


def test_an_unreachable_root_keeps_everything(library: Library, folder: Path, root: Root, rescan: Rescan) -> None:
    write(folder / "a.txt", "words")
    rescan()
    work_off(library)
    folder.rename(folder.with_name("unplugged"))
    report = rescan()
    assert not report.available
    away = library.root(root.id)
    assert (away.available, away.counts.indexed) == (False, 1)
    assert away.problem is not None
    assert str(folder) in away.problem.message
    folder.with_name("unplugged").rename(folder)
    assert rescan().available
    assert library.root(root.id).available
    assert library.root(root.id).problem is None
    assert work_off(library) == []


def test_an_empty_mount_point_is_not_an_emptied_folder(library: Library, folder: Path, root: Root, rescan: Rescan) -> None:
    write(folder / "a.txt", "words")
    rescan()
    with library.transaction() as db:
        # As if the folder had been on another disk at the last scan.
        db.execute("UPDATE roots SET device = 'another'")
    (folder / "a.txt").unlink()
    assert not rescan().available
    assert library.root(root.id).counts.total == 1
    write(folder / "b.txt", "words")
    report = rescan()
    assert (report.available, report.gone) == (True, 1)
    (folder / "b.txt").unlink()
    assert rescan().gone == 1
    assert library.root(root.id).counts.total == 0


def test_links_are_not_followed(library: Library, folder: Path, tmp_path: Path, rescan: Rescan) -> None:
    write(tmp_path / "outside" / "secret.txt", "secret")
    write(folder / "in" / "a.txt", "a")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "secret.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (folder / "in" / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(tmp_path / "nowhere")
    report = rescan()
    assert (paths(library), report.problem) == (["in/a.txt"], None)


def test_names_that_are_hard(library: Library, folder: Path, rescan: Rescan) -> None:
    names = ["new\nline.txt", "quote'\".txt", "percent%_.txt", "Ünïcödé 日本語 🎧.txt", " leading.txt", "a" * 251 + ".txt"]
    for name in names:
        write(folder / name, f"words of {len(name)} {name[:3]!r}")
    (folder / os.fsdecode(b"latin-\xe9.txt")).write_text("unnameable")
    report = rescan()
    assert report.put == len(names)
    assert report.problem is not None
    assert "1 name" in report.problem.message
    assert sorted(work_off(library)) == sorted(names)
    for name in names:
        assert library.location(item_at(library, name).id).read_text().startswith("words of")


def test_the_data_directory_is_not_indexed(tmp_path: Path) -> None:
    write(tmp_path / "all" / "a.txt", "a")
    with Library.open(tmp_path / "all" / "data") as library:
        root = library.add_root(tmp_path / "all")
        scan(library, root.id)
        assert paths(library) == ["a.txt"]


def test_a_scan_can_be_stopped_and_deletes_nothing_then(library: Library, folder: Path, root: Root, rescan: Rescan) -> None:
    for number in range(450):
        write(folder / f"{number}.txt", str(number))
    stop = Event()
    with pytest.raises(ScanStopped):
        scan(library, root.id, on_changed=lambda _: stop.set(), stop=stop)
    assert library.root(root.id).counts.total == 200
    assert not library.root(root.id).scanning
    assert rescan().put == 250
    for number in range(450):
        (folder / f"{number}.txt").unlink()
    stop.set()
    write(folder / "new.txt", "new")
    with pytest.raises(ScanStopped):
        scan(library, root.id, stop=stop)
    assert library.root(root.id).counts.total == 450


def test_a_root_removed_during_its_scan_gets_no_more_files(library: Library, folder: Path, root: Root) -> None:
    for number in range(450):
        write(folder / f"{number}.txt", str(number))

    def remove(_: list[Item]) -> None:
        library.remove_root(root.id)

    with pytest.raises(NotFound):
        scan(library, root.id, on_changed=remove)
    library.purge_removed(0.0)
    with library.read_connection() as db:
        assert db.execute("SELECT count(*) FROM items").fetchone()[0] == 0


def test_callbacks_tell_what_changed(library: Library, folder: Path, root: Root) -> None:
    write(folder / "a.txt", "a")
    changed: list[Item] = []
    removed: list[int] = []
    scan(library, root.id, on_changed=changed.extend, on_removed=removed.extend)
    assert [(item.name, item.state) for item in changed] == [("a.txt", ItemState.WAITING)]
    (folder / "a.txt").unlink()
    scan(library, root.id, on_changed=changed.extend, on_removed=removed.extend)
    assert removed == [changed[0].id]
