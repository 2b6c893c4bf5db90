"""The text of a Word document (ECMA-376, WordprocessingML), page by page where Word wrote down its page breaks.

kreuzberg 4.10 loses `&` and other escaped characters of docx ("R&D" becomes "RD") and gives no pages, so the standard library reads it.
"""

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from backend.library.extract import problems
from backend.library.extract.problems import Unreadable

MAX_XML = 256 << 20
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main}"
_PIECE = 1 << 16
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


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
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, ValueError, expat.ExpatError) as error:
            raise Unreadable(problems.damaged(f"{type(error).__name__}: {error}")) from error
    return ["".join(page) for page in text.pages]


def _read(member: IO[bytes], text: _Text) -> None:
    """Stops at a member that unpacks to more than it may, whatever the archive says its size is."""
    body = _Body(text)
    # Namespaces, which hold no "}", end with one. No tree is built: a document of nothing but tags takes no more memory than another.
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = body.start
    parser.EndElementHandler = body.end
    parser.CharacterDataHandler = body.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    left = MAX_XML
    while data := member.read(_PIECE):
        left -= len(data)
        if left < 0:
            raise Unreadable(problems.too_large(f"unpacks to more than {MAX_XML >> 20} MB"))
        parser.Parse(data)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    # Word never writes one (ECMA-376 forbids it), and with it come entities that unfold to gigabytes or to files of this machine.
    raise Unreadable(problems.damaged("declares a document type"))


class _Body:
    """What the parser tells, to text."""

    def __init__(self, text: _Text) -> None:
        self._text = text
        self._skipped = 0
        self._cells = 0
        self._in_text = 0
        self._explicit_break = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _tag(name)
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "tc":
            self._cells += 1
        elif tag == "t":
            self._in_text += 1
        elif tag == "br" and not self._skipped:
            if (attributes.get(f"{_W}type") or attributes.get(f"{_STRICT}type")) == "page":
                self._text.new_page()
                self._explicit_break = True
            else:
                self._text.add("\n")

    def characters(self, data: str) -> None:
        if self._in_text and not self._skipped:
            self._text.add(data)
            self._explicit_break = False

    def end(self, name: str) -> None:
        tag = _tag(name)
        if tag in _SKIPPED:
            self._skipped -= 1
        if tag == "tc":
            self._cells -= 1
        if tag == "t":
            self._in_text -= 1
        if self._skipped:
            return
        if tag == "tab":
            self._text.add("\t")
        elif tag == "cr":
            self._text.add("\n")
        elif tag == "noBreakHyphen":
            self._text.add("-")
        elif tag == "lastRenderedPageBreak":
            # Word writes it again after a break that is in the text itself.
            if not self._explicit_break:
                self._text.new_page()
            self._explicit_break = False
        elif tag == "p":
            self._text.add("\t" if self._cells else "\n\n")
        elif tag in ("tr", "tbl"):
            self._text.add("\n")


# Deleted under track changes; field codes; a second copy of a drawing's text for old readers, whatever its namespace.
_SKIPPED = frozenset({"del", "instrText", "Fallback"})


def _tag(name: str) -> str:
    if name.endswith("}Fallback"):
        return "Fallback"
    return name.removeprefix(_STRICT).removeprefix(_W)
