"""Every failure as `{"problem": Problem}` with a status that fits."""

import logging
import sqlite3
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from backend.contract.api import Failure
from backend.contract.library import Problem
from backend.library.store import (
    LibraryError,
    LibraryLost,
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
    (LibraryLost, 503),
    (LibraryTooNew, 503),
]


class Busy(Exception):
    """More requests wait than will ever be asked for by one person."""


def failure(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse(Failure(problem=problem).model_dump(mode="json"), status, headers)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(LibraryError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Busy, _busy)
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


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "not-found" if error.status_code == 404 else "refused"
    headers = {"Allow": ", ".join(sorted(_methods(request)))} if error.status_code == 405 else error.headers
    return failure(error.status_code, Problem(code=code, message=str(error.detail)), headers)


def _methods(request: Request) -> set[str]:
    """Of every route with this path; starlette names those of the first only."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    return {
        method for route in routes if route.matches({**request.scope, "method": "?"})[0] is not Match.NONE for method in route.methods or ()
    }


def _busy(_: Request, _error: Exception) -> JSONResponse:
    problem = Problem(code="busy", message="Too much is asked for at once.", next_step="Try again in a moment.")
    return failure(503, problem, {"Retry-After": "1"})


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
