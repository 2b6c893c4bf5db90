"""No room, or no usable folder, for the library of the real sidecars: said once, nothing lost, and it goes on by itself."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import av
import pytest
from PIL import Image

from backend.contract.library import ItemKind
from backend.library.store import Library, SeenFile, Worker

from .care import fill, run
from .sidecars import AUDIOPROCESSOR, SEARCH_SERVER, Sidecar, running

SIZE = 24 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of SIZE bytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system to fill")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield place
    # Lazily: a process that a failed test left behind may still hold it.
    subprocess.run(["umount", "--lazy", place], check=True)


def use_up(disk: Path) -> Path:
    """A file that leaves no room for another byte."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 16, 4096, 1):
            while _takes(file, size):
                pass
    return ballast


def _takes(file: IO[bytes], size: int) -> bool:
    try:
        return bool(file.write(b"\0" * size))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def heartbeats(sidecar: Sidecar, count: int) -> None:
    seen = len(sidecar.of_type("heartbeat"))
    sidecar.wait_for(lambda: len(sidecar.of_type("heartbeat")) >= seen + count)


def write_texts(folder: Path, first: int, count: int) -> None:
    for number in range(first, first + count):
        sentences = (f"Sentence {line} of document {number} is about harbour number {number * line}." for line in range(400))
        (folder / f"{number}.txt").write_text(f"unique{number} " + "\n".join(sentences))


def test_indexing_outlasts_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    write_texts(folder, 0, 10)
    data_dir = small_disk / "data"
    with running(SEARCH_SERVER, data_dir) as server:
        root = server.request("POST", "/roots", json={"path": str(folder)}).raise_for_status().json()["id"]
        server.wait_for(lambda: server.queue()["indexed"] == 10)
        ballast = use_up(small_disk)
        write_texts(folder, 10, 30)
        for number in range(3):
            Image.effect_noise((400, 300), 80).save(folder / f"{number}.png")
        server.request("POST", f"/roots/{root}/rescan").raise_for_status()
        server.wait_for(lambda: ("disk-full", False) in server.problems())
        told = next(event["problem"] for event in server.of_type("error"))
        assert "no room" in told["message"]
        assert told["next_step"]
        heartbeats(server, 2)
        # What was finished is found all the while.
        hits = server.request("GET", "/search", params={"q": "unique7"}).raise_for_status().json()["hits"]
        assert [hit["item"]["name"] for hit in hits] == ["7.txt"]
        said = len(server.problems())
        ballast.unlink()
        server.wait_for(lambda: server.queue()["indexed"] == 43)
        queue = server.queue()
        assert (queue["failed"], queue["waiting"], queue["working"]) == (0, 0, 0)
        hits = server.request("GET", "/search", params={"q": "unique37"}).raise_for_status().json()["hits"]
        assert [hit["item"]["name"] for hit in hits] == ["37.txt"]
        # Each reason once, by the scan and by the indexer, and not every few seconds.
        assert {code for code, _ in server.problems()} <= {"disk-full", "library-unavailable"}
        assert said <= 4
        assert server.close_stdin() == 0
    assert run(data_dir, "recover")[1]["outcome"] == "nothing-to-do"


def test_what_audioprocessor_found_out_outlasts_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    # Without a sound track: no model is needed to be done with one.
    silent_film(films / "0.mp4")
    for number in range(1, 12):
        shutil.copy(films / "0.mp4", films / f"{number}.mp4")
    data_dir = small_disk / "data"
    with Library.open(data_dir) as library:
        seen = [(path.name, path.stat()) for path in films.iterdir()]
        put = [SeenFile(name, ItemKind.VIDEO, Worker.AUDIO, status.st_size, status.st_mtime_ns) for name, status in seen]
        library.apply_scan(library.add_root(films).id, put=put)
        with running(AUDIOPROCESSOR, data_dir) as sidecar:
            sidecar.wait_for(lambda: library.summary().queue.indexed >= 2)
            ballast = use_up(small_disk)
            sidecar.wait_for(lambda: ("disk-full", False) in sidecar.problems())
            heartbeats(sidecar, 2)
            assert sidecar.problems() == [("disk-full", False)]
            ballast.unlink()
            sidecar.wait_for(lambda: library.summary().queue.indexed == 12)
            assert library.summary().queue.failed == 0
            assert sidecar.close_stdin() == 0


