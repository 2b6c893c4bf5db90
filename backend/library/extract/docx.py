"""The text of a Word document (ECMA-376, WordprocessingML), page by page where Word wrote down its page breaks.

kreuzberg 4.10 loses `&` and other escaped characters of docx ("R&D" becomes "RD") and gives no pages, so the standard library reads it.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from backend.library.extract import problems
from backend.library.extract.problems import Unreadable

MAX_XML = 256 << 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


class _Limited:
    """Stops reading a member that unpacks to more than it may, whatever the archive says its size is."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._left = limit

    def read(self, size: int = 65536) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(problems.too_large(f"unpacks to more than {MAX_XML >> 20} MB"))
        return data


@dataclass(slots=True)
class _Text:
    pages: list[list[str]] = field(default_factory=lambda: [[]])

    def add(self, text: str) -> None:
        self.pages[-1].append(text)

    def new_page(self) -> None:
        self.pages.append([])


def read_docx(path: Path) -> list[str]:
    """Text of each page, notes at the end of the last; one page when the document does not say. Raises Unreadable, OSError."""
    with path.open("rb") as file:
        if file.read(8) == _COMPOUND_FILE:
            # Office puts an encrypted document into an OLE container; an old .doc that was renamed looks the same.
            raise Unreadable(problems.password_protected("an OLE compound file, not a zip archive"))
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                text = _Text()
                with archive.open("word/document.xml") as member:
                    _read(member, text)
                for name in _NOTES:
                    if name in archive.namelist():
                        with archive.open(name) as member:
                            _read(member, text)
        except RuntimeError as error:
            raise Unreadable(problems.password_protected(str(error))) from error
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, ValueError, ElementTree.ParseError) as error:
            raise Unreadable(problems.damaged(f"{type(error).__name__}: {error}")) from error
    return ["".join(page) for page in text.pages]


def _read(member: IO[bytes], text: _Text) -> None:
    skipped = cells = 0
    explicit_break = False
    for event, element in _events(_Limited(member, MAX_XML)):
        tag = element.tag.removeprefix(_STRICT).removeprefix(_W)
        if tag in ("del", "instrText", "Fallback") or element.tag.endswith("}Fallback"):
            # Deleted under track changes; field codes; a second copy of a drawing's text for old readers.
            skipped += 1 if event == "start" else -1
        if tag == "tc":
            cells += 1 if event == "start" else -1
        if event == "start" or skipped:
            continue
        if tag == "t":
            text.add(element.text or "")
        elif tag == "tab":
            text.add("\t")
        elif tag == "br" and _attribute(element, "type") == "page":
            text.new_page()
            explicit_break = True
        elif tag in ("br", "cr"):
            text.add("\n")
        elif tag == "noBreakHyphen":
            text.add("-")
        elif tag == "lastRenderedPageBreak":
            # Word writes it again after a break that is in the text itself.
            if not explicit_break:
                text.new_page()
            explicit_break = False
        elif tag == "p":
            text.add("\t" if cells else "\n\n")
        elif tag in ("tr", "tbl"):
            text.add("\n")
        if tag == "t" and element.text:
            explicit_break = False
        if tag in ("p", "tbl", "r"):
            element.clear()


def _events(stream: _Limited) -> Iterator[tuple[str, ElementTree.Element]]:
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("start", "end"))
    while data := stream.read():
        parser.feed(data)
        yield from parser.read_events()  # type: ignore[misc]
    parser.close()
    yield from parser.read_events()  # type: ignore[misc]


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    return element.get(f"{_W}{name}") or element.get(f"{_STRICT}{name}")
