"""The process itself: real engines, real files, real library, real signals."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from backend.contract.library import ItemKind, ItemState, ModelId, SegmentKind
from backend.library.store import Library, Worker
from backend.models.registry import ModelLocation
from test.backend.processing import media
from test.backend.processing.conftest import location
from test.backend.processing.media import about
from test.backend.processing.sidecar import Sidecar, add_folder, install, wait_for_state

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "models"
    path.mkdir()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "recordings"
    path.mkdir()
    return path


def whisper_files() -> ModelLocation:
    return location("whisper-base")


def texts(library: Library, item_id: int, kind: SegmentKind) -> list[str]:
    return [segment.text for segment in library.segments_page(item_id, kind=kind, limit=1000).segments]


def found(library: Library, query: str) -> list[tuple[int, float | None]]:
    with library.read_connection() as db:
        rows = db.execute(
            "SELECT s.item_id, s.start FROM segments_fts f JOIN segments s ON s.id = f.rowid WHERE segments_fts MATCH ?", (query,)
        ).fetchall()
    return [(row["item_id"], row["start"]) for row in rows]


def long_recording(path: Path, repeats: int) -> Path:
    jfk = media.samples_of(media.JFK)
    return media.write_wav(path, np.concatenate([part for _ in range(repeats) for part in (jfk, media.silence(4.0))]))


def write_silent_film(path: Path) -> None:
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=5, width=64, height=48, pix_fmt="yuv420p")
        for at in range(10):
            picture = np.zeros((48, 64, 3), np.uint8)
            picture[:, : 6 * at] = 200
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def test_a_folder_of_recordings_is_indexed_and_every_failure_says_why(library: Library, models: Path, folder: Path) -> None:
    install(whisper_files(), models)
    jfk = media.samples_of(media.JFK)
    film = next(kind for kind in media.CONTAINERS if kind.extension == "mp4")
    media.write(folder / "speech.mp4", film, jfk)
    write_silent_film(folder / "silent.mp4")
    (folder / "broken.mp3").write_bytes(b"no recording" * 1000)
    (folder / "gone.mp3").write_bytes(b"x")
    kinds = {"speech.mp4": ItemKind.VIDEO, "silent.mp4": ItemKind.VIDEO, "broken.mp3": ItemKind.AUDIO, "gone.mp3": ItemKind.AUDIO}
    items = add_folder(library, folder, kinds)
    (folder / "gone.mp3").unlink()

    with Sidecar(library.data_dir, models) as sidecar:
        ready = sidecar.wait_for("ready")
        assert sidecar.seen == [ready]
        assert ready["pid"] == sidecar.child.pid
        sidecar.wait_for("item-removed", item_id=items["gone.mp3"].id)
        sidecar.wait_for("heartbeat")
        silent = wait_for_state(library, items["silent.mp4"].id, ItemState.INDEXED)
        broken = wait_for_state(library, items["broken.mp3"].id, ItemState.FAILED)
        speech = wait_for_state(library, items["speech.mp4"].id, ItemState.INDEXED)
        code, _ = sidecar.stop()

    assert code == 0
    assert sidecar.seen[-1] == {"type": "bye", "reason": "stdin closed"}
    hits = found(library, '"what you can do for your country"')
    assert hits == [(speech.id, about(7.8, abs=1.0))]
    assert (speech.language, speech.needs) == ("en", [ModelId.YAMNET])
    assert speech.duration == about(11.0, abs=0.2)
    assert library.thumbnail_path(speech.id).exists()
    assert (silent.has_thumbnail, silent.needs, silent.problem) == (True, [], None)
    assert silent.duration == about(2.0, abs=0.3)
    assert broken.problem is not None
    assert broken.problem.code == "damaged"
    assert broken.problem.next_step
    engine = [event["status"]["state"] for event in sidecar.seen if event["type"] == "engine-changed" and "whisper" in str(event)]
    assert engine == ["unloaded", "loading", "ready"]
    progress = [event for event in sidecar.seen if event["type"] == "job-progress"]
    assert {event["item_id"] for event in progress} == {speech.id}
    assert all(event["done"] <= event["total"] and event["unit"] == "seconds" for event in progress)


def test_recordings_wait_for_their_models_and_run_when_they_come(library: Library, models: Path, folder: Path) -> None:
    whisper, yamnet = whisper_files(), location("yamnet")
    (folder / "prize.mp3").write_bytes((media.SAMPLE_LIBRARY / "Recordings" / "prize evening.mp3").read_bytes())
    item = add_folder(library, folder, {"prize.mp3": ItemKind.AUDIO})["prize.mp3"]
    with Sidecar(library.data_dir, models) as sidecar:
        sidecar.wait_for("item-changed", state="needs-model")
        assert set(library.item(item.id).needs) == {ModelId.WHISPER, ModelId.YAMNET}

        install(yamnet, models)
        sidecar.wait_for("item-changed", state="indexed", needs=["whisper-base"])
        assert any("Applause" in text for text in texts(library, item.id, SegmentKind.SOUND))
        assert texts(library, item.id, SegmentKind.SPEECH) == []

        install(whisper, models)
        sidecar.wait_for("item-changed", state="indexed", needs=[])
        code, _ = sidecar.stop()
    assert code == 0
    assert found(library, '"listened to 40 instruments" OR "listened to forty instruments"') != []
    assert found(library, "applause") == [(item.id, about(11.96, abs=1.0))]
    assert library.lease(Worker.AUDIO) is None


def test_end_of_stdin_in_the_middle_of_a_file_gives_the_job_back(library: Library, models: Path, folder: Path) -> None:
    install(whisper_files(), models)
    long_recording(folder / "long.wav", 40)
    item = add_folder(library, folder, {"long.wav": ItemKind.AUDIO})["long.wav"]
    by_path = (str(media.CHECKOUT / "backend" / "processing" / "audioprocessor.py"),)
    with Sidecar(library.data_dir, models, by_path) as sidecar:
        while sidecar.wait_for("job-progress")["done"] == 0:
            pass
        code, took = sidecar.stop()
    assert code == 0, sidecar.seen[-3:]
    assert took < 5.0
    assert sidecar.seen[-1]["type"] == "bye"
    assert library.item(item.id).state is ItemState.WAITING
    job = library.lease(Worker.AUDIO)
    assert job is not None
    assert (job.item_id, job.attempts) == (item.id, 1)


def test_a_decoder_that_crashes_twice_fails_its_recording_and_the_next_is_heard_by_the_same_engine(
    library: Library, models: Path, folder: Path
) -> None:
    install(whisper_files(), models)
    long_recording(folder / "crash.wav", 40)
    (folder / "good.flac").write_bytes(media.JFK.read_bytes())
    items = add_folder(library, folder, {"crash.wav": ItemKind.AUDIO, "good.flac": ItemKind.AUDIO})
    with Sidecar(library.data_dir, models) as sidecar:
        for state in (ItemState.WAITING, ItemState.FAILED):
            while sidecar.wait_for("job-progress", item_id=items["crash.wav"].id)["done"] == 0:
                pass
            [decoder] = psutil.Process(sidecar.child.pid).children()
            decoder.send_signal(signal.SIGSEGV)
            while (changed := sidecar.wait_for("item-changed")["item"])["name"] != "crash.wav" or changed["state"] == "working":
                pass
            assert changed["state"] == state
            # Behind the others.
            wait_for_state(library, items["good.flac"].id, ItemState.INDEXED)
        assert (changed["problem"]["code"], changed["problem"]["detail"]) == ("decoder-ended", "exit status -11")
        assert psutil.Process(sidecar.child.pid).children() == []
        code, _ = sidecar.stop()
    assert code == 0
    engine = [event["status"]["state"] for event in sidecar.seen if event["type"] == "engine-changed" and "whisper" in str(event)]
    assert engine == ["unloaded", "loading", "ready"]
    assert len(found(library, '"ask what you can do"')) == 1


def test_end_of_stdin_while_an_engine_loads(library: Library, models: Path, folder: Path) -> None:
    install(whisper_files(), models)
    long_recording(folder / "long.wav", 2)
    item = add_folder(library, folder, {"long.wav": ItemKind.AUDIO})["long.wav"]
    with Sidecar(library.data_dir, models) as sidecar:
        sidecar.wait_for("engine-changed", state="loading")
        code, took = sidecar.stop()
    assert code == 0
    assert took < 5.0
    assert library.item(item.id).state is ItemState.WAITING


def test_kill_in_the_middle_of_a_file_indexes_it_once(library: Library, models: Path, folder: Path) -> None:
    install(whisper_files(), models)
    long_recording(folder / "long.wav", 4)
    item = add_folder(library, folder, {"long.wav": ItemKind.AUDIO})["long.wav"]
    with Sidecar(library.data_dir, models) as sidecar:
        while sidecar.wait_for("job-progress")["done"] == 0:
            pass
        sidecar.kill()
    assert library.item(item.id).state is ItemState.WORKING
    with Sidecar(library.data_dir, models) as sidecar:
        sidecar.wait_for("item-changed", state="indexed")
        assert sidecar.stop()[0] == 0
    starts = [start for _, start in found(library, '"ask what you can do"')]
    assert [round(start or 0.0) for start in starts] == about([7.7, 22.7, 37.7, 52.7], abs=1.0)
    assert library.lease(Worker.AUDIO) is None


def test_a_pause_puts_the_job_back_and_keeps_what_was_heard(library: Library, models: Path, folder: Path) -> None:
    install(whisper_files(), models)
    long_recording(folder / "long.wav", 6)
    item = add_folder(library, folder, {"long.wav": ItemKind.AUDIO})["long.wav"]
    with Sidecar(library.data_dir, models) as sidecar:
        while (heard := sidecar.wait_for("job-progress")["done"]) == 0:
            pass
        library.set_paused(True)
        sidecar.wait_for("item-changed", state="waiting")
        assert library.item(item.id).state is ItemState.WAITING
        library.set_paused(False)
        assert sidecar.wait_for("job-progress")["done"] >= heard
        sidecar.wait_for("item-changed", state="indexed")
        assert sidecar.stop()[0] == 0
    assert len(found(library, '"ask what you can do"')) == 6


def test_an_engine_that_does_not_load_is_named_and_its_jobs_wait(library: Library, models: Path, folder: Path) -> None:
    real = whisper_files()
    (models / ".verified").mkdir()
    with (models / "base.pt").open("wb") as broken:
        broken.truncate(real.path.stat().st_size)
    marker = (real.layer / ".verified" / f"{real.model.id}.json").read_text(encoding="utf-8")
    (models / ".verified" / f"{real.model.id}.json").write_text(marker, encoding="utf-8")
    long_recording(folder / "speech.wav", 1)
    item = add_folder(library, folder, {"speech.wav": ItemKind.AUDIO})["speech.wav"]
    with Sidecar(library.data_dir, models) as sidecar:
        failed = sidecar.wait_for("engine-changed", state="failed")
        assert failed["status"]["engine"] == "whisper-base"
        assert failed["status"]["problem"]["next_step"]
        assert wait_for_state(library, item.id, ItemState.WAITING)

        (models / "base.pt").unlink()
        (models / "base.pt").symlink_to(real.path)
        sidecar.wait_for("item-changed", state="indexed")
        assert sidecar.stop()[0] == 0
    assert "ask what you can do" in json.dumps(texts(library, item.id, SegmentKind.SPEECH)).lower()


def test_no_engine_is_imported_before_a_job_needs_it() -> None:
    check = (
        "import sys, backend.processing.audioprocessor; "
        "print([m for m in ('torch', 'tensorflow', 'whisper', 'av', 'kreuzberg') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", check], cwd=media.CHECKOUT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
