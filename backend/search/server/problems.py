"""Every failure as `{"problem": Problem}` with a status that fits."""

import logging
import sqlite3

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from backend.contract.api import Failure
from backend.contract.library import Problem
from backend.library.store import (
    LibraryDamaged,
    LibraryError,
    LibraryTooNew,
    NotFound,
    RootNotAFolder,
    RootRefused,
    RootUnreadable,
)

log = logging.getLogger(__name__)

# The first class that fits decides.
_STATUS: list[tuple[type[LibraryError], int]] = [
    (NotFound, 404),
    (RootNotAFolder, 400),
    (RootUnreadable, 400),
    (RootRefused, 409),
    (LibraryDamaged, 503),
    (LibraryTooNew, 503),
]


def failure(status: int, problem: Problem) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(Failure(problem=problem).model_dump(mode="json"), status, headers)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(LibraryError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(sqlite3.Error, _storage)
    app.add_exception_handler(Exception, _unexpected)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LibraryError)
    return failure(next((status for kind, status in _STATUS if isinstance(error, kind)), 409), error.problem)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    message = "A part of the request is missing or not allowed."
    return failure(422, Problem(code="invalid-request", message=message, detail="; ".join(details)))


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "not-found" if error.status_code == 404 else "refused"
    return failure(error.status_code, Problem(code=code, message=str(error.detail)))


def _storage(_: Request, error: Exception) -> JSONResponse:
    log.error("the library's database failed", exc_info=error)
    return failure(
        503,
        Problem(
            code="library-unavailable",
            message="The library's database cannot be used at the moment.",
            next_step="Check that the disk with the data folder is there and has room, then try again.",
            detail=str(error),
        ),
    )


def _unexpected(_: Request, error: Exception) -> JSONResponse:
    log.error("a request failed", exc_info=error)
    return failure(
        500,
        Problem(
            code="internal",
            message="Something went wrong inside the app.",
            next_step="Try again. If it stays, restart the app.",
            detail=f"{type(error).__name__}: {error}",
        ),
    )
