"""Each format from a real file on disk to segments in the library, through the scan, the queue and the child process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.contract.library import Item, ItemState
from backend.library.store import Library

from .builders import docx, paragraph, pdf, write

Index = Callable[[], dict[str, Item]]
SENTENCE = "The albatross circled the lighthouse. "


def texts(library: Library, item: Item) -> list[tuple[int | None, int | None, str]]:
    return [(segment.page, segment.line, segment.text) for segment in library.segments_page(item.id).segments]


def test_plain_text_and_markdown_say_their_lines(library: Library, folder: Path, index: Index) -> None:
    for name in ("a.txt", "b.md"):
        write(folder / name, f"\n\n# Title\n\n{SENTENCE * 25}\n\nThe last line.")
    for name, item in index().items():
        first, last = texts(library, item)
        assert first[1] == 3, name
        assert first[2].startswith("# Title\n\nThe albatross")
        assert last[1] == 5
        assert last[2].endswith("The last line.")
        assert item.pages is None


def test_old_text_files_are_read_in_their_own_charset(library: Library, folder: Path, index: Index) -> None:
    write(folder / "windows.txt", "Fünf Futterstücke für Frau Schäfer, größter Schaden".encode("cp1252"))
    write(folder / "notepad.txt", "Zürich – Genève".encode("utf-16"))
    write(folder / "page.htm", "<meta charset=koi8-r><title>Маяк</title><p>старый смотритель".encode("koi8-r"))
    items = index()
    assert texts(library, items["windows.txt"])[0][2] == "Fünf Futterstücke für Frau Schäfer, größter Schaden"
    assert texts(library, items["notepad.txt"])[0][2] == "Zürich – Genève"
    assert texts(library, items["page.htm"])[0][2] == "Маяк\nстарый смотритель"


def test_pdf_says_its_pages(library: Library, folder: Path, index: Index) -> None:
    pages = [["First page about boats.", "It has two lines."], [], ["Third page, with a hyphen-", "ated word and (brackets)."]]
    write(folder / "a.pdf", pdf(pages))
    item = index()["a.pdf"]
    assert (item.state, item.pages) == (ItemState.INDEXED, 3)
    assert texts(library, item) == [
        (1, None, "First page about boats. It has two lines."),
        (3, None, "Third page, with a hyphenated word and (brackets)."),
    ]


def test_docx_says_its_pages_where_word_wrote_them_down(library: Library, folder: Path, index: Index) -> None:
    brk = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    write(folder / "one.docx", docx(paragraph("R&D budget") + paragraph("second")))
    write(folder / "two.docx", docx(paragraph("one") + brk + paragraph("two")))
    items = index()
    assert (texts(library, items["one.docx"]), items["one.docx"].pages) == ([(None, None, "R&D budget\nsecond")], None)
    assert (texts(library, items["two.docx"]), items["two.docx"].pages) == ([(1, None, "one"), (2, None, "two")], 2)


def test_rtf(library: Library, folder: Path, index: Index) -> None:
    head = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author Nobody}}"
    body = head + rb"\f0 Caf\'e9 R&D \u8364? \b bold\b0\par {\pict\wmetafile8 01ab}end}"
    write(folder / "a.rtf", body)
    [(_, _, text)] = texts(library, index()["a.rtf"])
    assert text.split() == ["Café", "R&D", "€", "bold", "end"]


def test_html_is_what_a_person_sees(library: Library, folder: Path, index: Index) -> None:
    write(folder / "a.html", "<title>Prices</title><style>p{}</style><script>x()</script><p>Bow <a href='https://x'>58 €</a></p>")
    assert texts(library, index()["a.html"]) == [(None, None, "Prices\nBow 58 €")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "empty-file"),
        ("empty.docx", b"", "empty-file"),
        ("empty.rtf", b"", "empty-file"),
        ("empty.jpg", b"", "empty-file"),
        ("torn.pdf", pdf([[SENTENCE] * 50])[:400], "damaged"),
        ("noise.pdf", bytes(range(256)) * 64, "damaged"),
        ("locked.pdf", pdf([["secret"]], encrypt=True), "password-protected"),
        ("scan.pdf", pdf([[], []]), "no-text"),
        ("torn.docx", docx(paragraph(SENTENCE * 500))[:350], "damaged"),
        ("pictures.docx", docx("<w:p/>"), "no-text"),
        ("locked.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), "password-protected"),
        ("other.rtf", b"%PDF-1.4", "damaged"),
        ("program.txt", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 20, "not-text"),
        ("noise.png", b"\x89PNG\r\n\x1a\n" + b"noise" * 100, "damaged"),
    ],
)
def test_what_cannot_be_read_says_why_and_the_rest_goes_on(
    library: Library, folder: Path, index: Index, name: str, content: bytes, code: str
) -> None:
    write(folder / name, content)
    write(folder / "zz.txt", "still indexed")
    items = index()
    bad = items[name]
    assert bad.state is ItemState.FAILED
    assert bad.problem is not None
    assert bad.problem.code == code
    assert bad.problem.message.endswith(".")
    assert "Error" not in bad.problem.message
    assert texts(library, bad) == []
    assert texts(library, items["zz.txt"]) == [(None, 1, "still indexed")]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_an_empty_text_is_indexed_and_holds_nothing(library: Library, folder: Path, index: Index, name: str) -> None:
    write(folder / name, "")
    item = index()[name]
    assert (item.state, texts(library, item)) == (ItemState.INDEXED, [])
