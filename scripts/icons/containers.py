"""`python containers.py DRAWN INTO`: puts drawings of several sizes into one .ico (Windows) and one .icns (macOS)."""

import sys
from pathlib import Path

from PIL import Image

WINDOWS = (16, 24, 32, 48, 64, 128, 256)
MACOS = (16, 32, 64, 128, 256, 512, 1024)


def main(drawn: Path, into: Path) -> None:
    def pictures(sizes: tuple[int, ...]) -> list[Image.Image]:
        return [Image.open(drawn / f"{size}x{size}.png").convert("RGBA") for size in sizes]

    *small, large = pictures(WINDOWS)
    large.save(into / "icon.ico", sizes=[(size, size) for size in WINDOWS], append_images=small)
    *small, large = pictures(MACOS)
    large.save(into / "icon.icns", append_images=small)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
