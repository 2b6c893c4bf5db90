"""What a scan and a watch leave out: hidden files, what systems and tools keep for themselves, half-done downloads."""

import os
import stat

_NAMES = frozenset(
    {
        "$recycle.bin",
        "__pycache__",
        "desktop.ini",
        "lost+found",
        "node_modules",
        "system volume information",
        "thumbs.db",
        "icon\r",
    }
)
_UNFINISHED = (".crdownload", ".download", ".part", ".partial", ".tmp")
_WINDOWS_HIDDEN = stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM


def is_excluded_name(name: str) -> bool:
    """Names that begin with a dot are hidden; `~$` begins the lock files of Office."""
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower in _NAMES or lower.endswith(_UNFINISHED)


def is_hidden(status: os.stat_result) -> bool:
    """By attribute, which only Windows has."""
    return bool(getattr(status, "st_file_attributes", 0) & _WINDOWS_HIDDEN)


def is_junction(status: os.stat_result) -> bool:
    """A directory of Windows that is a link to another one."""
    return getattr(status, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
