import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from backend.contract.library import ImageFacts, Item, ItemState
from backend.library.extract.images import read_image
from backend.library.extract.thumbnail_cache import ThumbnailCache
from backend.library.extract.thumbnails import SIDE, make_image_thumbnail, make_video_thumbnail
from backend.library.store import Library

Index = Callable[[], dict[str, Item]]


def picture(path: Path, size: tuple[int, int] = (800, 600), mode: str = "RGB", **save: object) -> Path:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    image.convert(mode).save(path, **save)  # type: ignore[arg-type]
    return path


def exif(base: dict[int, object], detail: dict[int, object] | None = None) -> Image.Exif:
    made = Image.Exif()
    for tag, value in base.items():
        made[tag] = value
    made.get_ifd(ExifTags.IFD.Exif).update(detail or {})
    return made


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.jpg", "RGB"), ("a.jpeg", "CMYK"), ("a.png", "RGBA"), ("b.png", "P"), ("c.png", "I;16"), ("a.bmp", "RGB"), ("a.tiff", "RGB"),
        ("a.tif", "F"), ("a.webp", "RGBA"), ("a.gif", "P"), ("d.png", "LA"), ("e.png", "1"),
    ],
)  # fmt: skip
def test_each_format_has_its_size_and_a_thumbnail(library: Library, folder: Path, index: Index, name: str, mode: str) -> None:
    image = Image.new("L", (800, 600), 200) if mode in ("I;16", "F") else Image.new("RGB", (800, 600), "red")
    image.convert(mode).save(folder / name)
    item = index()[name]
    assert (item.state, item.image, item.has_thumbnail) == (ItemState.INDEXED, ImageFacts(width=800, height=600), True)
    with Image.open(library.thumbnail_path(item.id)) as thumbnail:
        assert (thumbnail.format, thumbnail.size, thumbnail.mode) == ("JPEG", (SIDE, 240), "RGB")


def test_date_and_camera_come_from_exif(library: Library, folder: Path, index: Index) -> None:
    data = exif(
        {ExifTags.Base.Make: "Canon", ExifTags.Base.Model: "Canon EOS R6", ExifTags.Base.DateTime: "2020:01:01 00:00:00"},
        {ExifTags.Base.DateTimeOriginal: "2019:07:14 11:38:42", ExifTags.Base.OffsetTimeOriginal: "+02:00"},
    )
    picture(folder / "a.jpg", exif=data)
    item = index()["a.jpg"]
    assert item.image is not None
    taken_at = datetime(2019, 7, 14, 9, 38, 42, tzinfo=UTC).timestamp()
    assert (item.image.taken_at, item.image.camera) == (taken_at, "Canon EOS R6")
    with library.read_connection() as db:
        assert db.execute("SELECT happened_at FROM items").fetchone()[0] == taken_at
        found = db.execute(
            "SELECT s.text FROM segments_fts f JOIN segments s ON s.id = f.rowid WHERE segments_fts MATCH 'canon'"
        ).fetchall()
        assert [row[0] for row in found] == ["Canon EOS R6"]


@pytest.mark.parametrize(
    ("base", "detail", "camera", "taken"),
    [
        ({ExifTags.Base.Make: "NIKON CORPORATION", ExifTags.Base.Model: "NIKON D750"}, {}, "NIKON D750", None),
        ({ExifTags.Base.Make: "Apple", ExifTags.Base.Model: "iPhone 12\0"}, {}, "Apple iPhone 12", None),
        ({ExifTags.Base.Make: "SONY"}, {}, "SONY", None),
        ({}, {ExifTags.Base.DateTimeOriginal: "    :  :     :  :  "}, None, None),
        ({}, {ExifTags.Base.DateTimeOriginal: "0000:00:00 00:00:00"}, None, None),
        ({}, {ExifTags.Base.DateTimeOriginal: "1980:01:01 00:00:00"}, None, None),
        ({ExifTags.Base.DateTime: "2001:02:03 04:05:06"}, {}, None, (2001, 2, 3, 4, 5, 6)),
        ({}, {ExifTags.Base.DateTimeDigitized: "2001:02:03 04:05:06", ExifTags.Base.OffsetTimeDigitized: "x"}, None, (2001, 2, 3, 4, 5, 6)),
    ],
)
def test_exif_as_cameras_really_write_it(
    tmp_path: Path,
    base: dict[int, object],
    detail: dict[int, object],
    camera: str | None,
    taken: tuple[int, int, int, int, int, int] | None,
) -> None:
    facts = read_image(picture(tmp_path / "a.jpg", exif=exif(base, detail)), tmp_path / "t.jpg").image
    assert facts is not None
    assert facts.camera == camera
    assert facts.taken_at == (None if taken is None else datetime(*taken).astimezone().timestamp())


