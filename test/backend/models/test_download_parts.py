"""The small parts of a download: waits, dates, sizes, what a person reads."""

import io
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.contract.events import ErrorEvent, ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.contract.library import ModelId, Problem
from backend.models.cancellation import Cancellation
from backend.models.download.digest import BATCH, LAG, FollowingDigest
from backend.models.download.part_file import PartFile, SideRecord
from backend.models.download.policy import Policy, retry_after
from backend.models.download.progress import ModelProgress
from backend.models.installation import staging_dir
from backend.models.manifest import Model, load_manifest
from backend.models.problems import Cancelled, size_text
from backend.models.report import TextReport
from backend.models.staged import ARCHIVE, PARTS, TREE, staged_bytes

from ...hub_double.manifests import sha256
from .downloads import some_bytes


def test_waits_double_up_to_a_limit_and_half_of_each_is_drawn() -> None:
    policy = Policy(first_wait=1, highest_wait=8)
    assert [policy.wait(n, lambda: 1.0) for n in (1, 2, 3, 4, 5, 50)] == [1, 2, 4, 8, 8, 8]
    assert [policy.wait(n, lambda: 0.0) for n in (1, 2, 3)] == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 12:01:30 -0000", 90),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 kB"),
        (91567913, "87 MB"),
        (145262807, "139 MB"),
        (18275381, "17 MB"),
        (3 << 29, "1.5 GB"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int, text: str) -> None:
    assert size_text(size) == text


def test_rate_and_time_left_are_those_of_the_last_seconds() -> None:
    now = [0.0]
    progress = ModelProgress(ModelId.WHISPER, 1000, lambda: now[0])
    progress.set_bytes(400)
    first = progress.event()
    assert (first.progress, first.rate, first.seconds_left) == (40.0, None, None)
    now[0] = 2.0
    progress.set_bytes(600, arrived=200)
    assert (progress.event().rate, progress.event().seconds_left) == (100.0, 4.0)
    now[0] = 20.0
    assert progress.event().rate is None


def test_a_total_that_is_not_known_gives_no_percentage() -> None:
    progress = ModelProgress(ModelId.WHISPER, None)
    progress.set_bytes(400, arrived=400)
    assert (progress.event().progress, progress.event().total, progress.event().seconds_left) == (None, None, None)


@pytest.mark.parametrize(
    ("etag", "validator"), [('"strong"', '"strong"'), ('W/"weak"', "a date"), (None, "a date")], ids=["strong", "weak", "none"]
)
def test_only_a_strong_validator_is_asked_for(etag: str | None, validator: str) -> None:
    assert SideRecord("u", etag, "a date", 1, None).validator == validator


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}'])
def test_an_unreadable_record_is_none(tmp_path: Path, content: str) -> None:
    with PartFile(tmp_path / "x.part") as part:
        part.record_path.write_text(content, encoding="utf-8")
        assert part.read_record() is None


def test_what_was_unpacked_is_not_counted_beside_its_archive(tmp_path: Path, model: Model) -> None:
    staged = staging_dir(tmp_path, model)
    for path in (ARCHIVE, f"{TREE}/graph.pb", f"{PARTS}/other.part"):
        (staged / path).parent.mkdir(parents=True, exist_ok=True)
        (staged / path).write_bytes(bytes(10))
    assert staged_bytes(tmp_path, model) == 20
    (staged / ARCHIVE).unlink()
    (staged / PARTS / "other.part.json").write_text("{}")
    assert staged_bytes(tmp_path, model) == 20


def test_a_request_to_cancel_wakes_what_sleeps_and_what_comes_later() -> None:
    cancellation, woken = Cancellation(), []
    with cancellation.waking(lambda: woken.append("during")):
        cancellation.request()
    with cancellation.waking(lambda: woken.append("after")):
        pass
    assert woken == ["during", "after"]
    with pytest.raises(Cancelled):
        cancellation.wait(60)


def grow(path: Path, size: int, seed: int) -> bytes:
    """Appends `size` bytes; all that are there now."""
    with path.open("ab") as stream:
        stream.write(some_bytes(size, seed))
    return path.read_bytes()


def test_the_digest_follows_a_file_that_grows_and_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(b"")
    with FollowingDigest(path, Cancellation()) as digest:
        for begun in range(2):
            for number, size in enumerate((1, BATCH - 2, BATCH + 1, LAG + 5, 7)):
                whole = grow(path, size, number + begun)
                digest.advance(len(whole))
            if begun == 0:
                digest.restart()
                path.write_bytes(b"")
        assert digest.hexdigest(len(whole)) == sha256(whole)


def test_the_digest_of_nothing_is_that_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"")
    with FollowingDigest(tmp_path / "x.part", Cancellation()) as digest:
        assert digest.hexdigest(0) == sha256(b"")


def test_a_file_that_lost_bytes_is_an_error_and_not_a_wait(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(b"1234")
    with FollowingDigest(path, Cancellation()) as digest, pytest.raises(OSError, match="shorter than what was written"):
        digest.hexdigest(5)
    with FollowingDigest(path, Cancellation()) as digest, pytest.raises(OSError, match="shorter than what was written"):
        digest.advance(LAG + BATCH)


def test_waiting_for_the_digest_is_cancelled(tmp_path: Path) -> None:
    """A pipe that nobody fills stands for a disk that does not answer."""
    os.mkfifo(tmp_path / "x.part")
    writer = os.open(tmp_path / "x.part", os.O_RDWR)
    cancellation = Cancellation()
    try:
        with FollowingDigest(tmp_path / "x.part", cancellation) as digest:
            threading.Timer(0.2, cancellation.request).start()
            try:
                with pytest.raises(Cancelled):
                    digest.hexdigest(5)
            finally:
                os.write(writer, b"12345")
    finally:
        os.close(writer)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress_event(percent: float, message: str = "Downloading") -> ModelDownloadProgress:
    done = round(1000 * percent)
    return ModelDownloadProgress(
        model=ModelId.YAMNET, progress=percent, message=message, bytes=done, total=100_000, rate=2048.0, seconds_left=3.2
    )


def test_a_terminal_shows_one_line_a_model() -> None:
    terminal = Terminal()
    report = TextReport(load_manifest(), terminal)
    report.emit(progress_event(10))
    report.emit(progress_event(20))
    report.emit(ModelDownloadEnded(model=ModelId.YAMNET, outcome=ModelDownloadOutcome.INSTALLED, message="YAMNet is installed (17 MB)."))
    *shown, last = terminal.getvalue().split("\r")[1:]
    assert [line.strip() for line in shown] == [f"YAMNet: Downloading, {n} % of 98 kB, 2 kB/s, 3 s left" for n in (10, 20)]
    assert last.strip() == "YAMNet is installed (17 MB)."
    assert terminal.getvalue().count("\n") == 1


def test_a_log_gets_a_line_when_the_sentence_changes() -> None:
    log = io.StringIO()
    report = TextReport(load_manifest(), log)
    for event in (progress_event(1), progress_event(2), progress_event(3, "Checking")):
        report.emit(event)
    problem = Problem(code="x", message="It failed.", next_step="Do this.", detail="errno 5")
    report.emit(ModelDownloadEnded(model=ModelId.YAMNET, outcome=ModelDownloadOutcome.FAILED, message="It failed.", problem=problem))
    report.emit(ErrorEvent(problem=problem))
    assert log.getvalue().splitlines() == [
        "YAMNet: Downloading", "YAMNet: Checking", "YAMNet: It failed.", "  Do this.", "  (errno 5)", "It failed.", "  Do this.",
    ]  # fmt: skip
