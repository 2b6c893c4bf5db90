"""Pictures that claim to be larger than any memory, or hold what is no picture."""

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from backend.contract.library import Problem
from backend.library.store import IndexResult
from test.backend.hostile import bombs
from test.backend.hostile.conftest import Read, peak_mib
from test.backend.library.builders import write

HUGE = 100_000
MIB = 1 << 20


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("huge.png", bombs.png(HUGE, HUGE, bytes(MIB)), (HUGE, HUGE)),
        ("huge.bmp", bombs.bmp(HUGE, HUGE), (HUGE, HUGE)),
        ("huge.gif", bombs.gif(65_535, 65_535, 100), (65_535, 65_535)),
        ("huge.tiff", bombs.tiff(HUGE, HUGE), (HUGE, HUGE)),
        ("frames.gif", bombs.gif(10, 10, 200_000), (10, 10)),
        ("circle.tiff", bombs.tiff(8, 8, next_directory=8), (8, 8)),
        ("own exif.tiff", bombs.tiff(8, 8, entries=[(0x8769, 4, 1, 8)]), (8, 8)),
        ("exif.jpg", bombs.jpeg_with_exif(b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * (4 * MIB), jpeg()), (64, 48)),
        ("no exif.jpg", bombs.jpeg_with_exif(b"MM\0*\0\0\0\x08\0\0", jpeg()), (64, 48)),
    ],
)
def test_a_picture_keeps_its_facts_and_takes_no_more_memory_than_it_may(
    read: Read, tmp_path: Path, name: str, content: bytes, size: tuple[int, int]
) -> None:
    found = read(write(tmp_path / name, content))
    assert isinstance(found, IndexResult), found
    assert found.image is not None
    assert (found.image.width, found.image.height) == size
    assert not (found.has_thumbnail and size[0] > 65_000)
    assert peak_mib() < 300


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("huge.webp", bombs.webp(16_384, 16_384)),
        ("profile.png", bombs.png(8, 8, bytes(200), (b"iCCP", b"x\0\0" + zlib.compress(bytes(100 * MIB))))),
        ("comment.png", bombs.png(8, 8, bytes(200), *[(b"zTXt", b"x\0\0" + zlib.compress(bytes(50 * MIB)))] * 3)),
        ("torn.png", bombs.png(100, 100, bytes(30_100))[:60]),
        ("torn.jpg", jpeg()[:300]),
        ("mark.jpg", b"\xff\xd8\xff"),
        ("no size.png", bombs.png(0, 0)),
        ("negative.bmp", bombs.bmp(-5, -5)),
        ("fields.tiff", bombs.tiff(8, 8, entries=[(270, 2, 0xFFFFFFFF, 8), (305, 2, 0x7FFFFFFF, 8)])),
        ("text.jpg", b"this is no picture"),
    ],
)
def test_what_is_no_picture_is_one_or_has_a_sentence(read: Read, tmp_path: Path, name: str, content: bytes) -> None:
    found = read(write(tmp_path / name, content))
    assert isinstance(found, IndexResult) or found.code in ("damaged", "unreadable", "too-large")
    assert peak_mib() < 1300


def test_the_largest_picture_that_gets_a_thumbnail_takes_its_own_memory_once(read: Read, tmp_path: Path) -> None:
    side = 8_000
    found = read(write(tmp_path / "large.png", bombs.png(side, side, bytes(side * side * 3 + side))))
    assert not isinstance(found, Problem)
    assert found.has_thumbnail
    assert peak_mib() < side * side * 4 / MIB + 150
