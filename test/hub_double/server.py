"""The HTTP server: GET and HEAD with ranges and validators, redirects, a log of what was asked, and faults on demand."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from .faults import NONE, Fault
from .resources import Resource

PIECE = 64 << 10
LAST_MODIFIED = "Sun, 01 Nov 2026 12:00:00 GMT"


@dataclass(slots=True)
class Request:
    """One request as it arrived, and how much of a body it got."""

    method: str
    path: str
    headers: dict[str, str]
    start: int = 0
    sent: int = 0


@dataclass(slots=True)
class Shared:
    resources: dict[str, Resource] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    rate: float | None = None
    on_sent: Callable[[int], None] | None = None


class HubDouble:
    """Serves `resources` on an ephemeral loopback port, over TLS when given a context, until it is left.

    `rate` limits an answer to that many bytes a second. `on_sent` is called with the bytes of file content sent so far.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._shared = Shared()
        shared = self._shared

        class Handler(_Handler):
            hub = shared

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._scheme = "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def other_url(self) -> str:
        """The same server under another host name: what the hub's storage is to the hub."""
        return f"{self._scheme}://localhost:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[Request]:
        return self._shared.requests

    @property
    def fetches(self) -> list[Request]:
        """GET requests that were sent a body or an error, without redirects that led there."""
        return [request for request in self.requests if request.method == "GET"]

    @property
    def sent(self) -> int:
        """Bytes of bodies handed to the network in all."""
        return sum(request.sent for request in self.requests)

    def serve(self, path: str, resource: Resource) -> None:
        self._shared.resources[path] = resource

    def fail(self, fault: Fault) -> None:
        with self._shared.lock:
            self._shared.faults.append(fault)

    def clear_faults(self) -> None:
        with self._shared.lock:
            self._shared.faults.clear()

    def throttle(self, rate: float | None) -> None:
        self._shared.rate = rate

    def watch(self, on_sent: Callable[[int], None] | None) -> None:
        self._shared.on_sent = on_sent

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._shared.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Shared
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_HEAD(self) -> None:
        self._answer(NONE, body=False)

    def do_GET(self) -> None:
        self._answer(self._fault(), body=True)

    def log_message(self, *_: Any) -> None:
        """Requests are kept, not printed."""

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            # The client ended first, which is what many tests are about.
            self.close_connection = True

    def _fault(self) -> Fault:
        with self.hub.lock:
            for fault in self.hub.faults:
                if fault.times > 0 and fault.path in self.path:
                    fault.times -= 1
                    return fault
        return NONE

    def _answer(self, fault: Fault, *, body: bool) -> None:
        request = Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        with self.hub.lock:
            self.hub.requests.append(request)
        if fault.redirect is not None:
            return self._plain(HTTPStatus.FOUND, {"Location": fault.redirect})
        if fault.status is not None:
            return self._plain(fault.status, fault.headers)
        if fault.page is not None:
            return self._page(fault.page.encode())
        path = unquote(urlsplit(self.path).path)
        found = self.hub.resources.get(path)
        if found is None:
            return self._plain(HTTPStatus.NOT_FOUND, {})
        if found.location is not None:
            return self._plain(HTTPStatus.FOUND, {"Location": found.location, **found.headers})
        return self._file(found, fault, request, body=body)

    def _plain(self, status: int, headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _file(self, found: Resource, fault: Fault, request: Request, *, body: bool) -> None:
        start = 0 if fault.ignore_range else self._range_start(found)
        if start >= found.size > 0:
            return self._plain(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{found.size}"})
        request.start = start
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{found.size - 1}/{found.size}")
        if not fault.hide_validators:
            self.send_header("ETag", found.etag)
            self.send_header("Last-Modified", LAST_MODIFIED)
        if not fault.ignore_range:
            self.send_header("Accept-Ranges", "bytes")
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(found.size - start + fault.length_delta))
        self.end_headers()
        if body:
            self._send(found, start, fault, request)
        return None

    def _range_start(self, found: Resource) -> int:
        asked = self.headers.get("Range", "")
        validator = self.headers.get("If-Range")
        if not asked.startswith("bytes=") or (validator is not None and validator not in (found.etag, LAST_MODIFIED)):
            return 0
        start, _, _ = asked.removeprefix("bytes=").partition("-")
        return int(start)

    def _send(self, found: Resource, start: int, fault: Fault, request: Request) -> None:
        began = time.monotonic()
        stops = sorted(stop for stop in (fault.drop_at, fault.truncate_at, fault.stall_at) if stop is not None)
        with found.open() as stream:
            stream.seek(start)
            if self._unlimited(fault) and not isinstance(found.content, bytes):
                # Straight from the file to the socket: the bench measures the client, not this server.
                request.sent += self.connection.sendfile(stream, start)
                return
            while True:
                if request.sent in stops and self._stop(fault, request.sent):
                    return
                until = min([stop - request.sent for stop in stops if stop > request.sent], default=PIECE)
                offset = stream.tell()
                piece = bytearray(stream.read(min(PIECE if self.hub.rate is None else PIECE // 4, until)))
                if not piece:
                    break
                if fault.corrupt_at is not None and offset <= fault.corrupt_at < offset + len(piece):
                    piece[fault.corrupt_at - offset] ^= 0xFF
                self.wfile.write(piece)
                request.sent += len(piece)
                self._after_piece(request, began)
        if fault.length_delta:
            self.close_connection = True

    def _unlimited(self, fault: Fault) -> bool:
        return fault is NONE and self.hub.rate is None and self.hub.on_sent is None and not isinstance(self.connection, ssl.SSLSocket)

    def _after_piece(self, request: Request, began: float) -> None:
        if self.hub.on_sent is not None:
            self.hub.on_sent(request.start + request.sent)
        if self.hub.rate is not None:
            behind = request.sent / self.hub.rate - (time.monotonic() - began)
            if behind > 0:
                self.hub.closing.wait(behind)

    def _stop(self, fault: Fault, sent: int) -> bool:
        """Whether the answer ends here."""
        self.wfile.flush()
        if sent == fault.stall_at:
            self.hub.closing.wait(fault.stall_for)
            return False
        if sent == fault.drop_at:
            # Lingering for no time makes close() a reset; http.server's own way would first end it in order.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(self.connection.detach())
        self.close_connection = True
        return True