def silent_film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


@pytest.mark.parametrize("module", [SEARCH_SERVER, AUDIOPROCESSOR])
def test_a_start_on_a_full_disk_waits_for_room(small_disk: Path, module: str) -> None:
    data_dir = small_disk / "data"
    data_dir.mkdir()
    ballast = use_up(small_disk)
    with running(module, data_dir) as sidecar:
        sidecar.wait_for(lambda: sidecar.problems())
        # Longer than one more try; the supervisor takes these for signs of life.
        heartbeats(sidecar, 2)
        assert sidecar.problems() == [("disk-full", False)]
        assert (sidecar.of_type("ready") == []) == (module == SEARCH_SERVER)
        ballast.unlink()
        sidecar.wait_for(lambda: sidecar.of_type("ready") and (data_dir / "library.db-wal").exists())
        if module == SEARCH_SERVER:
            assert sidecar.queue()["indexed"] == 0
        assert sidecar.close_stdin() == 0


def test_a_folder_that_is_not_usable_yet_is_waited_for(tmp_path: Path) -> None:
    in_its_way = tmp_path / "disk"
    in_its_way.write_text("where the disk will be")
    with running(SEARCH_SERVER, in_its_way / "data") as server:
        server.wait_for(lambda: server.problems())
        heartbeats(server, 1)
        assert server.problems() == [("library-unavailable", False)]
        in_its_way.unlink()
        server.wait_for(lambda: server.of_type("ready"))
        assert server.close_stdin() == 0


def test_a_process_that_waits_can_be_ended(tmp_path: Path) -> None:
    in_its_way = tmp_path / "disk"
    in_its_way.write_text("where the disk will be")
    with running(SEARCH_SERVER, in_its_way / "data") as server:
        server.wait_for(lambda: server.problems())
        assert server.close_stdin() == 0
        assert server.of_type("bye")


def test_no_room_for_a_backup_is_said_and_leaves_the_old_one(small_disk: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "records", 30)
    target = small_disk / "backup.db"
    target.write_bytes(b"the old one")
    use_up(small_disk)
    code, ended = run(data_dir, "backup", "--to", target)
    assert (code, ended["problem"]["code"]) == (1, "not-written")
    assert "no room" in ended["problem"]["message"]
    assert target.read_bytes() == b"the old one"
    assert sorted(path.name for path in small_disk.iterdir()) == ["backup.db", "ballast"]


@pytest.mark.parametrize("task", ["restore", "recover"])
def test_no_room_for_another_library_changes_nothing(small_disk: Path, tmp_path: Path, task: str) -> None:
    data_dir = small_disk / "data"
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "records", 30)
    backup = tmp_path / "backup.db"
    assert run(data_dir, "backup", "--to", backup)[0] == 0
    if task == "recover":
        with (data_dir / "library.db").open("r+b") as file:
            file.seek(8192)
            file.write(b"\0" * 4096)
    before = (data_dir / "library.db").read_bytes()
    (data_dir / "run").mkdir(exist_ok=True)
    ballast = use_up(small_disk)
    arguments = ("--from", backup) if task == "restore" else ()
    code, ended = run(data_dir, task, *arguments)
    assert (code, ended["outcome"], ended["problem"]["code"]) == (1, "failed", "disk-full")
    assert (data_dir / "library.db").read_bytes() == before
    ballast.unlink()
    assert run(data_dir, task, *arguments)[0] == 0
