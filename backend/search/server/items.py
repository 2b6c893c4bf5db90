"""Files of the library: lists, one, its text and transcript, its thumbnail, where it is on the disk."""

from email.utils import formatdate
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from backend.contract.api import ItemPage, ItemSort, Location, SegmentPage, SortOrder
from backend.contract.library import Item, ItemKind, ItemState, Problem, SegmentKind
from backend.library.inside_root import require_inside
from backend.library.store import LibraryError, NotFound
from backend.search.server.ids import Id
from backend.search.server.media_types import media_type
from backend.search.server.services import Injected

router = APIRouter(prefix="/items")

Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]


class FileGone(NotFound):
    """The item is in the library and its file is not on the disk."""

    def __init__(self) -> None:
        LibraryError.__init__(
            self,
            Problem(
                code="file-gone",
                message="This file is not where it was.",
                next_step="Connect its disk, or scan its folder again.",
            ),
        )


@router.get("")
def list_items(
    services: Injected,
    root: Id | None = None,
    state: ItemState | None = None,
    kind: ItemKind | None = None,
    name: Annotated[str | None, Query(max_length=1000)] = None,
    sort: ItemSort = ItemSort.NAME,
    order: SortOrder = SortOrder.ASCENDING,
    offset: Offset = 0,
    limit: Limit = 100,
) -> ItemPage:
    return services.library.items_page(root=root, state=state, kind=kind, name=name, sort=sort, order=order, offset=offset, limit=limit)


@router.get("/{item_id}")
def get_item(item_id: Id, services: Injected) -> Item:
    return services.library.item(item_id)


@router.get("/{item_id}/segments")
def get_segments(
    item_id: Id,
    services: Injected,
    kind: SegmentKind | None = None,
    around: Id | None = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> SegmentPage:
    return services.library.segments_page(item_id, kind=kind, around=around, offset=offset, limit=limit)


@router.get("/{item_id}/location")
def get_location(item_id: Id, services: Injected) -> Location:
    path = services.library.location(item_id)
    root = services.library.root_path(services.library.item(item_id).root_id)
    try:
        size = require_inside(root, path).st_size
    except OSError as error:
        raise FileGone from error
    return Location(path=str(path), root=str(root), media_type=media_type(path.name), size=size)


@router.get("/{item_id}/thumbnail", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def get_thumbnail(item_id: Id, services: Injected) -> Response:
    path = services.thumbnail(item_id)
    if path is None:
        raise NotFound("thumbnail")
    try:
        # A cache that may be deleted at any moment: read whole before anything is answered.
        picture, modified = path.read_bytes(), path.stat().st_mtime
    except OSError as error:
        raise NotFound("thumbnail") from error
    return Response(picture, media_type="image/jpeg", headers={"Last-Modified": formatdate(modified, usegmt=True)})


@router.post("/{item_id}/retry")
def retry_item(item_id: Id, services: Injected) -> Item:
    item = services.library.retry(item_id)
    services.work()
    return item
