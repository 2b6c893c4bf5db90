"""Why a task failed, in words that a person can act on."""

import errno
import sqlite3
from pathlib import Path

from backend.contract.library import Problem
from backend.library.store import LibraryDamaged, LibraryError, storage_problem
from backend.library.store.storage import is_damage


class CareError(Exception):
    """The task failed, and nothing is different from before."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def problem_of(error: Exception) -> Problem:
    """Of whatever a task may raise."""
    if isinstance(error, CareError | LibraryError):
        return error.problem
    if isinstance(error, sqlite3.Error) and is_damage(error):
        return LibraryDamaged(str(error)).problem
    found = storage_problem(error) if isinstance(error, OSError | sqlite3.Error) else None
    if found is None:
        return Problem(code="unexpected", message="Something unexpected went wrong.", detail=f"{type(error).__name__}: {error}")
    if found.code == "disk-full":
        return found.model_copy(
            update={
                "message": "There is no room left on the disk that holds the library.",
                "next_step": "Free about as much space as the library takes, then try again.",
            }
        )
    return found.model_copy(update={"next_step": "Check that its disk is there and may be written to, then try again."})


def not_written(target: Path, error: OSError | sqlite3.Error) -> CareError:
    """A file that the person chose could not be written."""
    number = error.errno if isinstance(error, OSError) else None
    found = storage_problem(error)
    if found is not None and found.code == "disk-full":
        message, next_step = f"There is no room for “{target.name}” in “{target.parent}”.", "Free some space there, or choose another disk."
    elif number in (errno.ENOENT, errno.ENOTDIR):
        message, next_step = f"The folder “{target.parent}” is not there.", "Choose a folder that exists."
    elif number in (errno.EACCES, errno.EPERM, errno.EROFS):
        message, next_step = f"“{target.parent}” may not be written to.", "Choose a folder that is yours."
    elif number in (errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ):
        message, next_step = f"A file cannot be named “{target.name}” there.", "Choose another name."
    else:
        message, next_step = f"“{target}” could not be written.", "Choose another folder or disk."
    return CareError(Problem(code="not-written", message=message, next_step=next_step, detail=str(error)))


def not_read(source: Path, error: OSError) -> CareError:
    if isinstance(error, FileNotFoundError):
        message, next_step = f"“{source}” is not there.", "Choose a file that exists."
    elif isinstance(error, PermissionError):
        message, next_step = f"“{source}” may not be read.", "Choose a file that is yours, or change its rights."
    else:
        message, next_step = f"“{source}” cannot be read.", "Check its disk, or choose another backup."
    return CareError(Problem(code="not-read", message=message, next_step=next_step, detail=str(error)))


def not_a_library(source: Path, detail: str) -> CareError:
    return CareError(
        Problem(
            code="not-a-library",
            message=f"“{source.name}” is not a backup of a ContentCache library.",
            next_step="Choose a file that “Back up library” has written.",
            detail=detail,
        )
    )


def backup_damaged(source: Path, detail: str) -> CareError:
    return CareError(
        Problem(
            code="backup-damaged",
            message=f"“{source.name}” is damaged, so it was not restored. Your library is as it was.",
            next_step="Choose another backup.",
            detail=detail,
        )
    )


def is_the_library(chosen: Path) -> CareError:
    return CareError(
        Problem(code="is-the-library", message=f"“{chosen}” is the library itself, not a backup of it.", next_step="Choose another file.")
    )


def no_library(data_dir: Path) -> CareError:
    return CareError(Problem(code="no-library", message=f"There is no library in “{data_dir}” yet.", next_step="Add a folder first."))


def in_use(detail: str) -> CareError:
    return CareError(
        Problem(
            code="library-in-use",
            message="ContentCache is running with this library.",
            next_step="Close it, then try again.",
            detail=detail,
        )
    )


def under_way() -> CareError:
    return CareError(
        Problem(code="under-way", message="This library is being restored or recovered already.", next_step="Wait until that has ended.")
    )
