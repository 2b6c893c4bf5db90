"""Small JPEG pictures of images and videos. A cache: each can be made again from its file."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PIL import Image, ImageFile, ImageOps, ImageStat, UnidentifiedImageError

from backend.library.extract.media_container import NotAFile, open_container

if TYPE_CHECKING:
    from av.container import InputContainer

log = logging.getLogger(__name__)

SIDE = 320
QUALITY = 82
MAX_PIXELS = 200_000_000
# Share of the duration: the first frame is often black, and so may be the second guess.
_MOMENTS = (0.1, 0.35, 0.6, 0.0)
_PLAIN = 12.0


def save_thumbnail(image: Image.Image, destination: Path) -> bool:
    """Upright, at most SIDE pixels each way, on white; False when the picture's data cannot be decoded."""
    # What is there of a torn picture is shown.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.draft("RGB", (SIDE * 2, SIDE * 2))
        # Made small before it is turned: a copy of the whole picture would take its memory twice.
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        small = ImageOps.exif_transpose(image)
        if small.mode in ("RGBA", "LA", "PA") or "transparency" in small.info:
            ground = Image.new("RGBA", small.size, "white")
            ground.alpha_composite(small.convert("RGBA"))
            small = ground
        if small.mode.startswith(("I", "F")):
            small = _to_eight_bits(small)
        small = small.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, IndexError, ZeroDivisionError) as error:
        log.info("no thumbnail: %s", error)
        return False
    with _replacing(destination) as path:
        small.save(path, "JPEG", quality=QUALITY, optimize=True)
    return True


def make_image_thumbnail(source: Path, destination: Path) -> bool:
    """False when `source` is no picture that can be decoded. Raises OSError when it cannot be opened or written."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(source) as image:
            return image.width * image.height <= MAX_PIXELS and save_thumbnail(image, destination)
    except (UnidentifiedImageError, SyntaxError, ValueError, EOFError) as error:
        log.info("no thumbnail of %s: %s", source, error)
        return False
    except OSError as error:
        if error.errno is not None:
            raise
        log.info("no thumbnail of %s: %s", source, error)
        return False


def make_video_thumbnail(source: Path, destination: Path) -> bool:
    """A frame that is not all of one colour, at most SIDE pixels each way, as JPEG. Makes the folder of `destination`.

    False when the file has no picture that can be decoded. Raises OSError when `destination` cannot be written.
    """
    import av.error

    try:
        with open_container(source) as container:
            image = _telling_frame(container)
    except (av.error.FFmpegError, NotAFile, FileNotFoundError, ValueError, MemoryError) as error:
        log.info("no thumbnail of %s: %s", source, error)
        return False
    return image is not None and save_thumbnail(image, destination)


def _telling_frame(container: "InputContainer") -> Image.Image | None:
    import av
    import av.error

    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None or stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
        return None
    stream.thread_type = "AUTO"
    best: tuple[float, Image.Image] | None = None
    for moment in _MOMENTS:
        if container.duration and moment:
            try:
                container.seek(int(container.duration * moment))
            except av.error.FFmpegError as error:
                log.info("cannot seek: %s", error)
                continue
        try:
            frame = next(container.decode(stream), None)
        except av.error.FFmpegError as error:
            log.info("cannot decode: %s", error)
            continue
        if frame is None:
            continue
        picture = _upright(frame)
        contrast = max(ImageStat.Stat(picture.convert("L").resize((64, 64))).stddev)
        if best is None or contrast > best[0]:
            best = contrast, picture
        if contrast > _PLAIN:
            break
    return None if best is None else best[1]


class _Frame(Protocol):
    @property
    def rotation(self) -> int: ...
    def to_image(self) -> Image.Image: ...


def _upright(frame: _Frame) -> Image.Image:
    """Phones write how the camera was held into a display matrix; `rotation` is counter-clockwise degrees."""
    picture = frame.to_image()
    return picture.rotate(frame.rotation, expand=True) if frame.rotation % 360 else picture


def _to_eight_bits(image: Image.Image) -> Image.Image:
    low, high = image.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float) or high <= low:
        return image.convert("L")
    scale = 255.0 / (high - low)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


@contextmanager
def _replacing(destination: Path) -> Iterator[Path]:
    """A file beside `destination` that takes its place when it is whole."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=destination.parent, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)
