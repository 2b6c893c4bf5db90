"""What the routes work with; made once by search_server, injected into each handler."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from backend.contract.library import EngineStatus, LibrarySummary
from backend.library.store import Library
from backend.search.searcher import Searcher


@dataclass(frozen=True, slots=True)
class Services:
    """`roots_changed` makes scan and watch follow the library's roots; `scan` scans one soon; `work` looks for jobs now.

    `thumbnail`: the file of an item's thumbnail, or None.
    """

    library: Library
    searcher: Searcher
    engines: Callable[[], list[EngineStatus]]
    summary: Callable[[], LibrarySummary]
    roots_changed: Callable[[], None]
    scan: Callable[[int], None]
    work: Callable[[], None]
    thumbnail: Callable[[int], Path | None]
    version: str
    started: float = field(default_factory=time.monotonic)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Injected = Annotated[Services, Depends(_services)]
