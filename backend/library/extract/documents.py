"""Text of documents: which pages or lines they have, and passages of them as segments."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from backend.library.extract import problems
from backend.library.extract.charset import decode
from backend.library.extract.chunk import chunk
from backend.library.extract.docx import read_docx
from backend.library.extract.html import visible_text
from backend.library.extract.problems import Unreadable
from backend.library.store.results import IndexResult, NewSegment

MAX_TEXT_FILE = 128 << 20
MAX_DOCUMENT_FILE = 1 << 30
# Of one file. Ten thousand pages hold 30 million characters; a small file that unfolds to more than this is made to fill a disk.
MAX_SEGMENTS = 200_000
MAX_CHARACTERS = 64_000_000
# A word that was cut at the end of a line; pdfium puts U+0002 or U+FFFE in place of hyphen and line end where it knows.
_HYPHENATED = re.compile(r"(?<=[^\W\d_])(?:[-\u00ad\u2010]\n[^\S\n]*(?=[a-zß-öø-ÿ])|[\x02\ufffe]\s*)")
_PICTURE_MARK = re.compile(r"!?\[Image: [^\]\n]*\](?:\([^)\n]*\))?")


def read_document(path: Path, extension: str) -> IndexResult:
    """Raises Unreadable, OSError."""
    size = path.stat().st_size
    limit = MAX_TEXT_FILE if extension in _TEXTS else MAX_DOCUMENT_FILE
    if size > limit:
        raise Unreadable(problems.too_large(f"{size >> 20} MB, up to {limit >> 20} MB are read"))
    if extension in _TEXTS:
        return IndexResult(segments=_bounded(_TEXTS[extension](path.read_bytes())))
    if size == 0:
        raise Unreadable(problems.empty())
    pages, numbered = _PAGED[extension](path)
    segments = _bounded(segment for number, text in enumerate(pages, 1) for segment in chunk(text, page=number if numbered else None))
    if not segments:
        raise Unreadable(problems.no_text())
    return IndexResult(segments=segments, pages=len(pages) if numbered else None)


def _bounded(segments: Iterable[NewSegment]) -> list[NewSegment]:
    taken: list[NewSegment] = []
    characters = 0
    for segment in segments:
        taken.append(segment)
        characters += len(segment.text)
        if len(taken) > MAX_SEGMENTS or characters > MAX_CHARACTERS:
            raise Unreadable(problems.too_large(f"more than {MAX_SEGMENTS} passages or {MAX_CHARACTERS} characters of text"))
    return taken


def _plain(data: bytes) -> Iterator[NewSegment]:
    text = decode(data)
    if text.count("\0") > len(text) // 1000:
        raise Unreadable(problems.not_text())
    return chunk(text, lines=True)


def _html(data: bytes) -> Iterator[NewSegment]:
    return chunk(visible_text(decode(data, markup=True)))


def _docx(path: Path) -> tuple[list[str], bool]:
    pages = read_docx(path)
    return pages, len(pages) > 1


def _rtf(path: Path) -> tuple[list[str], bool]:
    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable(problems.damaged("does not begin with {\\rtf"))
    return [_PICTURE_MARK.sub(" ", _kreuzberg(data, "application/rtf")[0])], False


def _pdf(path: Path) -> tuple[list[str], bool]:
    return [_HYPHENATED.sub("", page.replace("\r\n", "\n")) for page in _kreuzberg(path.read_bytes(), "application/pdf")], True


def _kreuzberg(data: bytes, mime_type: str) -> list[str]:
    """Text of each page; one where the format has none. Raises Unreadable."""
    from kreuzberg import ExtractionConfig, KreuzbergError, PageConfig, extract_bytes_sync

    config = ExtractionConfig(use_cache=False, enable_quality_processing=False, output_format="plain", pages=PageConfig(extract_pages=True))
    try:
        result = extract_bytes_sync(data, mime_type, config=config)
    except KreuzbergError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise Unreadable(problems.password_protected(str(error))) from error
        raise Unreadable(problems.damaged(str(error))) from error
    return [page["content"] for page in result.pages] if result.pages else [result.content]


_TEXTS: dict[str, Callable[[bytes], Iterator[NewSegment]]] = {"txt": _plain, "md": _plain, "html": _html, "htm": _html}
_PAGED: dict[str, Callable[[Path], tuple[list[str], bool]]] = {"pdf": _pdf, "docx": _docx, "rtf": _rtf}