def test_a_picture_held_sideways_is_shown_upright(tmp_path: Path) -> None:
    source = picture(tmp_path / "a.jpg", exif=exif({ExifTags.Base.Orientation: 6}))
    facts = read_image(source, tmp_path / "t.jpg").image
    assert facts is not None
    assert (facts.width, facts.height) == (600, 800)
    with Image.open(tmp_path / "t.jpg") as thumbnail:
        assert thumbnail.size == (240, SIDE)
        top, bottom = thumbnail.getpixel((120, 40)), thumbnail.getpixel((120, 280))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0]


def test_a_picture_with_broken_exif_is_still_a_picture(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + os.urandom(64))
    assert read_image(path, tmp_path / "t.jpg").image == ImageFacts(width=800, height=600)


def test_what_is_there_of_a_torn_picture_is_shown(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.jpg", (1600, 1200))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    result = read_image(path, tmp_path / "t.jpg")
    assert result.image == ImageFacts(width=1600, height=1200)
    assert (tmp_path / "t.jpg").exists() == result.has_thumbnail


def test_a_picture_of_a_billion_pixels_has_facts_but_is_not_decoded(tmp_path: Path) -> None:
    Image.new("1", (40_000, 25_000)).save(tmp_path / "a.png")
    result = read_image(tmp_path / "a.png", tmp_path / "t.jpg")
    assert result.image == ImageFacts(width=40_000, height=25_000)
    assert not result.has_thumbnail


@pytest.fixture
def thumbnails(library: Library) -> Iterator[ThumbnailCache]:
    cache = ThumbnailCache(library)
    yield cache
    cache.close()


def test_a_deleted_cache_is_made_again_on_request(library: Library, folder: Path, index: Index, thumbnails: ThumbnailCache) -> None:
    picture(folder / "a.png")
    (folder / "b.txt").write_text("b")
    items = index()
    made = thumbnails.get(items["a.png"].id)
    assert made is not None
    before = made.read_bytes()
    made.unlink()
    made.parent.rmdir()
    assert thumbnails.get(items["a.png"].id) == made
    assert made.read_bytes() == before
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert thumbnails.get(items["b.txt"].id) is None
    made.unlink()
    (folder / "a.png").unlink()
    assert thumbnails.get(items["a.png"].id) is None


def video(path: Path, shades: list[int], rotation: int = 0) -> Path:
    """One second of 10 frames for each shade, each with a bright left half unless it is black."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for number in range(10 * len(shades)):
            image = Image.new("RGB", (640, 360), "black")
            if shade := shades[number // 10]:
                image.paste((shade, 255, 255), (0, 0, 320, 360))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.mov"])
def test_a_video_shows_a_frame_that_is_not_black(tmp_path: Path, name: str) -> None:
    thumbnail = tmp_path / "sub" / "t.jpg"
    assert make_video_thumbnail(video(tmp_path / name, [0, 0, 0, 0, 200, 200, 200, 200]), thumbnail)
    with Image.open(thumbnail) as image:
        assert image.size == (SIDE, 180)
        left, right = image.getpixel((40, 90)), image.getpixel((280, 90))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[1] > 200 > 50 > right[1]


def test_what_holds_no_picture_makes_no_thumbnail(tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(os.urandom(10_000))
    torn = video(tmp_path / "torn.mp4", [100, 100])
    torn.write_bytes(torn.read_bytes()[:2000])
    for source in (noise, torn):
        assert not make_video_thumbnail(source, tmp_path / "t.jpg")
    assert not make_image_thumbnail(noise, tmp_path / "t.jpg")
    assert not (tmp_path / "t.jpg").exists()
