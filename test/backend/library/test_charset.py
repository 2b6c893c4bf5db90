import codecs

import pytest

from backend.library.extract.charset import decode

GERMAN = "Größter Schaden war der Riss im Boden; fünf Futterstücke eingeleimt. Die Rechnung ging an Frau Schäfer."
FRENCH = "L'élève a préféré la forêt à l'hôtel où il était né, même après l'été. Ça coûte 3 €."
CZECH = "Starý hlídač majáku zapisoval každý večer počasí do tlustého sešitu, než šel spát. Příliš žluťoučký kůň."
TURKISH = "Yaşlı fener bekçisi her akşam yatmadan önce kalın deftere havayı yazardı. Şöyle böyle ığdır."
RUSSIAN = "Старый смотритель маяка каждый вечер записывал погоду в толстую тетрадь, прежде чем лечь спать."
GREEK = "Ο γέρος φύλακας του φάρου έγραφε κάθε βράδυ τον καιρό σε ένα χοντρό τετράδιο πριν κοιμηθεί."
JAPANESE = "老いた灯台守は毎晩、寝る前に厚い帳面に天気を書き留めた。港には古い船が並んでいた。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "iso8859-7"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "utf-8"),
        ("Köln", "cp1252"),
        ("Käse, Brötchen und Äpfel", "cp1252"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        ("plain", "ascii"),
        ("", "ascii"),
    ],
)
def test_text_of_any_program_is_read_right(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_utf8_with_a_torn_end_stays_utf8() -> None:
    assert decode(GERMAN.encode() + "ü".encode()[:1]) == GERMAN + "\ufffd"


def test_utf8_with_a_few_broken_bytes_stays_utf8() -> None:
    assert decode(RUSSIAN.encode() * 3 + b"\xff\xfe" + RUSSIAN.encode()).count(RUSSIAN) == 4


@pytest.mark.parametrize("declaration", ['<meta charset="windows-1251">', '<META http-equiv=x content="text/html; charset=windows-1251">'])
def test_a_page_is_read_as_it_declares(declaration: str) -> None:
    assert "смотритель" in decode(f"<html><head>{declaration}</head>смотритель".encode("cp1251"), markup=True)


def test_a_declaration_that_names_no_charset_is_passed_over() -> None:
    assert GERMAN in decode(f'<meta charset="no-such">{GERMAN}'.encode("cp1252"), markup=True)


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(codecs.BOM_UTF8 + b"x") == "x"
