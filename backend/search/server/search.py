"""The search itself."""

from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query

from backend.contract.api import SearchResponse
from backend.contract.library import ItemKind
from backend.search.scope import Scope
from backend.search.searcher import SearchRequest
from backend.search.server.ids import Id
from backend.search.server.problems import Busy
from backend.search.server.services import Injected

MAX_QUERY = 1000
# More than a few at once only share the same cores; threads of their own keep them from standing in the way of everything else.
AT_ONCE = 4
MAX_WAITING = 64

_threads = CapacityLimiter(AT_ONCE)

router = APIRouter()

Seconds = Annotated[float | None, Query(allow_inf_nan=False)]


@router.get("/search")
async def search(
    services: Injected,
    q: Annotated[str, Query(max_length=MAX_QUERY)],
    kind: Annotated[list[ItemKind] | None, Query()] = None,
    root: Id | None = None,
    item: Id | None = None,
    after: Seconds = None,
    before: Seconds = None,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    typing: bool = False,
) -> SearchResponse:
    scope = Scope(frozenset(kind or ()), root, item, after, before)
    if _threads.statistics().tasks_waiting >= MAX_WAITING:
        raise Busy
    request = SearchRequest(q, scope, offset, limit, typing)
    return await to_thread.run_sync(partial(services.searcher.search, request), limiter=_threads)
