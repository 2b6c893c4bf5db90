"""Folders of the library: add, remove within reach of an undo, scan and index again."""

from fastapi import APIRouter

from backend.contract.api import AddRoot
from backend.contract.library import LibrarySummary, Root
from backend.search.server.ids import Id
from backend.search.server.services import Injected

router = APIRouter(prefix="/roots")


@router.get("")
def get_roots(services: Injected) -> LibrarySummary:
    return services.library.summary()


@router.post("", status_code=201)
def add_root(body: AddRoot, services: Injected) -> Root:
    root = services.library.add_root(body.path)
    services.roots_changed()
    return services.library.root(root.id)


@router.delete("/{root_id}")
def remove_root(root_id: Id, services: Injected) -> Root:
    root = services.library.remove_root(root_id)
    services.roots_changed()
    return root


@router.post("/{root_id}/restore")
def restore_root(root_id: Id, services: Injected) -> Root:
    root = services.library.restore_root(root_id)
    services.roots_changed()
    return root


@router.post("/{root_id}/rescan")
def rescan_root(root_id: Id, services: Injected) -> Root:
    services.library.root_path(root_id)
    services.scan(root_id)
    return services.library.root(root_id)


@router.post("/{root_id}/reindex")
def reindex_root(root_id: Id, services: Injected) -> Root:
    root = services.library.reindex_root(root_id)
    services.scan(root_id)
    services.work()
    return root
