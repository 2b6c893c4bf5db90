"""Why a file cannot be read, in words a person can act on."""

from backend.contract.library import Problem


class Unreadable(Exception):
    """A file that cannot be indexed; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def password_protected(detail: str | None = None) -> Problem:
    return Problem(
        code="password-protected",
        message="This file is protected with a password, so its text cannot be read.",
        next_step="Save a copy without a password, then try again.",
        detail=detail,
    )


def no_text() -> Problem:
    return Problem(code="no-text", message="This file has no text to search; it may be a scan. It is found by its name.")


def empty() -> Problem:
    return Problem(code="empty-file", message="This file is empty.")


def damaged(detail: str | None = None) -> Problem:
    return Problem(
        code="damaged",
        message="This file seems to be damaged: it cannot be read.",
        next_step="Open it in its own program to see whether it is whole.",
        detail=detail,
    )


def too_large(detail: str) -> Problem:
    return Problem(code="too-large", message="This file is too large to be read for searching. It is found by its name.", detail=detail)


def permission_denied(detail: str | None = None) -> Problem:
    return Problem(
        code="permission-denied",
        message="You may not open this file.",
        next_step="Change its permissions, then scan the folder again.",
        detail=detail,
    )


def cannot_open(error: OSError) -> Problem:
    return Problem(
        code="cannot-open",
        message="This file could not be opened.",
        next_step="Check that its disk is connected, then try again.",
        detail=str(error),
    )


def took_too_long(seconds: float) -> Problem:
    return Problem(
        code="took-too-long",
        message=f"Reading this file took longer than {seconds:.0f} seconds, so it was given up.",
        next_step="Open it in its own program to see whether it is whole, then try again.",
    )


def ended_reader(detail: str) -> Problem:
    return Problem(
        code="damaged",
        message="Reading this file ended the program that reads files; it may be damaged.",
        next_step="Open it in its own program to see whether it is whole.",
        detail=detail,
    )


def reader_not_started(error: OSError) -> Problem:
    return Problem(
        code="reader-not-started",
        message="The program that reads files could not be started, so indexing waits.",
        next_step="Close other programs. It is tried again by itself.",
        detail=str(error),
    )


def unexpected(error: BaseException) -> Problem:
    return Problem(
        code="unreadable",
        message="This file could not be read.",
        next_step="Open it in its own program to see whether it is whole, then try again.",
        detail=f"{type(error).__name__}: {error}",
    )


def not_text() -> Problem:
    return Problem(code="not-text", message="This file is named like a text, but it holds no text. It is found by its name.")
