"""Recordings that crash, mislead or never end, and the one that is just long; FFmpeg opens the one file and nothing else."""

import ctypes
import os
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import psutil
import pytest

from backend.contract.library import ItemKind
from backend.library.extract.extractor import Extractor
from backend.processing import decode
from backend.processing.decode import SAMPLE_RATE
from backend.processing.decoder import Decoder
from backend.processing.media_errors import EndlessMedia, MediaError, MediaVanished, UnsupportedCodec
from test.backend.fuzz.rounds import ROUNDS
from test.backend.hostile.conftest import children, peak_mib, require_sentence
from test.backend.processing import media

LONG_HOURS = 12.0 if ROUNDS >= 10 else 3.0
SECOND = media.samples_of(media.JFK)[:SAMPLE_RATE]


def wav_header(size: int, *, rate: int = SAMPLE_RATE, channels: int = 1, data: int | None = None) -> bytes:
    block = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, 16)
    return b"RIFF" + struct.pack("<I", size & 0xFFFFFFFF) + b"WAVE" + form + b"data" + struct.pack("<I", size if data is None else data)


def seconds(decoder: Decoder, path: Path) -> float | str:
    """What decodes of it, else the code of a sentence; and the decoder is as good as before."""
    found: float | str
    try:
        with decoder.open(path) as track:
            found = sum(len(block) for block in track) / SAMPLE_RATE
    except MediaError as error:
        require_sentence(error.problem)
        found = error.code
    with decoder.open(media.JFK) as track:
        assert sum(len(block) for block in track) == 11 * SAMPLE_RATE
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("extension", ["wav", "opus"])
def test_a_recording_of_many_hours_takes_no_more_memory_than_one_of_a_minute(decoder: Decoder, tmp_path: Path, extension: str) -> None:
    hours = LONG_HOURS if extension == "wav" else LONG_HOURS / 18
    if extension == "wav":
        path = media.write_long_wav(tmp_path / "long.wav", hours * 3600, media.samples_of(media.JFK))
    else:
        path = write_long_opus(tmp_path / "long.opus", hours * 3600)
    assert seconds(decoder, media.SAMPLE_LIBRARY / "Recordings" / "2024-08-19 monday.mp3") == pytest.approx(58.6, abs=0.1)
    before, own = peak_mib(), psutil.Process().memory_info().rss >> 20
    total, loud, most = 0, 0, own
    with decoder.open(path) as track:
        length = track.facts.duration or 0.0
        assert length == pytest.approx(hours * 3600, abs=60.0)
        for number, block in enumerate(track):
            total += len(block)
            if np.abs(block).max() > 0.1:
                loud = loud or total - len(block)
            if number % 50 == 0:
                most = max(most, psutil.Process().memory_info().rss >> 20)
        assert total / SAMPLE_RATE == pytest.approx(length, abs=1.0)
        assert loud / SAMPLE_RATE == pytest.approx(length - 11, abs=11.0)
        assert peak_mib() - before < 60
        assert most - own < 60


def write_long_opus(path: Path, duration: float) -> Path:
    """The packets of one silent minute again and again, then speech."""
    with av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        quiet = _opus(stream, np.zeros(60 * media.RATE, np.float32))
        speech = _opus(stream, media.samples_of(media.JFK))
        minutes = round((duration - 11) / 60)
        for number, content in enumerate([content for _ in range(minutes) for content in quiet] + speech):
            packet = av.Packet(content)
            packet.stream, packet.time_base, packet.duration = stream, Fraction(1, 48_000), 960
            packet.pts = packet.dts = 960 * number
            out.mux(packet)
    return path


