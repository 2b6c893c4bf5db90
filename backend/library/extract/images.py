"""Images: size, when and with what they were taken (EXIF 2.32), a thumbnail. The camera is searchable text."""

import logging
import math
from datetime import UTC, datetime
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from backend.contract.library import ImageFacts, SegmentKind
from backend.library.extract import problems
from backend.library.extract.problems import Unreadable
from backend.library.extract.thumbnails import MAX_PIXELS, save_thumbnail
from backend.library.store.results import IndexResult, NewSegment

log = logging.getLogger(__name__)

_TURNED = range(5, 9)


def read_image(path: Path, thumbnail: Path) -> IndexResult:
    """Facts of an image; its thumbnail is written to `thumbnail`. Raises Unreadable, OSError."""
    # Sizes are read from the header at no cost; what is decoded is limited in save_thumbnail.
    Image.MAX_IMAGE_PIXELS = None
    if path.stat().st_size == 0:
        raise Unreadable(problems.empty())
    try:
        with Image.open(path) as image:
            exif = _exif(image, whole=image.width * image.height <= MAX_PIXELS)
            taken_at = _taken_at(exif)
            turned = exif.get(ExifTags.Base.Orientation) in _TURNED
            width, height = (image.height, image.width) if turned else image.size
            if width * height > MAX_PIXELS:
                log.info("no thumbnail of %d x %d pixels", width, height)
                has_thumbnail = False
            else:
                has_thumbnail = _save(image, thumbnail)
    except (UnidentifiedImageError, SyntaxError, ValueError, EOFError) as error:
        raise Unreadable(problems.damaged(str(error))) from error
    except OSError as error:
        # Of Pillow, about what the file holds; those of the system have a number.
        if error.errno is not None:
            raise
        raise Unreadable(problems.damaged(str(error))) from error
    camera = _camera(exif)
    return IndexResult(
        segments=[NewSegment(SegmentKind.TEXT, camera)] if camera else [],
        image=ImageFacts(width=width, height=height, taken_at=taken_at, camera=camera),
        happened_at=taken_at,
        has_thumbnail=has_thumbnail,
    )


def _save(image: Image.Image, thumbnail: Path) -> bool:
    try:
        return save_thumbnail(image, thumbnail)
    except OSError:
        # Of writing it: a picture is a cache, and a full disk no reason not to find the image.
        log.exception("no thumbnail")
        return False


def _exif(image: Image.Image, whole: bool) -> Image.Exif:
    """`whole`: a PNG may say it behind its pixels, which are decoded to get there."""
    try:
        return image.getexif() if whole else Image.Image.getexif(image)
    except Exception:
        # Pillow raises what its parser met; a picture with broken EXIF is still a picture.
        log.info("EXIF cannot be read", exc_info=True)
        return Image.Exif()


def _taken_at(exif: Image.Exif) -> float | None:
    """Unix seconds. EXIF gives local time; without an offset it is taken as of this machine's time zone."""
    try:
        detail = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:
        log.info("EXIF details cannot be read", exc_info=True)
        detail = {}
    candidates = (
        (detail.get(ExifTags.Base.DateTimeOriginal), detail.get(ExifTags.Base.OffsetTimeOriginal)),
        (detail.get(ExifTags.Base.DateTimeDigitized), detail.get(ExifTags.Base.OffsetTimeDigitized)),
        (exif.get(ExifTags.Base.DateTime), detail.get(ExifTags.Base.OffsetTime)),
    )
    for stamp, offset in candidates:
        time = _parsed(_text(stamp), _text(offset))
        if time is not None:
            return time
    return None


def _parsed(stamp: str, offset: str) -> float | None:
    try:
        local = datetime.strptime(stamp[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        if offset:
            try:
                return datetime.strptime(f"{stamp[:19]} {offset}", "%Y:%m:%d %H:%M:%S %z").timestamp()
            except ValueError:
                log.info("EXIF time offset %r is not one", offset)
        seconds = local.astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    # Cameras without a set clock write their epoch.
    return seconds if math.isfinite(seconds) and local > datetime(1980, 1, 1, 0, 0, 1, tzinfo=UTC).replace(tzinfo=None) else None


def _camera(exif: Image.Exif) -> str | None:
    """ "Canon EOS R6", whether or not the model repeats the make."""
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    if model.lower().startswith(make.split(" ")[0].lower()):
        return model or None
    return f"{make} {model}".strip() or None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.replace("\0", " ").strip() if isinstance(value, str) else ""
