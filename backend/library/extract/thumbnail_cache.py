"""Thumbnails on request: made again when the cache was deleted, or left behind by a restore."""

import logging
from pathlib import Path
from threading import BoundedSemaphore, Event

from backend.library.extract.extractor import Abandoned, Extractor
from backend.library.inside_root import require_inside
from backend.library.store import Library

log = logging.getLogger(__name__)

# Who asks for a page of pictures asks for all of them at once, and each waits in a thread that a search may need.
WAITING = 4


class ThumbnailCache:
    """Has an extractor of its own, so that a picture never waits for a long document. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._extractor = Extractor()
        self._places = BoundedSemaphore(WAITING)
        self._closing = Event()

    def get(self, item_id: int) -> Path | None:
        """File of a JPEG thumbnail, made if need be; None when there is none, or too many are being made now. Raises NotFound."""
        item = self._library.item(item_id)
        path = self._library.thumbnail_path(item_id)
        if not item.has_thumbnail:
            return None
        if path.exists():
            return path
        if not self._places.acquire(blocking=False):
            return None
        try:
            source = self._library.location(item_id)
            require_inside(self._library.root_path(item.root_id), source)
            made = self._extractor.make_thumbnail(source, item.kind, path, lambda: not self._closing.is_set())
        except (OSError, Abandoned) as error:
            log.info("no thumbnail of item %d: %s", item_id, error)
            return None
        finally:
            self._places.release()
        return path if made else None

    def close(self) -> None:
        """What is being made is given up."""
        self._closing.set()
        self._extractor.close()
