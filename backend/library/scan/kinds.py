"""Which files the library understands, by extension, and which worker reads them."""

from backend.contract.library import ItemKind
from backend.library.store.results import Worker
from backend.library.store.rows import extension_of

_EXTENSIONS: dict[ItemKind, frozenset[str]] = {
    ItemKind.DOCUMENT: frozenset({"txt", "md", "pdf", "docx", "rtf", "html", "htm"}),
    ItemKind.AUDIO: frozenset({"mp3", "wav", "flac", "aac", "ogg", "m4a", "opus", "wma"}),
    ItemKind.VIDEO: frozenset({"mp4", "mov", "mkv", "avi", "webm", "m4v", "wmv", "flv"}),
    ItemKind.IMAGE: frozenset({"jpg", "jpeg", "png", "bmp", "tiff", "tif", "webp", "gif"}),
}
_KINDS = {extension: kind for kind, extensions in _EXTENSIONS.items() for extension in extensions}
WORKERS = {
    ItemKind.DOCUMENT: Worker.EXTRACT,
    ItemKind.IMAGE: Worker.EXTRACT,
    ItemKind.AUDIO: Worker.AUDIO,
    ItemKind.VIDEO: Worker.AUDIO,
}


def kind_of(name: str) -> ItemKind:
    """By the extension, whatever its case; OTHER is found by its name only."""
    return _KINDS.get(extension_of(name), ItemKind.OTHER)


def worker_of(kind: ItemKind) -> Worker | None:
    """None for OTHER: there is nothing to read."""
    return WORKERS.get(kind)