def _opus(stream: "av.AudioStream", samples: "npt.NDArray[np.float32]") -> list[bytes]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000, frame_size=960)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = media.RATE
    return [bytes(packet) for resampled in resampler.resample(frame) for packet in stream.encode(resampled)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("header only.wav", wav_header(0), {"damaged"}),
        ("absurd size.wav", wav_header(0xFFFFFFF0) + (SECOND * 32767).astype("<i2").tobytes(), {1.0}),
        ("lies.wav", wav_header(10, data=0x7FFFFFFF) + (SECOND * 32767).astype("<i2").tobytes(), {1.0}),
        ("one hertz.wav", wav_header(2000, rate=1) + bytes(2000), {"unsupported-codec", "damaged"}),
        ("no hertz.wav", wav_header(2000, rate=0) + bytes(2000), {"unsupported-codec", "damaged"}),
        ("768 kHz.wav", wav_header(1_536_000, rate=768_000) + bytes(1_536_000), {1.0}),
        ("64 channels.wav", wav_header(2_048_000, channels=64) + bytes(2_048_000), {1.0, "unsupported-codec", "damaged"}),
        ("65535 channels.wav", wav_header(100_000, channels=65_535) + bytes(100_000), {"unsupported-codec", "damaged"}),
        ("no channel.wav", wav_header(100_000, channels=0) + bytes(100_000), {"unsupported-codec", "damaged"}),
        ("four bytes.mp3", b"\xff\xfb\x90\x00", {"damaged"}),
        ("mark.flac", b"fLaC" + b"\x80\xff\xff\xff", {"damaged", "no-sound-track", "unsupported-codec"}),
        ("a text.m4a", b"once upon a time " * 100, {"damaged"}),
    ],
)
def test_odd_sound_files(decoder: Decoder, tmp_path: Path, name: str, content: bytes, expected: set[float | str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = seconds(decoder, path)
    assert (round(found, 1) if isinstance(found, float) else found) in expected
    assert peak_mib() < 300


def test_a_wrong_extension_is_heard_all_the_same(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(media.JFK.read_bytes())
    assert seconds(decoder, path) == 11.0


@pytest.mark.parametrize("extension", ["mp3", "m4a", "ogg", "wma", "mp4", "mkv", "avi", "flv"])
def test_what_was_cut_off_is_heard_or_has_a_sentence(decoder: Decoder, tmp_path: Path, extension: str) -> None:
    kind = next(kind for kind in media.CONTAINERS if kind.extension == extension)
    whole = media.write(tmp_path / f"whole.{extension}", kind, media.samples_of(media.JFK)).read_bytes()
    path = tmp_path / f"cut.{extension}"
    for share in (0.02, 0.3, 0.95):
        path.write_bytes(whole[: round(len(whole) * share)])
        found = seconds(decoder, path)
        assert isinstance(found, str) or found <= 11.2


def test_a_film_whose_index_lies(decoder: Decoder, tmp_path: Path) -> None:
    kind = next(kind for kind in media.CONTAINERS if kind.extension == "mp4")
    whole = media.write(tmp_path / "film.mp4", kind, media.samples_of(media.JFK)).read_bytes()
    path = tmp_path / "lies.mp4"
    for table, value in (
        (b"stsz", 0x7FFFFFFF),
        (b"stco", 0xFFFFFFFF),
        (b"stts", 0xFFFFFFFF),
        (b"stsc", 0xFFFFFFFF),
        (b"mdhd", 1),
        (b"trak", 8),
    ):
        lying = bytearray(whole)
        at = -1
        while (at := lying.find(table, at + 1)) >= 0:
            for place in (at + 8, at + 12, at + 16):
                lying[place : place + 4] = struct.pack(">I", value)
        path.write_bytes(lying)
        found = seconds(decoder, path)
        assert isinstance(found, str) or found < 3600, (table, found)
    assert peak_mib() < 700


def test_time_stamps_that_jump_back_and_forth_are_filled_once(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "jumps.flv"
    with av.open(str(path), "w", format="flv") as out:
        stream = out.add_stream("libmp3lame", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44_100 * 4), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44_100
        out.mux([*stream.encode(frame), *stream.encode(None)])
    content = bytearray(path.read_bytes())
    at, tags = 13, 0
    while at + 11 < len(content):
        kind, size, stamp = content[at], int.from_bytes(content[at + 1 : at + 4]), int.from_bytes(content[at + 4 : at + 7])
        if kind == 8 and (tags := tags + 1) % 2:
            # Nine minutes ahead, each other time.
            content[at + 4 : at + 7] = (stamp + 540_000).to_bytes(3)
        at += size + 15
    assert tags > 100
    path.write_bytes(content)
    found = seconds(decoder, path)
    assert isinstance(found, float)
    # Once filled, not a hundred times.
    assert 4.0 < found < 700


def test_a_recording_without_an_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded here: two hundred hours would take a test minutes, so the limit is two hundred seconds."""
    monkeypatch.setattr(decode, "LONGEST_SECONDS", 200.0)
    path = media.write_long_wav(tmp_path / "endless.wav", 300.0)
    with decode.SoundTrack(path) as track:
        assert track.facts.duration is None
        with pytest.raises(EndlessMedia) as ended:
            list(track)
    require_sentence(ended.value.problem)


def test_a_picture_in_a_sound_file_is_no_film_and_alone_no_sound(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "cover.m4a"
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mjpeg", rate=1, width=64, height=48, pix_fmt="yuvj420p")
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    assert seconds(decoder, path) == "no-sound-track"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")
def test_pipes_devices_and_folders_are_no_recordings(decoder: Decoder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "folder.mp3").mkdir()
    for path in (tmp_path / "pipe.mp3", tmp_path / "folder.mp3", Path("/dev/zero")):
        with pytest.raises(MediaVanished):
            decoder.open(path)


@contextmanager
def opened(path: Path) -> Iterator[Callable[[], bool]]:
    """Whether any process opens `path` meanwhile, by inotify(7)."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(descriptor, os.fsencode(path), 0x20 | 0x1) > 0
    try:
        yield lambda: bool(select.select([descriptor], [], [], 0)[0])
    finally:
        os.close(descriptor)


REFERENCES = {
    "playlist.mp3": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n",
    "script.wav": "ffconcat version 1.0\nfile '{target}'\n",
    "session.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
    "dash.m4a": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S">'
    '<Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "list.ogg": "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    "rtsp.mkv": "rtsp://127.0.0.1:{port}/x\n",
}


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is of Linux")
@pytest.mark.parametrize("name", REFERENCES)
def test_a_file_that_names_others_opens_none_of_them(decoder: Decoder, tmp_path: Path, name: str) -> None:
    secret = media.write_wav(tmp_path / "secret.wav", SECOND)
    with socket.create_server(("127.0.0.1", 0)) as server, opened(secret) as touched, Extractor() as extractor:
        server.setblocking(False)
        port = server.getsockname()[1]
        for target in (str(secret), f"file:{secret}", "secret.wav", f"http://127.0.0.1:{port}/x.ts", f"tcp://127.0.0.1:{port}"):
            path = tmp_path / name
            path.write_text(REFERENCES[name].format(target=target, port=port), encoding="ascii")
            assert seconds(decoder, path) == "damaged"
            assert not extractor.make_thumbnail(path, ItemKind.VIDEO, tmp_path / "thumbnail.jpg")
        with pytest.raises(BlockingIOError):
            server.accept()
        assert not touched()
        # The watch would have told.
        secret.read_bytes()
        assert touched()


def test_a_film_that_names_a_sound_track_elsewhere_does_not_open_it(decoder: Decoder, tmp_path: Path) -> None:
    """QuickTime data references: the sound is said to lie in another file."""
    kind = next(kind for kind in media.CONTAINERS if kind.extension == "mov")
    whole = media.write(tmp_path / "film.mov", kind, SECOND).read_bytes()
    lying = whole.replace(b"url \0\0\0\1", b"alis\0\0\0\0")
    assert lying != whole
    path = tmp_path / "elsewhere.mov"
    path.write_bytes(lying)
    found = seconds(decoder, path)
    assert isinstance(found, str | float)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_film_whose_picture_decoder_hangs_is_given_up(tmp_path: Path) -> None:
    kind = next(kind for kind in media.CONTAINERS if kind.extension == "mp4")
    film = media.write(tmp_path / "film.mp4", kind, SECOND)
    with Extractor(seconds=lambda _: 10.0) as patient:
        assert patient.make_thumbnail(film, ItemKind.VIDEO, tmp_path / "a.jpg")
    asked = 0

    def wanted() -> bool:
        nonlocal asked
        asked += 1
        for child in children():
            child.suspend()
        return True

    with Extractor(seconds=lambda _: 1.0) as extractor:
        assert not extractor.make_thumbnail(film, ItemKind.VIDEO, tmp_path / "b.jpg", wanted)
    assert asked
    assert children() == []


def test_rates_below_those_of_telephones_have_their_reason() -> None:
    assert decode.LOWEST_RATE <= 4000
    assert UnsupportedCodec("a sample rate of 1 Hz").problem.next_step
