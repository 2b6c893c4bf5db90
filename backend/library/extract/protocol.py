"""What goes over the pipes between the extractor and its child: one JSON object a line each way."""

from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict

from backend.contract.library import ItemKind, Problem
from backend.library.extract import problems
from backend.library.store.results import IndexResult

# A text of MAX_CHARACTERS takes a part of it; a child that was taken over by a file could write without an end.
MAX_RESPONSE = 256 << 20


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Message):
    """`limit`: seconds after which the child ends itself, if its parent has not ended it before. `thumbnail`: where to write it."""

    task: Literal["extract", "thumbnail"]
    path: Path
    kind: ItemKind
    extension: str
    thumbnail: Path
    limit: float


class Response(_Message):
    """One of: a result; a problem; `vanished`, the file is not there; `made`, whether there is a thumbnail now."""

    result: IndexResult | None = None
    problem: Problem | None = None
    vanished: bool = False
    made: bool | None = None


def read_response(pipe: IO[bytes]) -> Response | None:
    """The next response; None at the end of the pipe. Raises ValueError for what is none."""
    line = pipe.readline(MAX_RESPONSE)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise ValueError(f"{len(line)} bytes without an end")
    return Response.model_validate_json(line)


def unopened(error: OSError) -> Response:
    """The answer for a file that the system does not let be opened or read."""
    match error:
        case FileNotFoundError():
            return Response(vanished=True)
        case PermissionError():
            return Response(problem=problems.permission_denied(str(error)))
        case _:
            return Response(problem=problems.cannot_open(error))
