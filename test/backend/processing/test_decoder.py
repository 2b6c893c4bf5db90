"""The child that decodes: what it says is what the file holds, and whatever becomes of it the listener goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from backend.processing.cancellation import Cancelled, StopCheck, never
from backend.processing.decode import SAMPLE_RATE
from backend.processing.decoder import DecodedTrack, Decoder
from backend.processing.decoder_protocol import DecodeRequest, Failed, Opened, Working, read_answer
from backend.processing.media_errors import DecoderEnded, MediaError, StuckMedia, TooLargeMedia
from test.backend.processing import media

PATIENCE = 60.0


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes: more than the pipe and the queue hold."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, media.RATE * 600).astype(np.float32)
    return media.write_wav(tmp_path_factory.mktemp("long") / "long.wav", noise)


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "backend.processing.decode_child" in child.cmdline()]


def open_files() -> int:
    return psutil.Process().num_fds()


def hears(decoder: Decoder) -> bool:
    with decoder.open(media.JFK) as track:
        return sum(len(block) for block in track) == 11 * SAMPLE_RATE


def gone(process: psutil.Process) -> bool:
    psutil.wait_procs([process], timeout=PATIENCE)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="file descriptors are counted")
def test_one_child_decodes_many_recordings_and_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no recording" * 100)
    with Decoder() as decoder:
        assert hears(decoder)
        [child] = children()
        before = open_files()
        for _ in range(5):
            assert hears(decoder)
            with pytest.raises(MediaError):
                decoder.open(broken)
            assert decoder.facts(media.JFK).duration == 11.0
        assert children() == [child]
        assert open_files() == before
    assert children() == []


@pytest.mark.skipif(sys.platform == "win32", reason="file descriptors are counted")
def test_closing_in_the_middle_ends_the_child_and_leaks_nothing(decoder: Decoder, long_file: Path) -> None:
    assert hears(decoder)
    before = open_files()
    for _ in range(3):
        track = decoder.open(long_file)
        assert track.read() is not None
        track.close()
        assert track.read() is None
        assert children() == []
    assert hears(decoder)
    assert open_files() == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_child_that_crashes_fails_its_recording_with_a_sentence(decoder: Decoder, long_file: Path, number: int) -> None:
    with decoder.open(long_file) as track:
        assert track.read() is not None
        [child] = children()
        child.send_signal(number)
        with pytest.raises(DecoderEnded) as ended:
            list(track)
        assert ended.value.detail == f"exit status {-number}"
        assert ended.value.problem.next_step
    assert hears(decoder)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_child_that_crashes_between_recordings_is_replaced(decoder: Decoder) -> None:
    assert hears(decoder)
    [child] = children()
    child.kill()
    assert gone(child)
    assert hears(decoder)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_child_that_says_nothing_is_ended_and_a_reader_that_waits_is_not_blamed(long_file: Path) -> None:
    with Decoder(silence=6.0) as decoder:
        track = decoder.open(long_file)
        [child] = children()
        # Not read meanwhile: the child stands in the pipe.
        while child.status() != psutil.STATUS_SLEEPING:
            pass
        assert track.read() is not None
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(StuckMedia) as stuck:
            list(track)
        assert "6 seconds" in str(stuck.value.detail)
        assert gone(child)
        assert hears(decoder)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_waiting_for_a_child_ends_as_soon_as_nobody_wants_its_sound(decoder: Decoder, long_file: Path) -> None:
    track = decoder.open(long_file)
    [child] = children()
    child.send_signal(signal.SIGSTOP)
    asked = iter([*[False] * 5, True])
    with pytest.raises(Cancelled):
        read_all(track, lambda: next(asked))
    # It was not at fault, and goes on where it was.
    child.send_signal(signal.SIGCONT)
    assert track.read() is not None
    track.close()
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is proved where it is reliable")
def test_a_recording_that_would_fill_the_memory_is_too_large(tmp_path: Path) -> None:
    """An hour in one block, and a limit that is low enough for it."""
    path = media.write_long_wav(tmp_path / "hour.wav", 3600.0)
    code = (
        "import resource, backend.processing.decode_child as child\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "child.MEMORY = used + (200 << 20)\n"
        "child.main()"
    )
    request = DecodeRequest(path=path, block_seconds=1e6).model_dump_json().encode() + b"\n"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=media.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(request)
        child.stdin.flush()
        assert isinstance(read_answer(child.stdout), Opened)
        while isinstance(failed := read_answer(child.stdout), Working):
            pass
        child.stdin.close()
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, TooLargeMedia)


PARENT = """
import sys
from pathlib import Path
from backend.processing.decoder import Decoder

track = Decoder().open(Path(sys.argv[1]))
track.read()
print("reading", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("stopped", [False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux only"))])
def test_the_child_goes_when_its_parent_is_killed(long_file: Path, stopped: bool) -> None:
    """Blocked in a write, and also where it was stopped and could notice nothing."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(long_file)], cwd=media.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    assert parent.stdout.readline() == "reading\n"
    [child] = psutil.Process(parent.pid).children()
    if stopped:
        child.send_signal(signal.SIGSTOP)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert gone(child)
    parent.stdin.close()
    parent.stdout.close()


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Decoder]]:
    """A decoder whose child is another program: it reads its request and writes whatever the test wants."""
    decoders: list[Decoder] = []

    def make(code: str) -> Decoder:
        program = "import os, sys, time\nsys.stdin.buffer.readline()\n" + code
        monkeypatch.setattr(
            "backend.library.extract.reader_process._start",
            lambda _: subprocess.Popen(
                [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=media.CHECKOUT
            ),
        )
        decoders.append(Decoder(silence=20.0))
        return decoders[-1]

    yield make
    for decoder in decoders:
        decoder.close()


OPENED = """
from backend.processing.decoder_protocol import *
write = sys.stdout.buffer.write
write(frame_of(Opened(duration=1.0, has_video=False)))
"""


@pytest.mark.parametrize(
    "code",
    [
        "",
        "os.write(1, b'x' * 100)",
        "os.write(1, bytes([1]))",
        "os.write(1, bytes([2, 255, 255, 255, 255]))",
        "os.write(1, bytes([1, 0, 0, 0, 2]) + b'{}')",
        'os.write(1, bytes([5, 0, 0, 0, 44]) + b\'{"code": "none", "detail": "", "duration": 1.0}\')',
        "while True: os.write(1, os.urandom(65536))",
        f"{OPENED}write(frame_of(Opened(duration=1.0, has_video=False)))",
        f"{OPENED}write(bytes([2, 0, 0, 0, 4]) + b'ab')",
        f"{OPENED}write(bytes([2, 0, 0, 0, 3]) + b'abc')",
        f"{OPENED}write(bytes([2, 0, 0, 0, 4]) + b'\\xff\\xff\\xff\\xff')",
        f"{OPENED}write(bytes([2, 0xff, 0, 0, 0])); sys.stdout.flush(); os.write(1, bytes(1 << 20)); time.sleep(60)",
        f"{OPENED}sys.stdout.flush(); os.close(1); time.sleep(60)",
        "os.write(2, b'x' * (64 << 20)); os._exit(3)",
    ],
)
def test_a_child_that_writes_what_is_no_answer_is_ended(impostor: Callable[[str], Decoder], code: str) -> None:
    with pytest.raises(DecoderEnded) as ended:
        read_all(impostor(code).open(media.JFK))
    assert ended.value.detail
    assert psutil.Process().children() == []


def read_all(track: DecodedTrack, should_stop: StopCheck = never) -> int:
    samples = 0
    while (block := track.read(should_stop)) is not None:
        samples += len(block)
    return samples
