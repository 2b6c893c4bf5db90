"""The application: routes, failures, guard."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from backend.contract.api import Failure
from backend.search.server import items, processing, roots, search, status
from backend.search.server.guard import Guard
from backend.search.server.problems import add_handlers
from backend.search.server.services import Services

_FAILURES: dict[int | str, dict[str, object]] = {
    code: {"model": Failure} for code in (400, 401, 403, 404, 405, 409, 413, 414, 422, 431, 503)
}


def create_api(services: Services) -> FastAPI:
    """The routes alone, as OpenAPI describes them."""
    api = FastAPI(title="ContentCache search_server", version=services.version, docs_url=None, redoc_url=None, responses=_FAILURES)
    api.state.services = services
    for module in (status, roots, items, search, processing):
        api.include_router(module.router)
    add_handlers(api)
    return api


def create_app(services: Services, secret: str) -> ASGIApp:
    """What is served: the API behind the guard."""
    return Guard(create_api(services), secret)
