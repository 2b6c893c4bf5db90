"""Bytes of a plain text to a string, whatever program on whatever system wrote them."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,200}?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
SAMPLE = 1 << 18
FEW = 10
WESTERN = "cp1252"
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáãçñóòôõíìîïúùûøåæœÉÈÊÀÁÂÇÑÓÔÕÍÚØÅÆŒ€£§°«»„“”‘’–—…¿¡·©®½¼²³µ")


def decode(data: bytes, *, markup: bool = False) -> str:
    """By byte order mark, else UTF-8, else (`markup`) what the document declares, else what the bytes look like."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    if (wide := _unmarked_utf16(data)) is not None:
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file that is UTF-8 but for a torn end or a few bytes is still UTF-8.
        torn = error.reason == "unexpected end of data" and any(byte >= 0x80 for byte in data[: error.start])
        if torn or _broken_share(data) < 0.02:
            return data.decode("utf-8", "replace")
    declared = _DECLARED.search(data[:4096]) if markup else None
    for candidate in (declared[1].decode("ascii") if declared else None, _detected(data)):
        if candidate is not None:
            try:
                # Python also knows codecs that are none of a document, such as its own escapes, and some raise or leave lone surrogates.
                return data.decode(candidate, "replace").encode("utf-8", "replace").decode("utf-8")
            except (LookupError, UnicodeError):
                continue
    return data.decode("cp1252", "replace")


def _unmarked_utf16(data: bytes) -> str | None:
    """Text in a script of Western Europe has a zero in every other byte."""
    sample = data[:SAMPLE]
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > 0.4 * len(sample) / 2 > 2 and sample.count(0) < 0.6 * len(sample):
            return name
    return None


def _broken_share(data: bytes) -> float:
    return data.decode("utf-8", "replace").count("\ufffd") / max(1, sum(byte >= 0x80 for byte in data[:SAMPLE]))


def _detected(data: bytes) -> str | None:
    sample = data[:SAMPLE]
    if _is_a_few_western_letters(sample):
        return WESTERN
    from charset_normalizer import from_bytes

    found = list(from_bytes(sample))
    if not found:
        return None
    best = found[0]
    # Western and Central European pages share most letters; where the detector sees next to no difference, the commoner one it is.
    for other in found:
        if other.encoding == WESTERN and other.chaos <= best.chaos + 0.02 and other.coherence >= best.coherence - 0.03:
            return WESTERN
    return best.encoding


def _is_a_few_western_letters(data: bytes) -> bool:
    """Too few letters beyond ASCII for a detector, which takes "Köln" for Chinese."""
    high = bytes(byte for byte in data if byte >= 0x80)
    letters = sum(byte >= 0x80 or chr(byte).isalpha() for byte in data)
    return len(high) < FEW and len(high) <= 0.4 * letters and all(letter in _WESTERN for letter in high.decode(WESTERN, "replace"))
