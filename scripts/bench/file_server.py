"""`python -m scripts.bench.file_server FILE RATE`: one file over HTTP, at RATE bytes a second or, with 0, as fast as it can.

A process of its own, so that whoever is measured shares nothing with it; it prints its port and ends with its stdin.
"""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PIECE = 256 << 10


class FileHandler(BaseHTTPRequestHandler):
    """Set `path_served` and `rate_limit` (bytes a second, None for no limit) in a subclass."""

    path_served: Path
    rate_limit: float | None = None
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = self.path_served.stat().st_size
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", f'"{size}"')
        self.end_headers()
        with self.path_served.open("rb") as stream:
            if self.rate_limit is None:
                self.connection.sendfile(stream)
                return
            began = time.monotonic()
            sent = 0
            while sent < size:
                self.connection.sendfile(stream, sent, PIECE)
                sent += PIECE
                time.sleep(max(0.0, sent / self.rate_limit - (time.monotonic() - began)))

    def log_message(self, *_: Any) -> None:
        """The bench prints its own lines."""


def main() -> None:
    class Handler(FileHandler):
        path_served = Path(sys.argv[1])
        rate_limit = float(sys.argv[2]) or None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
