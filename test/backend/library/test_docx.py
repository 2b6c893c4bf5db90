import io
import struct
import zipfile
from pathlib import Path

import pytest

from backend.library.extract import docx as docx_module
from backend.library.extract.docx import read_docx
from backend.library.extract.problems import Unreadable

from .builders import W, docx, paragraph, write


def pages(tmp_path: Path, body: str, **parts: str) -> list[str]:
    return [" ".join(page.split()) for page in read_docx(write(tmp_path / "a.docx", docx(body, **parts)))]


def test_paragraphs_runs_and_escaped_characters(tmp_path: Path) -> None:
    body = '<w:p><w:r><w:t xml:space="preserve">R&amp;D &lt;2&gt; </w:t></w:r><w:r><w:t>"quo</w:t></w:r><w:r><w:t>ted" é</w:t></w:r></w:p>'
    assert pages(tmp_path, body + paragraph("second")) == ['R&D <2> "quoted" é second']


def test_a_table_is_one_line_a_row(tmp_path: Path) -> None:
    cell = "<w:tc>{}</w:tc>".format
    row = f"<w:tr>{cell(paragraph('Rent'))}{cell(paragraph('940'))}</w:tr>"
    [page] = read_docx(write(tmp_path / "a.docx", docx(f"<w:tbl>{row}{row}</w:tbl>{paragraph('end')}")))
    assert [line.split() for line in page.split("\n") if line.strip()] == [["Rent", "940"], ["Rent", "940"], ["end"]]


def test_pages_are_those_that_word_wrote_down(tmp_path: Path) -> None:
    rendered = "<w:p><w:r><w:t>one</w:t></w:r><w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>"
    typed = '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>three</w:t></w:r></w:p>'
    assert pages(tmp_path, rendered + typed) == ["one", "two", "three"]


def test_deleted_text_field_codes_and_second_copies_are_left_out(tmp_path: Path) -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>deleted</w:delText><w:t>deleted</w:t></w:r></w:del><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins>"
        "<w:r><w:instrText>HYPERLINK</w:instrText></w:r>"
        '<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice><w:r><w:t>box</w:t></w:r></mc:Choice>'
        "<mc:Fallback><w:r><w:t>box</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )
    assert pages(tmp_path, body) == ["insertedbox"]


def test_notes_come_last(tmp_path: Path) -> None:
    notes = f"<w:footnotes {W}><w:footnote>{paragraph('the note')}</w:footnote></w:footnotes>"
    assert pages(tmp_path, paragraph("text"), footnotes=notes) == ["text the note"]


def _zip(name: str = "word/document.xml", content: bytes = b"<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _flag_as_encrypted(data: bytes) -> bytes:
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    changed = bytearray(data)
    struct.pack_into("<H", changed, local + 6, 1)
    struct.pack_into("<H", changed, central + 8, 1)
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "damaged"),
        (b"not a zip", "damaged"),
        (docx(paragraph("x" * 5000))[:300], "damaged"),
        (_zip(name="other.xml"), "damaged"),
        (_zip(content=b"<w:document><w:body>"), "damaged"),
        (_zip(content=b"\x00\xff"), "damaged"),
        (docx(paragraph("x")).replace(b"word/document.xml", b"word/document.xmm", 1), "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000), "password-protected"),
        (_flag_as_encrypted(_zip()), "password-protected"),
        (_zip(content=b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
              b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">'
              b'<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">'
              b'<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">]><x>&h;&h;&h;</x>'), "damaged"),
    ],
)  # fmt: skip
def test_hostile_documents_end_in_a_sentence(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_docx(write(tmp_path / "a.docx", data))
    assert refused.value.problem.code == code


def test_a_document_that_unpacks_without_end_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_module, "MAX_XML", 1 << 20)
    path = write(tmp_path / "bomb.docx", docx(paragraph("a" * (50 << 20))))
    assert path.stat().st_size < 100_000
    with pytest.raises(Unreadable) as refused:
        read_docx(path)
    assert refused.value.problem.code == "too-large"
