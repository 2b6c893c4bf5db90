"""The search itself."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.contract.api import SearchResponse
from backend.contract.library import ItemKind
from backend.search.scope import Scope
from backend.search.searcher import SearchRequest
from backend.search.server.services import Injected

MAX_QUERY = 1000

router = APIRouter()

Seconds = Annotated[float | None, Query(allow_inf_nan=False)]


@router.get("/search")
def search(
    services: Injected,
    q: Annotated[str, Query(max_length=MAX_QUERY)],
    kind: Annotated[list[ItemKind] | None, Query()] = None,
    root: int | None = None,
    item: int | None = None,
    after: Seconds = None,
    before: Seconds = None,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    typing: bool = False,
) -> SearchResponse:
    scope = Scope(frozenset(kind or ()), root, item, after, before)
    return services.searcher.search(SearchRequest(q, scope, offset, limit, typing))
