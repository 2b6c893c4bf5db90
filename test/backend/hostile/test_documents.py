"""Documents that were made to fill memory or disk, to run for ever, or to read what is not theirs."""

import zlib
from pathlib import Path

import pytest

from backend.contract.library import Problem
from backend.library.extract.documents import MAX_CHARACTERS
from backend.library.extract.extractor import Extractor
from backend.library.store import IndexResult
from test.backend.hostile import bombs
from test.backend.hostile.conftest import Read, peak_mib, read_with
from test.backend.library.builders import pdf, write

MIB = 1 << 20
GOOD = "found"
LAUGHS = '<!ENTITY a "{}">'.format("ha" * 500) + "".join(f'<!ENTITY {b} "{f"&{a};" * 500}">' for a, b in ("ab", "bc", "cd"))


def outcome(found: IndexResult | Problem) -> str:
    return found.code if isinstance(found, Problem) else GOOD


def text_of(found: IndexResult | Problem) -> str:
    assert isinstance(found, IndexResult), found
    return " ".join(segment.text for segment in found.segments)


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (bombs.body("<w:p/>" * (MIB // 2)), "no-text"),
        (bombs.body("<w:p>" * (MIB // 2)), "damaged"),
        (bombs.body("<w:p>" * 200_000 + "<w:r><w:t>deep</w:t></w:r>" + "</w:p>" * 200_000), GOOD),
        (bombs.body("<w:p><w:r><w:lastRenderedPageBreak/></w:r></w:p>" * 100_000), "no-text"),
        (bombs.body(f'<w:p a="{"x" * (4 * MIB)}"/>'), "no-text"),
        (f"<!DOCTYPE w [{LAUGHS}]>" + bombs.body("<w:p><w:r><w:t>&d;</w:t></w:r></w:p>"), "damaged"),
        ("<w" * MIB, "damaged"),
    ],
    ids=["tags", "unclosed", "deep", "pages", "attribute", "laughs", "no tag"],
)
def test_a_word_document_of_odd_xml(read: Read, tmp_path: Path, xml: str, code: str) -> None:
    assert outcome(read(write(tmp_path / "odd.docx", bombs.word(xml)))) == code
    assert peak_mib() < 400


@pytest.mark.parametrize("address", ["file://{secret}", "http://127.0.0.1:9/dtd"])
def test_no_entity_is_fetched(read: Read, tmp_path: Path, address: str) -> None:
    secret = write(tmp_path / "secret.txt", "what nobody else may read")
    xml = f'<!DOCTYPE w [<!ENTITY e SYSTEM "{address.format(secret=secret)}">]>' + bombs.body("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>")
    found = read(write(tmp_path / "entity.docx", bombs.word(xml)))
    assert outcome(found) == "damaged"
    assert "nobody" not in str(found)


def test_a_word_document_that_unpacks_to_gigabytes_whatever_it_says(read: Read, tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = bombs.body("").partition("</w:body>")[0] + "<w:p><w:r><w:t>"
    packed = packer.compress(start.encode())
    for _ in range(300):
        packed += packer.compress(b"a " * (MIB // 2))
    packed += packer.flush()
    whole = bombs.zip_of_packed("word/document.xml", packed, 300 << 20)
    for bomb in (whole, bombs.lying_about_its_size(whole, 100)):
        assert outcome(read(write(tmp_path / "bomb.docx", bomb))) in ("too-large", "damaged")
        assert peak_mib() < 1500


def test_an_archive_of_very_many_members_and_one_that_holds_itself(read: Read, tmp_path: Path) -> None:
    many = [(f"m{number}", b"") for number in range(50_000)]
    text = [("word/document.xml", bombs.body("<w:p><w:r><w:t>words</w:t></w:r></w:p>"))]
    assert text_of(read(write(tmp_path / "many.docx", bombs.zipped([*many, *text])))) == "words"
    nested = bombs.zipped(text)
    for _ in range(20):
        nested = bombs.zipped([("word/document.xml", nested), ("word/embeddings/a.docx", nested)])
    assert outcome(read(write(tmp_path / "nested.docx", nested))) == "damaged"
    assert peak_mib() < 400


def test_deeply_nested_pages_are_read(read: Read, tmp_path: Path) -> None:
    deep = 100_000
    page = "<div>" * deep + "at the bottom" + "</div>" * deep
    hidden = "<svg>" * deep + "</b>" * deep + "</svg>" * deep + "after all"
    assert text_of(read(write(tmp_path / "deep.html", page))) == "at the bottom"
    assert text_of(read(write(tmp_path / "hidden.html", hidden))) == "after all"
    assert peak_mib() < 400


@pytest.mark.parametrize("part", ["<!--", "<a ", "&#"])
def test_a_page_that_leads_its_parser_in_circles_is_given_up_or_read(tmp_path: Path, part: str) -> None:
    good = write(tmp_path / "good.txt", "as good as ever")
    with Extractor(seconds=lambda size: 2.0 if size > 1000 else 60.0) as extractor:
        assert outcome(read_with(extractor, write(tmp_path / "circles.html", part * 200_000))) in (GOOD, "took-too-long")
        assert text_of(read_with(extractor, good)) == "as good as ever"


@pytest.mark.parametrize(
    ("rtf", "codes"),
    [
        ("{" * 5_000_000, {GOOD, "no-text", "damaged"}),
        ("{\\b x" * 200_000 + "}" * 200_000, {GOOD}),
        ("\\bin999999999999 abc", {GOOD, "no-text", "damaged"}),
        ("{\\pict\\pngblip " + "00" * (5 * MIB) + "} text", {GOOD}),
        ("\\u" * 1_000_000, {GOOD, "no-text", "damaged"}),
        ("\\trowd" + "\\cellx1" * 200_000 + "\\cell" * 200_000 + "\\row", {GOOD, "no-text", "damaged"}),
    ],
    ids=["groups", "nested", "bin", "picture", "unicode", "cells"],
)
def test_odd_rich_text(read: Read, tmp_path: Path, rtf: str, codes: set[str]) -> None:
    assert outcome(read(write(tmp_path / "odd.rtf", "{\\rtf1\\ansi " + rtf + "}"))) in codes
    assert peak_mib() < 1000


def test_a_pdf_of_ten_thousand_pages_is_found_on_each(read: Read, tmp_path: Path) -> None:
    count = 10_000
    found = read(write(tmp_path / "long.pdf", pdf([[f"this is leaf {number} of the long book"] for number in range(1, count + 1)])))
    assert isinstance(found, IndexResult), found
    assert found.pages == count
    assert len(found.segments) == count
    assert all(f"leaf {segment.page} of" in segment.text for segment in found.segments)
    assert peak_mib() < 1000


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
TREE = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
WORDS = bombs.stream(b"BT /F1 12 Tf 50 700 Td (plain words) Tj ET")
TWICE = zlib.compress(zlib.compress(b"q " * (10 * MIB), 1), 9)
FLATE = b" /Filter /FlateDecode"


@pytest.mark.parametrize(
    ("objects", "codes"),
    [
        ([CATALOGUE, TREE, PAGE, bombs.stream(zlib.compress(b" " * (200 * MIB), 9), FLATE), FONT], {"no-text", "too-large", "damaged"}),
        (
            [
                CATALOGUE,
                TREE,
                PAGE,
                bombs.stream(TWICE, b" /Filter [/FlateDecode /FlateDecode]"),
                FONT,
            ],
            {"no-text", "too-large", "damaged"},
        ),
        ([CATALOGUE, b"<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] >>", PAGE, WORDS, FONT], {GOOD, "damaged"}),
        ([CATALOGUE, b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"], {"no-text", "damaged"}),
        ([CATALOGUE, b"<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", PAGE, WORDS, FONT], {GOOD, "no-text", "damaged", "too-large"}),
        (
            [b"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R >>", TREE, PAGE, WORDS, FONT, b"<< /S /JavaScript /JS (app.alert(1)) >>"],
            {GOOD},
        ),
        ([b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> >>", TREE, PAGE, WORDS, FONT], {GOOD}),
        ([b"[" * 2_000_000], {"damaged", "no-text"}),
        ([CATALOGUE, TREE, PAGE, b"4 0 R", FONT], {"no-text", "damaged"}),
    ],
    ids=["spaces", "twice packed", "cycle", "own child", "two billion pages", "script", "launch", "nested arrays", "own content"],
)
def test_odd_pdfs(read: Read, tmp_path: Path, objects: list[bytes], codes: set[str]) -> None:
    found = read(write(tmp_path / "odd.pdf", bombs.pdf(objects)))
    assert outcome(found) in codes, found
    if isinstance(found, IndexResult):
        assert "plain words" in text_of(found)
    assert peak_mib() < 2500


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"%PDF-1.4\n" + b"\xff" * MIB, pdf([["a"]])[:-200], pdf([["a"]], encrypt=True)])
def test_torn_and_locked_pdfs_have_a_sentence(read: Read, tmp_path: Path, content: bytes) -> None:
    assert outcome(read(write(tmp_path / "torn.pdf", content))) in ("damaged", "password-protected", "no-text", GOOD)


def test_texts_of_odd_characters(read: Read, tmp_path: Path) -> None:
    accents = text_of(read(write(tmp_path / "accents.txt", "a" + "\u0301" * 100_000)))
    assert accents.replace(" ", "").count("\u0301") == 100_000
    assert text_of(read(write(tmp_path / "surrogates.txt", b"before \xed\xa0\x80 after" + b" and much more" * 20))).startswith("before")
    assert outcome(read(write(tmp_path / "zeros.txt", bytes(MIB)))) == "not-text"
    marks = text_of(read(write(tmp_path / "marks.txt", "\u202egnp.exe \u200b\u2066 <b>bold</b>\x07\x1b[31m")))
    assert "<b>bold</b>" in marks
    wide = read(write(tmp_path / "wide.txt", "left" + " " * (4 * MIB) + "right\n" + "\n \t" * MIB + "below"))
    assert isinstance(wide, IndexResult)
    assert max(len(segment.text) for segment in wide.segments) < 1000
    assert text_of(wide).split() == ["left", "right", "below"]
    assert peak_mib() < 400


def test_texts_of_any_size_are_read_or_too_large(read: Read, tmp_path: Path) -> None:
    # No more than its beginning is on the disk; nothing of it is read.
    line = write(tmp_path / "line.txt", b"x" * MIB)
    with line.open("r+b") as file:
        file.truncate(200 * MIB)
    assert outcome(read(line)) == "too-large"
    with line.open("wb") as file:
        file.truncate(5 << 30)
    assert outcome(read(line)) == "too-large"
    # Below the limit of the file, above that of what is kept of it.
    with line.open("wb") as file:
        for _ in range(MAX_CHARACTERS // MIB + 10):
            file.write(b"x" * MIB)
    assert outcome(read(line)) == "too-large"
    assert peak_mib() < 1000


def test_a_text_of_one_endless_line_is_read_whole(read: Read, tmp_path: Path) -> None:
    numbers = [str(number) for number in range(200_000)]
    assert text_of(read(write(tmp_path / "row.txt", " ".join(numbers)))).split() == numbers
    assert peak_mib() < 400


def test_an_encoding_that_is_none_of_a_document_is_passed_over(read: Read, tmp_path: Path) -> None:
    for name in ("unicode_escape", "undefined", "idna", "punycode", "zlib", "rot13", "utf-7", "utf_16_be", "mbcs", "x" * 100):
        found = read(write(tmp_path / "declared.html", b'<meta charset="%s"><p>caf\xe9 \\ud800 words ' % name.encode() + b"\xe9" * 40))
        assert isinstance(found, IndexResult), (name, found)


def test_kinds_in_each_others_clothes(read: Read, tmp_path: Path) -> None:
    contents = {
        "pdf": pdf([["words"]]),
        "docx": bombs.word(bombs.body("")),
        "html": b"<p>words",
        "rtf": b"{\\rtf1 words}",
        "png": bombs.png(1, 1),
    }
    for extension in ("pdf", "docx", "rtf", "html", "txt", "md", "jpg", "png", "gif", "tiff", "webp", "bmp"):
        for of, content in contents.items():
            found = read(write(tmp_path / f"{of}.{extension}", content))
            assert isinstance(found, Problem | IndexResult)
