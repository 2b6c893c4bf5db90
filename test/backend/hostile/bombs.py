"""Files that were made to do harm, as small as they come."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from test.backend.library.builders import W


def zipped(members: Iterable[tuple[str, bytes | str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def zip_of_packed(name: str, packed: bytes, size: int) -> bytes:
    """An archive with one member whose deflated bytes are given; nothing of `size` is ever in memory, and no checksum is right."""
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0)
    local = b"PK\3\4" + facts + name.encode()
    central = b"PK\1\2" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    start = len(local) + len(packed)
    return local + packed + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), start, 0)


def word(xml: str) -> bytes:
    """A Word document with this as its document.xml."""
    return zipped([("word/document.xml", xml)])


def body(inner: str) -> str:
    return f"<w:document {W}><w:body>{inner}</w:body></w:document>"


def lying_about_its_size(archive: bytes, size: int) -> bytes:
    """The central directory says another unpacked size for each member."""
    out, at = bytearray(archive), 0
    while (at := out.find(b"PK\1\2", at)) >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", size)
        at += 4
    return bytes(out)


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF 1.4 of these objects, numbered from 1; the first is its catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def png(width: int, height: int, pixels: bytes = b"", *extra: tuple[bytes, bytes]) -> bytes:
    """An RGB picture; `extra` chunks go before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), *extra, (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)) for kind, content in chunks
    )


def gif(width: int, height: int, frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00"
    return head + frame * frames + b"\x3b"


def bmp(width: int, height: int) -> bytes:
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + sizes + bytes(100)


def tiff(width: int, height: int, next_directory: int = 0, entries: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """Grey, uncompressed; `entries` are further (tag, type, count, value)."""
    tags = sorted([(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8),
                   (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, width * height & 0xFFFFFFFF), *entries])  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", next_directory) + bytes(64)


def webp(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    lossless = b"\x2f" + struct.pack("<I", bits) + bytes(20)
    chunk = b"VP8L" + struct.pack("<I", len(lossless)) + lossless + b"\0" * (len(lossless) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def jpeg_with_exif(exif: bytes, picture: bytes) -> bytes:
    """`picture` (JPEG) with as many APP1 segments as `exif` takes."""
    pieces = [exif[at : at + 65_000] for at in range(0, len(exif), 65_000)]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 8) + b"Exif\0\0" + piece for piece in pieces)
    return picture[:2] + segments + picture[2:]
