"""The audit of the Python locks against an index of its own on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.audit.python_locks import LOCKS, NotServed, Pin, api_of, audit, pins_of

FLAW = {"id": "PYSEC-1", "aliases": ["CVE-2024-1"], "summary": "It reads too much.\nMore.", "fixed_in": ["1.1"], "withdrawn": None}
WITHDRAWN = {"id": "PYSEC-2", "aliases": [], "summary": "Nothing.", "fixed_in": [], "withdrawn": "2024-01-01T00:00:00Z"}
PINS = {Pin("a-sound", "1.0"), Pin("b-flawed", "1.0"), Pin("c-unknown", "9.9")}


class _Index(ThreadingHTTPServer):
    answers: dict[str, tuple[int, Any]]
    asked: list[str]

    @property
    def api(self) -> str:
        return api_of(f"http://someone:word@127.0.0.1:{self.server_port}/simple")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Index)
        self.server.asked.append(self.path)
        status, answer = self.server.answers.get(self.path, (404, {}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def index() -> Iterator[_Index]:
    server = _Index(("127.0.0.1", 0), _Handler)
    server.asked = []
    server.answers = {
        "/pypi/a-sound/1.0/json": (200, {"vulnerabilities": [WITHDRAWN]}),
        "/pypi/b-flawed/1.0/json": (200, {"vulnerabilities": [FLAW]}),
    }
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_pins_come_from_the_locks_without_local_versions() -> None:
    lock = "torch==2.13.0+cpu ; sys_platform == 'linux' \\\n    --hash=sha256:0\ntorch==2.13.0 \\\nattrs==26.1.0\n"
    assert pins_of(lock) == {Pin("torch", "2.13.0"), Pin("attrs", "26.1.0")}
    for path in LOCKS:
        assert pins_of(path.read_text(encoding="utf-8")), path


def test_what_is_known_is_found_and_what_is_withdrawn_is_not(index: _Index) -> None:
    result = audit(PINS, index.api, {})
    assert [(finding.pin.name, finding.id, finding.summary, finding.fixed_in) for finding in result.findings] == [
        ("b-flawed", "PYSEC-1", "It reads too much.", ("1.1",))
    ]
    assert (result.checked, result.unknown, result.accepted) == (2, [Pin("c-unknown", "9.9")], [])


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-2024-1"])
def test_what_is_accepted_with_a_reason_does_not_count(index: _Index, name: str) -> None:
    result = audit(PINS, index.api, {name: "We never call it."})
    assert (result.findings, [finding.id for finding in result.accepted]) == ([], ["PYSEC-1"])


@pytest.mark.parametrize("answer", [(404, {}), (403, {}), (500, {}), (200, {"info": {}}), (200, [])])
def test_an_index_that_does_not_serve_it_is_asked_once(index: _Index, answer: tuple[int, Any]) -> None:
    index.answers = {"/pypi/a-sound/1.0/json": answer}
    with pytest.raises(NotServed):
        audit(PINS, index.api, {})
    assert index.asked == ["/pypi/a-sound/1.0/json"]
