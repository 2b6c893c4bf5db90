"""Whether an error in the middle of a job says something about its file."""

import sqlite3

from backend.library.extract.reader_process import ReaderNotStarted
from backend.library.store import LibraryLost, storage_problem
from backend.sidecar.lack_of_memory import lacked_memory


def is_blameless(error: BaseException) -> bool:
    """Of the disk or the machine: the job goes back as if it had not been tried, and its worker waits a little.

    Anything else counts as a crash of whatever read the file, so that no file is tried for ever.
    """
    if isinstance(error, sqlite3.Error):
        return isinstance(error, LibraryLost) or storage_problem(error) is not None
    return isinstance(error, ReaderNotStarted) or lacked_memory(error) or not isinstance(error, Exception)
