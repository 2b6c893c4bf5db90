"""What has to outlast a power failure."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make new names and renames in `folder` last, where the system has a way to. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
