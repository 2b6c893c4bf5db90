"""Is the process well, and what does it know."""

import os
import time

from fastapi import APIRouter

from backend.contract.api import Health, Status
from backend.search.server.services import Injected

router = APIRouter()


@router.get("/health")
async def get_health(services: Injected) -> Health:
    return Health(ok=True, uptime=time.monotonic() - services.started)


@router.get("/status")
def get_status(services: Injected) -> Status:
    return Status(version=services.version, pid=os.getpid(), engines=services.engines(), library=services.library.summary())
