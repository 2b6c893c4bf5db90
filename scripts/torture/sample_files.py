"""The files that `npm run torture` indexes: every kind that a person keeps, each with content that no other file has.

`python -m scripts.torture.sample_files <folder> <count>` writes `Papers äöü/` (documents and pictures) and `Recordings 録音/` (cuts of
the sample library's recordings), and prints nothing. The same count gives the same files.
"""

import io
import json
import sys
import zipfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
PAPERS = "Papers äöü"
RECORDINGS = "Recordings 録音"
RATE = 16_000
# Whisper takes two cores about two seconds for a cut: with more recordings the soak would be about waiting.
FILES_PER_RECORDING = 15
FILES_PER_PICTURE = 7
LONGEST_CUT = 5.0
CAMERA = 0x0110

FOLDERS = ["", "letters", "letters/2024 spring", "Übersicht", "会議", "한국어 노트", "deep/er/and deeper"]
STEMS = ["note", "Größe & Maß", "議事録", "señal", "naïve café", "it's done", "レシピ", "plan"]
CONTAINERS = [
    ("mp3", "libmp3lame", 44_100, None, None),
    ("wav", "pcm_s16le", 44_100, None, None),
    ("flac", "flac", 48_000, None, None),
    ("m4a", "aac", 44_100, None, "ipod"),
    ("opus", "libopus", 48_000, None, "ogg"),
    ("wma", "wmav2", 44_100, None, "asf"),
    ("mp4", "aac", 44_100, "libx264", None),
    ("mkv", "libopus", 48_000, "libx264", "matroska"),
    ("webm", "libopus", 48_000, "libvpx-vp9", None),
    ("avi", "libmp3lame", 44_100, "mpeg4", None),
]

Samples = npt.NDArray[np.float32]


def word_of(number: int) -> str:
    """A word that stands in one file only."""
    return f"unique{number:04d}word"


def main() -> int:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    recordings = max(1, count // FILES_PER_RECORDING)
    for number in range(count - recordings):
        place = folder / PAPERS / FOLDERS[number % len(FOLDERS)]
        place.mkdir(parents=True, exist_ok=True)
        stem = f"{STEMS[number % len(STEMS)]} {number}"
        if number % FILES_PER_PICTURE == FILES_PER_PICTURE - 1:
            _write_picture(place, stem, number)
        else:
            extension, written = DOCUMENTS[number % len(DOCUMENTS)]
            (place / f"{stem}.{extension}").write_bytes(written(_paragraphs(number)))
    place = folder / RECORDINGS
    place.mkdir(parents=True)
    for number, samples in zip(range(recordings), _cuts(recordings), strict=True):
        _write_recording(place, f"録音 {number}", number, samples)
    return 0


def _paragraphs(number: int) -> list[str]:
    parts = [
        f"Part {part} of note {number}. The lighthouse keeper counted {number * part} ships before the fog came in." for part in range(1, 9)
    ]
    return [word_of(number), *parts, f"Grüße aus {number} Häfen, 第{number}章."]


def _plain(paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join(paragraphs).encode()


def _html(paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{escape(text)}</p>\n" for text in paragraphs)
    return f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'><title>Notes</title></head><body>\n{body}</body></html>\n".encode()


def _rtf(paragraphs: Sequence[str]) -> bytes:
    def escaped(text: str) -> str:
        return "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)

    return ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Serif;}}\\f0\n" + "\\par\n".join(map(escaped, paragraphs)) + "\\par\n}\n").encode("ascii")


def _docx(paragraphs: Sequence[str]) -> bytes:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {namespace}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def _pdf(paragraphs: Sequence[str]) -> bytes:
    """PDF 1.4, two paragraphs a page, a line each."""
    pages = [paragraphs[at : at + 2] for at in range(0, len(paragraphs), 2)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252", "replace") for line in lines)
        content = b"BT /F1 9 Tf 14 TL 40 780 Td " + shown + b" ET"
        page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< {page} /Contents {5 + 2 * number} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, entry in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, entry))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


DOCUMENTS: list[tuple[str, Callable[[Sequence[str]], bytes]]] = [
    ("txt", _plain),
    ("md", _plain),
    ("html", _html),
    ("pdf", _pdf),
    ("docx", _docx),
    ("rtf", _rtf),
]


def _write_picture(place: Path, stem: str, number: int) -> None:
    extension = ["jpg", "png", "webp", "tiff", "gif", "bmp"][number // FILES_PER_PICTURE % 6]
    pixels = np.random.default_rng(number).integers(0, 256, (9, 16, 3), np.uint8)
    picture = Image.fromarray(pixels).resize((640, 360), Image.Resampling.BICUBIC)
    if extension == "jpg":
        exif = Image.Exif()
        exif[CAMERA] = f"Camera {word_of(number)}"
        picture.save(place / f"{stem}.{extension}", exif=exif)
    else:
        picture.save(place / f"{stem}.{extension}")


def _cuts(count: int) -> list[Samples]:
    """What is said or heard at `count` moments of the sample library; once all were taken, they come again a little later."""
    truth = json.loads((FIXTURES / "sample-library.json").read_text(encoding="utf-8"))
    heard: dict[str, Samples] = {}
    cuts: list[Samples] = []
    for number in range(count):
        again, which = divmod(number, len(truth["cues"]))
        cue = truth["cues"][which]
        if cue["file"] not in heard:
            heard[cue["file"]] = _samples_of(FIXTURES / "sample-library" / cue["file"])
        start = cue["start"] + 0.25 * again
        cuts.append(heard[cue["file"]][round(start * RATE) : round(min(cue["end"], start + LONGEST_CUT) * RATE)])
    return cuts


def _samples_of(path: Path) -> Samples:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _write_recording(place: Path, stem: str, number: int, samples: Samples) -> None:
    extension, codec, rate, picture, container = CONTAINERS[number % len(CONTAINERS)]
    with av.open(str(place / f"{stem}.{extension}"), "w", format=container) as out:
        packets: list[av.Packet[Any]] = []
        if picture is not None:
            film = out.add_stream(picture, rate=5)
            if not isinstance(film, av.VideoStream):
                raise TypeError(f"{picture} is no codec of pictures")
            film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
            for at in range(round(len(samples) / RATE * 5)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), (at * 7 + number) % 256, np.uint8), format="rgb24")
                frame.pts, frame.time_base = at, Fraction(1, 5)
                packets += film.encode(frame)
            packets += film.encode(None)
        sound = out.add_stream(codec, rate=rate)
        if not isinstance(sound, av.AudioStream):
            raise TypeError(f"{codec} is no codec of sound")
        sound.layout, sound.codec_context.bit_rate = "stereo", 96_000
        whole = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        whole.sample_rate, whole.pts = RATE, 0
        context = sound.codec_context
        resampler = av.AudioResampler(format=context.format, layout="stereo", rate=rate, frame_size=context.frame_size or None)
        for resampled in (*resampler.resample(whole), *resampler.resample(None), None):
            packets += sound.encode(resampled)
        for packet in sorted(packets, key=lambda packet: float((packet.dts or 0) * packet.time_base)):
            out.mux(packet)


if __name__ == "__main__":
    sys.exit(main())
