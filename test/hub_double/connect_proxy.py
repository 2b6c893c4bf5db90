"""A proxy that tunnels TLS with CONNECT (RFC 9110, 9.3.6), and can ask for a login first."""

import base64
import select
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

PIECE = 64 << 10


class ConnectProxy:
    """Listens on an ephemeral loopback port until it is left. `tunnels` are the `host:port`s that were asked for, in order."""

    def __init__(self, login: str | None = None) -> None:
        tunnels: list[str] = []
        wanted = None if login is None else f"Basic {base64.b64encode(login.encode()).decode()}"

        class Handler(_Tunnel):
            asked = tunnels
            authorization = wanted

        self.tunnels = tunnels
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def url(self, login: str = "") -> str:
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Tunnel(BaseHTTPRequestHandler):
    asked: list[str]
    authorization: str | None

    def do_CONNECT(self) -> None:
        if self.authorization is not None and self.headers.get("Proxy-Authorization") != self.authorization:
            self.send_response(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
            self.send_header("Proxy-Authenticate", "Basic")
            self.end_headers()
            return
        self.asked.append(self.path)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.send_response(HTTPStatus.OK)
            self.end_headers()
            self._carry(upstream)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Tunnels are kept, not printed."""

    def _carry(self, upstream: socket.socket) -> None:
        other = {self.connection: upstream, upstream: self.connection}
        while True:
            ready, _, _ = select.select(list(other), [], [])
            for source in ready:
                try:
                    piece = source.recv(PIECE)
                    other[source].sendall(piece)
                except ConnectionError:
                    return
                if not piece:
                    return
