"""Stop and resume all work on the library."""

from fastapi import APIRouter

from backend.contract.api import SetPaused
from backend.contract.library import QueueSummary
from backend.search.server.services import Injected

router = APIRouter()


@router.post("/processing")
def set_processing(body: SetPaused, services: Injected) -> QueueSummary:
    queue = services.library.set_paused(body.paused)
    services.work()
    return queue
