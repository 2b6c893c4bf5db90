"""What the store refuses, each with the words that a person gets to see."""

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


class LibraryDamaged(LibraryError):
    def __init__(self, detail: str) -> None:
        super().__init__(
            Problem(
                code="library-damaged",
                message="The library's database is damaged.",
                next_step="Set it aside and index your folders again. Your own files are not affected.",
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
