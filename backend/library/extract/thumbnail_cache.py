"""Thumbnails on request: made again when the cache was deleted."""

from pathlib import Path

from backend.library.extract.extractor import Extractor
from backend.library.store import Library


class ThumbnailCache:
    """Has an extractor of its own, so that a picture never waits for a long document. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._extractor = Extractor(seconds=lambda _: 20.0)

    def get(self, item_id: int) -> Path | None:
        """File of a JPEG thumbnail, made if need be; None when the item has none. Raises NotFound."""
        item = self._library.item(item_id)
        path = self._library.thumbnail_path(item_id)
        if not item.has_thumbnail:
            return None
        if path.exists() or self._extractor.make_thumbnail(self._library.location(item_id), item.kind, path):
            return path
        return None

    def close(self) -> None:
        self._extractor.close()
