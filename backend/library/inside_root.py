"""Files are read only where they were met: below their root, and as files.

A scan follows no link, but between a scan and the reading of a file it, or a folder above it, can be replaced by a link that leads
out of the root, or by a pipe that never ends.
"""

import os
import stat
from pathlib import Path


class LeftRoot(FileNotFoundError):
    """What is at the path now is no file of the root: for the library it is not there."""


def require_inside(root: Path, path: Path) -> os.stat_result:
    """Status of the file at `path`. Raises LeftRoot, OSError.

    Both are resolved, so a root that is reached by a link is no reason to refuse its files. Links that stay inside are followed.
    """
    real = Path(os.path.realpath(path, strict=True))
    if not real.is_relative_to(os.path.realpath(root)):
        raise LeftRoot(f"{path} leads out of {root}")
    status = real.stat()
    if not stat.S_ISREG(status.st_mode):
        raise LeftRoot(f"{path} is no file")
    return status
