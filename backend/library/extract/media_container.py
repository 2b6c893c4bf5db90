"""Opening recordings and films with FFmpeg, so that it reads the one file that it is given and nothing else.

A file may be a list of other files whatever its name says (a playlist, a concat script, SDP, HLS), and FFmpeg would open those: files that
are none of the sender's business, or addresses in a network.
"""

import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer

# Demuxers of FFmpeg by their own names, for the formats that are promised and what is often found under their names.
_FORMATS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "eac3", "flac", "flv", "live_flv", "loas", "matroska,webm"),
    *("mov,mp4,m4a,3gp,3g2,mj2", "mp3", "mpeg", "mpegts", "ogg", "w64", "wav", "wv", "xwma"),
)
_OPTIONS = {"format_whitelist": ",".join(_FORMATS), "protocol_whitelist": "file"}


class NotAFile(OSError):
    """What is at the path is a pipe, a device or a folder."""


def require_file(path: Path) -> None:
    """Before it is opened, which at a pipe would wait for somebody to write. Raises NotAFile, OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAFile(f"{path} is no file")


def open_container(path: Path) -> "InputContainer":
    """Raises NotAFile, OSError, av.FFmpegError."""
    import av

    require_file(path)
    return av.open(str(path.absolute()), mode="r", metadata_errors="replace", container_options=_OPTIONS)
