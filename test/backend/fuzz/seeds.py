"""A small good file of every extension that the README promises."""

import io
import re
from pathlib import Path

from PIL import Image

from backend.library.scan.kinds import kind_of
from test.backend.library.builders import docx, paragraph, pdf
from test.backend.processing import media

_PILLOW = {"jpg": "JPEG", "png": "PNG", "bmp": "BMP", "tiff": "TIFF", "webp": "WEBP", "gif": "GIF"}


def promised() -> list[str]:
    """Extensions of the README's table of formats."""
    rows = re.findall(
        r"^\| (?:documents|audio|video|pictures)[^|]*\| ([^|]+) \|$", (media.CHECKOUT / "README.md").read_text(encoding="utf-8"), re.M
    )
    return [extension for row in rows for extension in row.split(", ")]


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """By extension; made in `folder`, and with what the sample library has of each."""
    found: dict[str, list[bytes]] = {extension: [] for extension in promised()}
    for path in sorted(media.SAMPLE_LIBRARY.rglob("*")):
        if path.suffix[1:] in found:
            found[path.suffix[1:]].append(path.read_bytes())
    speech = media.samples_of(media.JFK)[: 2 * media.RATE]
    for kind in media.CONTAINERS:
        found[kind.extension].append(media.write(folder / f"seed.{kind.extension}", kind, speech).read_bytes())
    for extension, name in _PILLOW.items():
        found[extension].append(_picture(name))
    found["txt"].append("Größe, мир, 東京: a text of many scripts.\n".encode() * 20)
    found["md"].append("# Title\n\n- one\n- two\n".encode("utf-16"))
    found["html"].append(b"<html><head><title>t</title></head><body><p>one<table><tr><td>two</table><pre>three</pre></body></html>")
    found["rtf"].append(b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 words {\\b bold} \\u252?\\par\\trowd\\cellx100 a\\cell\\row}")
    found["pdf"].append(pdf([["first page"], ["second page"]]))
    found["docx"].append(docx(paragraph("some words") * 20, footnotes="<notes/>"))
    assert all(found.values()), [extension for extension, contents in found.items() if not contents]
    assert all(kind_of(f"a.{extension}").value != "other" for extension in found)
    return found


def _picture(name: str) -> bytes:
    out = io.BytesIO()
    picture = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Maker", "Model", "2024:05:06 07:08:09"
    picture.save(out, name, **({"exif": exif} if name in ("JPEG", "PNG", "TIFF", "WEBP") else {}))
    return out.getvalue()
