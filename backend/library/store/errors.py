"""What the store refuses, each with the words that a person gets to see."""

import sqlite3
from pathlib import Path

from backend.contract.library import Problem


class LibraryError(Exception):
    """Base of the store's refusals. `problem` crosses the boundary as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class LibraryTooNew(LibraryError):
    def __init__(self, found: int, supported: int) -> None:
        super().__init__(
            Problem(
                code="library-too-new",
                message="This library was written by a newer version of ContentCache.",
                next_step="Update ContentCache, or choose another data folder.",
                detail=f"schema {found}, this version reads up to {supported}",
            )
        )


class LibraryLost(LibraryError, sqlite3.DatabaseError):
    """Nothing more can be done with this library as it is: whoever has it open ends, and `backend.library.care` recovers it.

    A database error too, so that whoever lives with a database that fails lives with this until its process has ended.
    """


class LibraryDamaged(LibraryLost):
    def __init__(self, detail: str) -> None:
        super().__init__(
            Problem(
                code="library-damaged",
                message="The library's database is damaged.",
                next_step="A new library is made from your folders, and the damaged file is kept. If that does not begin by itself, "
                "press Restart on the Status page. Your own files are not affected.",
                detail=detail,
            )
        )


class LibraryMissing(LibraryLost):
    """There is a list of folders, and no database that goes with it."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            Problem(
                code="library-missing",
                message="The library's database is gone from the data folder.",
                next_step="If you moved it, close ContentCache and put it back. Otherwise your folders are indexed again.",
                detail=detail,
            )
        )


class LibraryMoved(LibraryLost):
    def __init__(self, detail: str) -> None:
        super().__init__(
            Problem(
                code="library-moved",
                message="The library's database was moved, deleted or replaced while ContentCache was running.",
                next_step="Close ContentCache before you move its data folder.",
                detail=detail,
            )
        )


class NotFound(LibraryError):
    def __init__(self, what: str) -> None:
        super().__init__(Problem(code="not-found", message=f"This {what} is no longer in the library."))


class LeaseLost(LibraryError):
    """The job was taken over, its file changed, or its folder was removed: what the worker holds must be thrown away."""

    def __init__(self) -> None:
        super().__init__(Problem(code="lease-lost", message="This job is no longer held by its worker."))


class RootRefused(LibraryError):
    """A folder that cannot be added."""


class RootNotAFolder(RootRefused):
    def __init__(self, path: str) -> None:
        super().__init__(Problem(code="not-a-folder", message=f"“{path}” is not a folder.", next_step="Choose a folder that exists."))


class RootUnreadable(RootRefused):
    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            Problem(
                code="unreadable",
                message=f"“{path}” cannot be read.",
                next_step="Check that you may open this folder, then add it again.",
                detail=str(error),
            )
        )


class RootAlreadyAdded(RootRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(Problem(code="already-added", message=f"“{path}” is in the library already."))


class RootInsideAnother(RootRefused):
    def __init__(self, path: Path, other: Path) -> None:
        super().__init__(
            Problem(
                code="inside-another",
                message=f"“{path}” is inside “{other}”, which is in the library already, so it is indexed.",
            )
        )


class RootContainsAnother(RootRefused):
    def __init__(self, path: Path, other: Path) -> None:
        super().__init__(
            Problem(
                code="contains-another",
                message=f"“{path}” contains “{other}”, which is in the library already.",
                next_step=f"Remove “{other}” first, then add “{path}”.",
            )
        )
