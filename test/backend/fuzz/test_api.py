"""What search_server says of itself in OpenAPI, held against a real process: no 5xx, no status and no answer that is not described.

The cases are the same in each run; CONTENTCACHE_FUZZ_ROUNDS tries more of them.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backend import VERSION
from backend.search.server.app import create_api
from backend.search.server.services import Services
from test.backend.fuzz.rounds import ROUNDS
from test.backend.search.server_process import SECRET, Server, running

TEXTS = {
    "budget.txt": "Our quarterly budget shows a deficit, so travel costs have to go down.",
    "übung 東京 🎧.md": "# Flow\n\nThe boundary layer on a flat plate separates behind the shock wave. 🎉 東京 fliegt.",
    "<b>bold & 'quoted'.html": "<p>ask not what your country can do for you &lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "broken.docx": "no zip archive",
    "picture.xyz": "",
}

DESCRIBED = create_api(cast(Services, SimpleNamespace(version=VERSION))).openapi()
Case: TypeAlias = schemathesis.Case[Any]
schema = schemathesis.openapi.from_dict(DESCRIBED)


class _Library:
    """A running server with a small library, put in order again before each operation is tried."""

    def __init__(self, server: Server, folder: Path, elsewhere: Path) -> None:
        self.server = server
        self.elsewhere = elsewhere
        self._folder = folder
        self.root = server.add_root(folder)
        server.wait_for(lambda: server.get("/items")["total"] == len(TEXTS))
        server.wait_for(lambda: not server.get("/roots")["queue"]["waiting"] + server.get("/roots")["queue"]["working"])
        self.items = [item["id"] for item in server.get("/items")["items"]]
        self.turn = 0

    def restore(self) -> None:
        self.server.http.post(f"/roots/{self.root}/restore").raise_for_status()
        self.server.http.post("/processing", json={"paused": False}).raise_for_status()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Library]:
    place = tmp_path_factory.mktemp("api")
    folder, elsewhere = place / "files", place / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with running(place / "data", place / "no models") as server:
        yield _Library(server, folder, elsewhere)


def _aimed(case: Case, library: _Library) -> None:
    """Every second case is of something that is there; a folder to add lies where nothing of this machine does."""
    library.turn += 1
    for name, there in (("item_id", library.items[library.turn // 2 % len(library.items)]), ("root_id", library.root)):
        if library.turn % 2 and isinstance(case.path_parameters.get(name), int):
            case.path_parameters[name] = there
    if isinstance(case.body, dict) and isinstance(case.body.get("path"), str):
        case.body = {**case.body, "path": f"{library.elsewhere}/{case.body['path']}"}


@schema.parametrize()
@settings(
    max_examples=15 * ROUNDS,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_every_answer_is_described(case: Case, library: _Library) -> None:
    library.restore()
    _aimed(case, library)
    case.call_and_validate(
        base_url=str(library.server.http.base_url).rstrip("/"),
        headers={"Authorization": f"Bearer {SECRET}"},
        # A folder that is not there is refused, and no schema can say which ones are.
        excluded_checks=[positive_data_acceptance] if case.path == "/roots" else [],
    )


def test_the_process_describes_itself_so(library: _Library) -> None:
    assert library.server.get("/openapi.json") == DESCRIBED
